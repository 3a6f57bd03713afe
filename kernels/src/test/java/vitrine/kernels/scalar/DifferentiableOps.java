package vitrine.kernels.scalar;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.kernels.scalar.GradientCheck.Backward;
import vitrine.kernels.scalar.GradientCheck.Forward;

/** Which forward op each backward op belongs to, and on what inputs they are tried. */
final class DifferentiableOps {
  /**
   * One trial.
   *
   * @param op the name of the backward op
   */
  record Trial(String op, GradientCheck inputs, Forward forward, Backward backward) {}

  private static final boolean[] NO_FLAGS = {};

  private final List<Trial> trials = new ArrayList<>();

  private DifferentiableOps() {}

  static List<Trial> all() {
    DifferentiableOps ops = new DifferentiableOps();
    for (int[] s : new int[][] {{1, 1, 1}, {3, 5, 7}, {4, 17, 2}, {9, 3, 33}}) {
      ops.linear(s[0], s[1], s[2]);
    }
    ops.elementWise();
    ops.gather();
    ops.gatherColumns();
    for (int[] s : new int[][] {{1, 1}, {1, 2}, {5, 3}, {2, 17}, {7, 8}}) {
      ops.layerNorm(s[0], s[1]);
      ops.layerNormParts(s[0], s[1]);
      ops.affine(s[0], s[1]);
      ops.softmax(s[0], s[1]);
      ops.crossEntropy(s[0], s[1]);
    }
    ops.heads(1, 1, 1, 1, 1);
    ops.heads(2, 3, 2, 4, 5);
    for (int[] s : new int[][] {{1, 1, 1, 1}, {3, 5, 2, 3}, {2, 9, 1, 5}}) {
      for (Causality causality : Causality.values()) {
        for (Padding padding : Padding.values()) {
          ops.attention(s, causality, padding);
          ops.attentionParts(s, 0, causality, padding);
          ops.attentionParts(s, 3, causality, padding);
        }
      }
    }
    return ops.trials;
  }

  private void add(String op, GradientCheck inputs, Forward forward, Backward backward) {
    trials.add(new Trial(op, inputs, forward, backward));
  }

  /** A result tensor, each of whose elements the op must write. */
  private static Tensor blank(Kernels k, Workspace w, Shape shape) {
    Tensor tensor = w.allocate(shape);
    k.fill(tensor, Float.NaN);
    return tensor;
  }

  private static Tensor zeros(Kernels k, Workspace w, Shape shape) {
    Tensor tensor = w.allocate(shape);
    k.fill(tensor, 0);
    return tensor;
  }

  private static @Nullable Tensor[] gradients(@Nullable Tensor... gradients) {
    return gradients;
  }

  /** A matrix of an input's numbers. */
  private static Weight matrix(Kernels k, Workspace w, Tensor values, Weight.Layout layout) {
    int first = values.shape().dim(0);
    int second = values.shape().dim(1);
    int in = layout == Weight.Layout.IN_OUT ? first : second;
    int out = layout == Weight.Layout.IN_OUT ? second : first;
    MemorySegment nothing = MemorySegment.ofArray(new float[in * out]);
    Weight weight = k.pack(w, nothing, in, out, layout);
    k.repack(values, layout, weight);
    return weight;
  }

  private static Tensor unpacked(Kernels k, Workspace w, Weight weight) {
    Tensor out = blank(k, w, Shape.of(weight.in(), weight.out()));
    k.unpack(weight, Weight.Layout.IN_OUT, Into.REPLACE, out);
    return out;
  }

  // ---- products ----

  private void linear(int rows, int in, int out) {
    String label = rows + "x" + in + "x" + out;
    Forward forward =
        (k, w, x) -> {
          Tensor y = blank(k, w, Shape.of(1, rows, out));
          Weight weight = matrix(k, w, x[1], Weight.Layout.IN_OUT);
          k.linear(x[0], weight, x[2], Activation.IDENTITY, y);
          return y;
        };
    add(
        "linearBackwardInput",
        new GradientCheck("linear " + label).input(1, rows, in).input(in, out).input(out),
        forward,
        (k, w, x, dOut) -> {
          Tensor dX = blank(k, w, x[0].shape());
          Weight weight = matrix(k, w, x[1], Weight.Layout.IN_OUT);
          k.linearBackwardInput(dOut, weight, Into.REPLACE, dX);
          return gradients(dX, null, null);
        });
    add(
        "linearBackwardWeight",
        new GradientCheck("linear's weight " + label).input(1, rows, in).input(in, out).input(out),
        forward,
        (k, w, x, dOut) -> {
          Weight dW = k.zeros(w, matrix(k, w, x[1], Weight.Layout.IN_OUT));
          k.linearBackwardWeight(x[0], dOut, dW);
          return gradients(null, unpacked(k, w, dW), null);
        });
    add(
        "sumRows",
        new GradientCheck("linear's bias " + label).input(1, rows, in).input(in, out).input(out),
        forward,
        (k, w, x, dOut) -> {
          Tensor dBias = zeros(k, w, x[2].shape());
          k.sumRows(dOut, dBias);
          return gradients(null, null, dBias);
        });
  }

  private void gather() {
    int[] ids = {3, 0, 3, 6, 3, 0, 1, 5};
    add(
        "gatherBackward",
        new GradientCheck("gather").input(7, 5),
        (k, w, x) -> {
          Tensor y = blank(k, w, Shape.of(2, 4, 5));
          k.gather(x[0], ids, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dTable = zeros(k, w, x[0].shape());
          k.gatherBackward(dOut, ids, dTable);
          return gradients(dTable);
        });
  }

  private void gatherColumns() {
    int[] ids = {3, 0, 3, 6, 3, 0, 1, 5};
    add(
        "gatherColumnsBackward",
        new GradientCheck("gather columns").input(7, 5),
        (k, w, x) -> {
          Tensor y = blank(k, w, Shape.of(2, 4, 5));
          k.gatherColumns(matrix(k, w, x[0], Weight.Layout.OUT_IN), ids, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Weight dW = k.zeros(w, matrix(k, w, x[0], Weight.Layout.OUT_IN));
          k.gatherColumnsBackward(dOut, ids, dW);
          Tensor dTable = blank(k, w, x[0].shape());
          k.unpack(dW, Weight.Layout.OUT_IN, Into.REPLACE, dTable);
          return gradients(dTable);
        });
  }

  // ---- element-wise ----

  private void elementWise() {
    double[] awayFromZero = new double[41];
    Arrays.setAll(awayFromZero, i -> (i - 20 + (i < 20 ? -0.3 : 0.3)) / 4.0);
    for (Activation activation : Activation.values()) {
      add(
          "activateBackward",
          new GradientCheck(activation.name()).input(Shape.of(41), awayFromZero.clone()),
          (k, w, x) -> {
            Tensor y = blank(k, w, x[0].shape());
            k.activate(x[0], activation, y);
            return y;
          },
          (k, w, x, dOut) -> {
            k.activateBackward(x[0], activation, dOut, dOut);
            return gradients(dOut);
          });
    }
    for (float probability : new float[] {0, 0.3f}) {
      long key = 0x5eed_0000_0001L;
      add(
          "dropout",
          new GradientCheck("dropout " + probability).input(3, 17),
          (k, w, x) -> {
            Tensor y = blank(k, w, x[0].shape());
            k.dropout(x[0], probability, key, y);
            return y;
          },
          (k, w, x, dOut) -> {
            k.dropout(dOut, probability, key, dOut);
            return gradients(dOut);
          });
    }
    for (int axis = 1; axis < 4; axis++) {
      meanOver(Shape.of(2, 4, 3, 5), axis);
    }
  }

  private void meanOver(Shape shape, int axis) {
    boolean[] counts = new boolean[shape.dim(0) * shape.dim(axis)];
    double[] x0 = new double[(int) shape.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = i % 4 != 1;
    }
    for (int i = 0; i < x0.length; i++) {
      x0[i] = i % 7 == 2 ? Double.NEGATIVE_INFINITY : Math.sin(i);
    }
    add(
        "meanOverBackward",
        new GradientCheck("mean over axis " + axis).input(shape, x0),
        (k, w, x) -> {
          Tensor y = blank(k, w, shape);
          k.meanOver(x[0], axis, counts, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dX = blank(k, w, shape);
          k.meanOverBackward(x[0], axis, counts, dOut, dX);
          return gradients(dX);
        });
  }

  // ---- rows ----

  private void layerNorm(int rows, int d) {
    float eps = 0.03125f; // of two columns little but this has a gradient
    String label = rows + " rows of " + d;
    add(
        "layerNormBackward",
        new GradientCheck("layerNorm " + label).input(rows, d).input(d).input(d),
        (k, w, x) -> {
          Tensor y = blank(k, w, x[0].shape());
          k.layerNorm(x[0], x[1], x[2], eps, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dGamma = zeros(k, w, x[1].shape());
          Tensor dBeta = zeros(k, w, x[2].shape());
          k.layerNormBackward(x[0], x[1], eps, dOut, dOut, dGamma, dBeta);
          return gradients(dOut, dGamma, dBeta);
        });
    add(
        "layerNormBackward",
        new GradientCheck("addLayerNorm " + label).input(rows, d).input(rows, d).input(d).input(d),
        (k, w, x) -> {
          Tensor y = blank(k, w, x[0].shape());
          k.addLayerNorm(x[0], x[1], x[2], x[3], eps, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor sum = blank(k, w, x[0].shape());
          Tensor dX = blank(k, w, x[0].shape());
          k.add(x[0], x[1], sum);
          k.layerNormBackward(sum, x[2], eps, dOut, dX, null, null);
          return gradients(dX, dX, null, null);
        });
  }

  private void layerNormParts(int rows, int d) {
    String label = rows + " rows of " + d;
    float eps = 0.03125f;
    add(
        "layerNormScaleBackward",
        new GradientCheck("scale " + label).input(rows, d),
        (k, w, x) -> {
          Tensor y = blank(k, w, Shape.of(rows, 1));
          k.layerNormScale(x[0], eps, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dX = zeros(k, w, x[0].shape());
          k.layerNormScaleBackward(x[0], eps, dOut, dX);
          return gradients(dX);
        });
    double[] scales = new double[rows];
    Arrays.setAll(scales, i -> 0.7 + 0.1 * i);
    add(
        "layerNormNormalizeBackward",
        new GradientCheck("normalize " + label).input(rows, d).input(Shape.of(rows, 1), scales),
        (k, w, x) -> {
          Tensor y = blank(k, w, x[0].shape());
          k.layerNormNormalize(x[0], x[1], y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dScale = blank(k, w, x[1].shape());
          k.layerNormNormalizeBackward(x[0], x[1], dOut, dOut, dScale);
          return gradients(dOut, dScale);
        });
  }

  private void affine(int rows, int d) {
    add(
        "affineBackward",
        new GradientCheck("affine " + rows + " rows of " + d).input(rows, d).input(d).input(d),
        (k, w, x) -> {
          Tensor y = blank(k, w, x[0].shape());
          k.affine(x[0], x[1], x[2], y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dGamma = zeros(k, w, x[1].shape());
          Tensor dBeta = zeros(k, w, x[2].shape());
          k.affineBackward(x[0], x[1], dOut, dOut, dGamma, dBeta);
          return gradients(dOut, dGamma, dBeta);
        });
  }

  private void softmax(int rows, int n) {
    Forward forward =
        (k, w, x) -> {
          Tensor y = blank(k, w, x[0].shape());
          k.softmax(x[0], y);
          return y;
        };
    add(
        "softmaxBackward",
        new GradientCheck("softmax " + rows + " rows of " + n).input(rows, n),
        forward,
        (k, w, x, dOut) -> {
          k.softmaxBackward(forward.run(k, w, x), dOut, dOut);
          return gradients(dOut);
        });
  }

  private void crossEntropy(int rows, int n) {
    float factor = 0.375f;
    int[] targets = new int[rows];
    Arrays.setAll(targets, r -> r % 3 == 2 ? -100 : (5 * r + 1) % n);
    add(
        "crossEntropyBackward",
        new GradientCheck("cross-entropy " + rows + " of " + n).input(rows, n).slope(factor),
        (k, w, x) -> {
          Tensor losses = blank(k, w, Shape.of(rows));
          k.crossEntropy(x[0], targets, losses);
          return losses;
        },
        (k, w, x, dOut) -> {
          k.crossEntropyBackward(x[0], targets, factor, x[0]);
          return gradients(x[0]);
        });
  }

  // ---- heads ----

  private void heads(int b, int t, int h, int size, int d) {
    Forward results =
        (k, w, x) -> {
          Tensor y = blank(k, w, Shape.of(b, t, h, d));
          k.headResults(x[0], matrix(k, w, x[1], Weight.Layout.IN_OUT), y);
          return y;
        };
    add(
        "headResultsBackwardInput",
        new GradientCheck("head results of " + d).input(b, t, h, size).input(h * size, d),
        results,
        (k, w, x, dOut) -> {
          Tensor dZ = blank(k, w, x[0].shape());
          k.headResultsBackwardInput(dOut, matrix(k, w, x[1], Weight.Layout.IN_OUT), dZ);
          return gradients(dZ, null);
        });
    add(
        "headResultsBackwardWeight",
        new GradientCheck("head results' weight of " + d).input(b, t, h, size).input(h * size, d),
        results,
        (k, w, x, dOut) -> {
          Weight dW = k.zeros(w, matrix(k, w, x[1], Weight.Layout.IN_OUT));
          k.headResultsBackwardWeight(x[0], dOut, dW);
          return gradients(null, unpacked(k, w, dW));
        });
    Forward sum =
        (k, w, x) -> {
          Tensor y = blank(k, w, Shape.of(b, t, d));
          k.sumHeads(x[0], x[1], y);
          return y;
        };
    add(
        "sumHeadsBackward",
        new GradientCheck("sum of heads of " + d).input(b, t, h, d).input(d),
        sum,
        (k, w, x, dOut) -> {
          Tensor dResults = blank(k, w, x[0].shape());
          k.sumHeadsBackward(dOut, dResults);
          return gradients(dResults, null);
        });
    add(
        "sumRows",
        new GradientCheck("sum of heads' bias of " + d).input(b, t, h, d).input(d),
        sum,
        (k, w, x, dOut) -> {
          Tensor dBias = zeros(k, w, x[1].shape());
          k.sumRows(dOut, dBias);
          return gradients(null, dBias);
        });
  }

  // ---- attention ----

  /** Which keys are no words. Row b lacks b of them, or all. */
  private enum Padding {
    NONE,
    RIGHT,
    /** Under a causal mask the first queries then see nothing. */
    LEFT,
    ALL;

    boolean @Nullable [] real(int batch, int keys) {
      boolean[] real = this == NONE ? NO_FLAGS : new boolean[batch * keys];
      for (int i = 0; i < real.length; i++) {
        int t = i % keys;
        int b = i / keys;
        real[i] = this == RIGHT ? t < keys - b : this == LEFT && t >= b;
      }
      return this == NONE ? null : real;
    }
  }

  private void attention(int[] s, Causality causality, Padding padding) {
    AttentionMask mask = new AttentionMask(s[0], s[1], s[1], causality, padding.real(s[0], s[1]));
    Shape shape = Shape.of(s);
    add(
        "attentionBackward",
        new GradientCheck("attention " + shape + " " + causality + " " + padding)
            .input(s)
            .input(s)
            .input(s),
        (k, w, x) -> {
          Tensor y = blank(k, w, shape);
          k.attention(x[0], x[1], x[2], mask, 0.625f, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dQ = blank(k, w, shape);
          Tensor dK = blank(k, w, shape);
          Tensor dV = blank(k, w, shape);
          k.attentionBackward(x[0], x[1], x[2], mask, 0.625f, dOut, dQ, dK, dV);
          return gradients(dQ, dK, dV);
        });
  }

  /**
   * Scores and mixing apart.
   *
   * @param cached how many keys come before the first query; as much room is left after the last
   */
  private void attentionParts(int[] s, int cached, Causality causality, Padding padding) {
    int keys = s[1] + cached;
    int room = keys + cached;
    AttentionMask mask = new AttentionMask(s[0], s[1], keys, causality, padding.real(s[0], keys));
    Shape square = Shape.of(s[0], s[2], s[1], keys);
    String label = square + " " + causality + " " + padding;
    add(
        "attentionScoresBackward",
        new GradientCheck("scores " + label).input(s).input(s[0], room, s[2], s[3]),
        (k, w, x) -> {
          Tensor y = blank(k, w, square);
          k.attentionScores(x[0], x[1], mask, 0.625f, y);
          return y;
        },
        (k, w, x, dOut) -> {
          Tensor dQ = blank(k, w, x[0].shape());
          Tensor dK = blank(k, w, x[1].shape());
          k.attentionScoresBackward(dOut, x[0], x[1], mask, 0.625f, dQ, dK);
          return gradients(dQ, dK);
        });
    if (causality == Causality.CAUSAL && padding == Padding.NONE) { // mixing knows no mask
      add(
          "attentionMixBackward",
          new GradientCheck("mix " + label).input(square.toArray()).input(s[0], room, s[2], s[3]),
          (k, w, x) -> {
            Tensor y = blank(k, w, Shape.of(s));
            k.attentionMix(x[0], x[1], y);
            return y;
          },
          (k, w, x, dOut) -> {
            Tensor dPattern = blank(k, w, x[0].shape());
            Tensor dV = blank(k, w, x[1].shape());
            k.attentionMixBackward(x[0], x[1], dOut, dPattern, dV);
            return gradients(dPattern, dV);
          });
    }
  }
}

package vitrine.kernels.contract;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/**
 * Cases of every forward op but attention's: lengths around every vector width, ragged panels,
 * special values.
 */
final class OpCases {
  private static final float INFINITY = Float.POSITIVE_INFINITY;
  static final int[] LENGTHS = {1, 2, 3, 7, 15, 16, 17, 31, 33, 47, 48, 49, 100, 257};

  /** Built once: the expected values take longer than the ops. */
  private static final List<OpCase> ALL = build();

  private final Numbers numbers = new Numbers(20261121);
  private final List<OpCase> cases = new ArrayList<>();

  private OpCases() {}

  static List<OpCase> all() {
    return ALL;
  }

  private static List<OpCase> build() {
    OpCases built = new OpCases();
    built.elementWise();
    built.boxes();
    built.means();
    built.gather();
    built.linear();
    built.activations();
    built.layerNorms();
    built.softmax();
    built.heads();
    built.crossEntropy();
    built.cases.addAll(AttentionCases.all());
    built.cases.addAll(BackwardCases.all());
    built.cases.addAll(TrainingCases.all());
    built.cases.addAll(AttentionBackwardCases.all());
    built.cases.addAll(NarrowCases.all());
    return List.copyOf(built.cases);
  }

  private void add(
      String op, String label, OpCase.Computation run, double[] expected, Tolerance tolerance) {
    cases.add(new OpCase(op, label, run, expected, tolerance));
  }

  private static double[] map(float[] x, DoubleUnaryOperator function) {
    return Arrays.stream(Reference.widen(x)).map(function).toArray();
  }

  private void elementWise() {
    for (int n : new int[] {1, 15, 17, 1000, 16385, 50000}) {
      float[] x = numbers.normal(n);
      float[] y = numbers.normal(n);
      Shape shape = Shape.of(n);
      String label = "of " + n;
      add(
          "copy",
          label,
          (k, w) -> {
            Tensor out = w.allocate(shape);
            k.copy(k.upload(w, shape, x), out);
            return out;
          },
          Reference.widen(x),
          Tolerance.EXACT);
      add(
          "fill",
          label,
          (k, w) -> {
            Tensor out = w.allocate(shape);
            k.fill(out, -2.5f);
            return out;
          },
          map(x, v -> -2.5),
          Tolerance.EXACT);
      add(
          "scale",
          label,
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            k.scale(out, 0.75f, out);
            return out;
          },
          map(x, v -> 0.75 * v),
          Tolerance.ofSum(1, 1));
      double[] sum = Reference.widen(x);
      for (int i = 0; i < n; i++) {
        sum[i] += y[i];
      }
      add(
          "add",
          label,
          (k, w) -> {
            Tensor out = w.allocate(shape);
            k.add(k.upload(w, shape, x), k.upload(w, shape, y), out);
            return out;
          },
          sum,
          Tolerance.ofSum(2, 1));
      add(
          "add",
          label + " into an input",
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            k.add(k.upload(w, shape, y), out, out);
            return out;
          },
          sum,
          Tolerance.ofSum(2, 1));
    }
  }

  private void boxes() {
    Shape shape = Shape.of(3, 4, 5, 6);
    float[] x = numbers.normal((int) shape.size());
    Region all = Region.all(4);
    List<Region> regions =
        List.of(
            all,
            all.with(0, 1),
            all.with(1, 3, 0),
            all.with(2, 4, 2, 0).with(0, 2),
            all.with(3, 5),
            all.with(0, 0, 1, 2).with(3, 0, 1, 2, 3, 4, 5),
            all.with(0, 2).with(1, 1).with(2, 0, 4).with(3, 5, 1));
    for (Region region : regions) {
      Shape box = region.shape(shape);
      String label = box + " of " + shape;
      int[] offsets = offsets(shape, region);
      double[] gathered = new double[offsets.length];
      double[] scattered = Reference.widen(x);
      float[] values = numbers.normal(offsets.length);
      for (int i = 0; i < offsets.length; i++) {
        gathered[i] = x[offsets[i]];
        scattered[offsets[i]] = values[i];
      }
      add(
          "slice",
          label,
          (k, w) -> {
            Tensor out = w.allocate(box);
            k.slice(k.upload(w, shape, x), region, out);
            return out;
          },
          gathered,
          Tolerance.EXACT);
      add(
          "assign",
          label,
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            k.assign(out, region, k.upload(w, box, values));
            return out;
          },
          scattered,
          Tolerance.EXACT);
    }
  }

  /**
   * Where each element of the box lies, by looking at every element of the tensor's index space.
   */
  private static int[] offsets(Shape shape, Region region) {
    int[] a = region.indices(0, shape);
    int[] b = region.indices(1, shape);
    int[] c = region.indices(2, shape);
    int[] d = region.indices(3, shape);
    int[] offsets = new int[a.length * b.length * c.length * d.length];
    int at = 0;
    for (int i : a) {
      for (int j : b) {
        for (int k : c) {
          for (int l : d) {
            offsets[at++] = ((i * shape.dim(1) + j) * shape.dim(2) + k) * shape.dim(3) + l;
          }
        }
      }
    }
    return offsets;
  }

  private void means() {
    for (Shape shape :
        List.of(
            Shape.of(2, 5, 17), Shape.of(3, 4, 2, 7), Shape.of(2, 3, 4, 33), Shape.of(1, 1, 1))) {
      for (int axis = 1; axis < shape.rank(); axis++) {
        float[] x = numbers.normal((int) shape.size());
        if (shape.rank() == 4) {
          for (int i = 0; i < x.length; i += 3) {
            x[i] = -INFINITY;
          }
        }
        boolean[] counts = numbers.flags(shape.dim(0) * shape.dim(axis));
        Arrays.fill(counts, 0, shape.dim(axis), shape.size() > 1); // once nothing counts
        int axis1 = axis;
        add(
            "meanOver",
            "axis " + axis + " of " + shape,
            (k, w) -> {
              Tensor out = w.allocate(shape);
              k.meanOver(k.upload(w, shape, x), axis1, counts, out);
              return out;
            },
            meanOver(shape, x, axis, counts),
            Tolerance.ofSum(shape.dim(axis), 1));
      }
    }
  }

  private static double[] meanOver(Shape shape, float[] x, int axis, boolean[] counts) {
    int stride = 1;
    for (int a = axis + 1; a < shape.rank(); a++) {
      stride *= shape.dim(a);
    }
    int length = shape.dim(axis);
    int example = x.length / shape.dim(0);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int first = i - i / stride % length * stride;
      double sum = 0;
      int n = 0;
      for (int t = 0; t < length; t++) {
        float value = x[first + t * stride];
        if (counts[i / example * length + t] && value != -INFINITY) {
          sum += value;
          n++;
        }
      }
      y[i] = x[i] == -INFINITY ? -INFINITY : n == 0 ? 0 : sum / n;
    }
    return y;
  }

  private void gather() {
    float[] table = numbers.normal(11 * 19);
    int[] ids = numbers.ids(6, 11);
    double[] expected = new double[6 * 19];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = table[ids[i / 19] * 19 + i % 19];
    }
    add(
        "gather",
        "of 6 rows",
        (k, w) -> {
          Tensor out = w.allocate(2, 3, 19);
          k.gather(k.upload(w, Shape.of(11, 19), table), ids, out);
          return out;
        },
        expected,
        Tolerance.EXACT);
  }

  private void linear() {
    int[][] shapes = {
      {1, 1, 1},
      {1, 5, 3},
      {2, 7, 17},
      {3, 16, 48},
      {4, 33, 49},
      {5, 20, 95},
      {6, 9, 96},
      {7, 64, 100},
      {8, 31, 47},
      {9, 48, 144},
      {130, 40, 50},
      {257, 12, 5},
      {1, 768, 30},
      {1, 40, 960},
      {1, 24, 1003},
      {0, 5, 3}
    };
    for (int[] s : shapes) {
      linear(s[0], s[1], s[2], Weight.Layout.IN_OUT, Activation.IDENTITY, null);
      linear(s[0], s[1], s[2], Weight.Layout.OUT_IN, Activation.GELU, numbers.normal(s[2]));
    }
    for (Activation activation : Activation.values()) {
      linear(5, 24, 61, Weight.Layout.OUT_IN, activation, numbers.normal(61));
    }
  }

  private void linear(
      int rows,
      int in,
      int out,
      Weight.Layout layout,
      Activation activation,
      float @Nullable [] bias) {
    float[] x = numbers.normal(rows * in);
    float[] matrix = numbers.normal(in * out);
    float[] given = layout == Weight.Layout.IN_OUT ? matrix : transpose(matrix, in, out);
    add(
        "linear",
        rows + "x" + in + "x" + out + " " + layout + " " + activation,
        (k, w) -> {
          Tensor y = w.allocate(rows, out);
          Weight weight = k.pack(w, MemorySegment.ofArray(given), in, out, layout);
          Tensor b = bias == null ? null : k.upload(w, Shape.of(out), bias);
          k.linear(k.upload(w, Shape.of(rows, in), x), weight, b, activation, y);
          return y;
        },
        Reference.linear(x, matrix, in, out, bias, activation),
        Tolerance.ofFunction(in, 2 * Math.sqrt(in)));
  }

  static float[] transpose(float[] matrix, int rows, int columns) {
    float[] turned = new float[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      turned[i % columns * rows + i / columns] = matrix[i];
    }
    return turned;
  }

  private void activations() {
    float[] x = new float[20011];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 10005) / 500f; // -20 to 20
    }
    float[] special = {0f, -0f, 1e-30f, -1e-30f, 88, -88, 1000, -1000, Float.NaN};
    System.arraycopy(special, 0, x, 0, special.length);
    Shape shape = Shape.of(x.length);
    for (Activation activation : Activation.values()) {
      add(
          "activate",
          activation.name(),
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            k.activate(out, activation, out);
            return out;
          },
          map(x, Reference.function(activation)),
          Tolerance.ofFunction(1, 1));
    }
  }

  private void layerNorms() {
    for (int d : LENGTHS) {
      int rows = 1 + 300 / d;
      float eps = 1e-5f;
      float[] x = numbers.normal(rows * d);
      float[] y = numbers.normal(rows * d);
      for (int i = 0; i < x.length; i++) {
        x[i] += 50; // E[x^2] - mean^2 in float would fail here
      }
      float[] gamma = numbers.normal(d);
      float[] beta = numbers.normal(d);
      Shape shape = Shape.of(rows, d);
      Shape vector = Shape.of(d);
      Shape column = Shape.of(rows, 1);
      double[] exact = Reference.widen(x);
      double[] sum = Reference.widen(x);
      double[] scales = new double[rows];
      double[] normalized = new double[x.length];
      double[] affine = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        sum[i] += y[i];
        scales[i / d] = Reference.scale(exact, i - i % d, d, eps);
        normalized[i] = (exact[i] - Reference.mean(exact, i - i % d, d)) / 1.25;
        affine[i] = exact[i] * gamma[i % d] + beta[i % d];
      }
      String label = rows + " rows of " + d;
      // Differences of numbers near 50, magnified by a divisor that may be small when d is 2.
      Tolerance norm = Tolerance.ofSum(d, d == 2 ? 5000 : 200);
      add(
          "layerNorm",
          label,
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            k.layerNorm(out, k.upload(w, vector, gamma), k.upload(w, vector, beta), eps, out);
            return out;
          },
          Reference.layerNorm(exact, gamma, beta, eps),
          d == 1 ? Tolerance.ofSum(1, 2e4) : norm);
      add(
          "addLayerNorm",
          label,
          (k, w) -> {
            Tensor out = k.upload(w, shape, y);
            k.addLayerNorm(
                k.upload(w, shape, x),
                out,
                k.upload(w, vector, gamma),
                k.upload(w, vector, beta),
                eps,
                out);
            return out;
          },
          Reference.layerNorm(sum, gamma, beta, eps),
          d == 1 ? Tolerance.ofSum(1, 2e4) : norm);
      add(
          "layerNormScale",
          label,
          (k, w) -> {
            Tensor out = w.allocate(column);
            k.layerNormScale(k.upload(w, shape, x), eps, out);
            return out;
          },
          scales,
          norm);
      add(
          "layerNormNormalize",
          label,
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            Tensor divisor = w.allocate(column);
            k.fill(divisor, 1.25f);
            k.layerNormNormalize(out, divisor, out);
            return out;
          },
          normalized,
          norm);
      add(
          "affine",
          label,
          (k, w) -> {
            Tensor out = w.allocate(shape);
            k.affine(
                k.upload(w, shape, x), k.upload(w, vector, gamma), k.upload(w, vector, beta), out);
            return out;
          },
          affine,
          Tolerance.ofSum(2, 100));
    }
  }

  private void softmax() {
    for (int n : LENGTHS) {
      float[] x = numbers.normal(5 * n);
      for (int j = 0; j < n; j++) {
        x[j] *= 40; // steep
        x[n + j] = -INFINITY; // nothing to choose from
        x[2 * n + j] = j % 3 == 0 ? x[2 * n + j] : -INFINITY;
      }
      x[3 * n + n / 2] = Float.NaN;
      Shape shape = Shape.of(5, n);
      add(
          "softmax",
          "rows of " + n,
          (k, w) -> {
            Tensor out = k.upload(w, shape, x);
            k.softmax(out, out);
            return out;
          },
          Reference.softmax(Reference.widen(x), n),
          Tolerance.ofFunction(n, 1));
    }
  }

  private void heads() {
    for (int[] s :
        new int[][] {{1, 1, 1, 1, 1}, {2, 3, 4, 5, 20}, {1, 9, 3, 16, 49}, {2, 7, 12, 8, 96}}) {
      int batch = s[0];
      int tokens = s[1];
      int heads = s[2];
      int size = s[3];
      int d = s[4];
      float[] z = numbers.normal(batch * tokens * heads * size);
      float[] matrix = numbers.normal(heads * size * d);
      float[] bias = numbers.normal(d);
      double[] results = new double[batch * tokens * heads * d];
      double[] sums = new double[batch * tokens * d];
      float[] given = numbers.normal(results.length);
      for (int i = 0; i < results.length; i++) {
        int row = i / d;
        for (int c = 0; c < size; c++) {
          results[i] += (double) z[row * size + c] * matrix[(row % heads * size + c) * d + i % d];
        }
        sums[row / heads * d + i % d] += given[i];
      }
      String label = Arrays.toString(s);
      Shape shape = Shape.of(batch, tokens, heads, d);
      add(
          "headResults",
          label,
          (k, w) -> {
            Tensor out = w.allocate(shape);
            Weight weight =
                k.pack(w, MemorySegment.ofArray(matrix), heads * size, d, Weight.Layout.IN_OUT);
            k.headResults(k.upload(w, Shape.of(batch, tokens, heads, size), z), weight, out);
            return out;
          },
          results,
          Tolerance.ofSum(size, 2 * Math.sqrt(size)));
      add(
          "sumHeads",
          label,
          (k, w) -> {
            Tensor out = w.allocate(batch, tokens, d);
            k.sumHeads(k.upload(w, shape, given), null, out);
            return out;
          },
          sums,
          Tolerance.ofSum(heads, 2 * Math.sqrt(heads)));
      double[] withBias = sums.clone();
      for (int i = 0; i < withBias.length; i++) {
        withBias[i] += bias[i % d];
      }
      add(
          "sumHeads",
          label + " with bias",
          (k, w) -> {
            Tensor out = w.allocate(batch, tokens, d);
            k.sumHeads(k.upload(w, shape, given), k.upload(w, Shape.of(d), bias), out);
            return out;
          },
          withBias,
          Tolerance.ofSum(heads + 1, 2 * Math.sqrt(heads)));
    }
  }

  private void crossEntropy() {
    for (int n : LENGTHS) {
      float[] logits = numbers.normal(4 * n);
      for (int j = 0; j < n; j++) {
        logits[j] *= 30;
      }
      int[] targets = numbers.ids(4, n);
      targets[2] = -100;
      double[] expected = new double[4];
      for (int r = 0; r < 4; r++) {
        expected[r] =
            targets[r] < 0
                ? 0
                : Reference.crossEntropy(Reference.widen(logits), r * n, n, targets[r]);
      }
      add(
          "crossEntropy",
          "over " + n,
          (k, w) -> {
            Tensor out = w.allocate(4);
            k.crossEntropy(k.upload(w, Shape.of(2, 2, n), logits), targets, out);
            return out;
          },
          expected,
          Tolerance.ofFunction(n, 8));
    }
  }
}

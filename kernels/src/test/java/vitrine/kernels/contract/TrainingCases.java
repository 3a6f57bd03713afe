package vitrine.kernels.contract;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import vitrine.kernels.AdamStep;
import vitrine.kernels.DropoutMask;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.kernels.contract.Cases.Result;

/** Matrices and their gradients, dropout, the optimizer. */
final class TrainingCases {
  private static final int[][] PRODUCTS = { // rows, in, out
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
    {300, 12, 5},
    {1, 300, 30},
  };

  private final Numbers numbers = new Numbers(2019);
  private final Cases cases = new Cases();

  private TrainingCases() {}

  static List<OpCase> all() {
    TrainingCases built = new TrainingCases();
    for (int[] s : PRODUCTS) {
      built.forms(s[1], s[2]);
      built.toInput(s[0], s[1], s[2]);
      built.toMatrix(s[0], s[1], s[2]);
      built.columns(s[0], s[1], s[2]);
    }
    for (int[] s :
        new int[][] {{1, 1, 1, 1, 1}, {2, 3, 4, 5, 20}, {1, 9, 3, 16, 49}, {2, 7, 12, 8, 96}}) {
      built.heads(s);
    }
    for (int n : new int[] {1, 15, 17, 1000, 16385, 50000}) {
      built.dropout(n);
      built.sumOfSquares(n);
      built.adamW(n);
    }
    return built.cases.list();
  }

  private static Weight pack(Kernels k, Workspace w, float[] matrix, int in, int out) {
    return k.pack(w, MemorySegment.ofArray(matrix), in, out, Weight.Layout.IN_OUT);
  }

  /** The matrix, as numbers of the same backend. */
  private static Tensor[] unpacked(Kernels k, Workspace w, Weight weight) {
    Tensor out = Cases.blank(k, w, Shape.of(weight.in(), weight.out()));
    k.unpack(weight, Weight.Layout.IN_OUT, Into.REPLACE, out);
    return Cases.only(out);
  }

  private void forms(int in, int out) {
    float[] before = numbers.normal(in * out);
    float[] matrix = numbers.normal(in * out);
    float[] start = numbers.normal(in * out);
    float[] turned = OpCases.transpose(matrix, in, out);
    String label = in + "x" + out;
    cases.add(
        "zeros",
        label,
        (k, w) -> unpacked(k, w, k.zeros(w, pack(k, w, matrix, in, out))),
        new Result("matrix", new double[in * out], Tolerance.EXACT));
    for (Weight.Layout layout : Weight.Layout.values()) {
      boolean straight = layout == Weight.Layout.IN_OUT;
      Shape shape = straight ? Shape.of(in, out) : Shape.of(out, in);
      float[] given = straight ? matrix : turned;
      cases.add(
          "repack",
          label + " " + layout,
          (k, w) -> {
            Weight weight = pack(k, w, before, in, out);
            k.repack(k.upload(w, shape, given), layout, weight);
            return unpacked(k, w, weight);
          },
          new Result("w", Reference.widen(matrix), Tolerance.EXACT));
      double[] sum = Reference.widen(start);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += given[i];
      }
      cases.add(
          "unpack",
          label + " " + layout,
          (k, w) -> {
            Tensor blank = Cases.blank(k, w, shape);
            Tensor added = k.upload(w, shape, start);
            Weight weight = pack(k, w, matrix, in, out);
            k.unpack(weight, layout, Into.REPLACE, blank);
            k.unpack(weight, layout, Into.ADD, added);
            return new Tensor[] {blank, added};
          },
          new Result("replaced", Reference.widen(given), Tolerance.EXACT),
          new Result("added to", sum, Tolerance.ofSum(1, 1)));
    }
  }

  private void toInput(int rows, int in, int out) {
    float[] matrix = numbers.normal(in * out);
    float[] dOut = numbers.normal(rows * out);
    float[] start = numbers.normal(rows * in);
    double[] exact = new double[rows * in];
    double[] sum = Reference.widen(start);
    for (int i = 0; i < exact.length; i++) {
      for (int j = 0; j < out; j++) {
        exact[i] += (double) dOut[i / in * out + j] * matrix[i % in * out + j];
      }
      sum[i] += exact[i];
    }
    Tolerance tolerance = Tolerance.ofSum(out + 1L, 2 * Math.sqrt(out));
    cases.add(
        "linearBackwardInput",
        rows + "x" + in + "x" + out,
        (k, w) -> {
          Tensor slopes = k.upload(w, Shape.of(1, rows, out), dOut);
          Weight weight = pack(k, w, matrix, in, out);
          Tensor blank = Cases.blank(k, w, Shape.of(1, rows, in));
          Tensor added = k.upload(w, Shape.of(rows, in), start);
          k.linearBackwardInput(slopes, weight, Into.REPLACE, blank);
          k.linearBackwardInput(slopes, weight, Into.ADD, added);
          return new Tensor[] {blank, added};
        },
        new Result("dX replaced", exact, tolerance),
        new Result("dX added to", sum, tolerance));
  }

  private void toMatrix(int rows, int in, int out) {
    float[] x = numbers.normal(rows * in);
    float[] dOut = numbers.normal(rows * out);
    float[] start = numbers.normal(in * out);
    float[] nothing = new float[in * out];
    Tolerance tolerance = Tolerance.ofSum(rows + 1L, 2 * Math.sqrt(rows) + 2);
    cases.add(
        "linearBackwardWeight",
        rows + "x" + in + "x" + out,
        (k, w) -> {
          Weight fresh = k.zeros(w, pack(k, w, start, in, out));
          Weight added = k.zeros(w, fresh);
          k.repack(k.upload(w, Shape.of(in, out), start), Weight.Layout.IN_OUT, added);
          Tensor input = k.upload(w, Shape.of(1, rows, in), x);
          Tensor slopes = k.upload(w, Shape.of(rows, out), dOut);
          k.linearBackwardWeight(input, slopes, fresh);
          k.linearBackwardWeight(input, slopes, added);
          return new Tensor[] {unpacked(k, w, fresh)[0], unpacked(k, w, added)[0]};
        },
        new Result("dW of zeros", BackwardReference.product(nothing, x, dOut, in, out), tolerance),
        new Result("dW added to", BackwardReference.product(start, x, dOut, in, out), tolerance));
  }

  /** A matrix (in, out) of which columns are looked up, some of them several times. */
  private void columns(int rows, int in, int out) {
    float[] matrix = numbers.normal(in * out);
    float[] dOut = numbers.normal(rows * in);
    float[] start = numbers.normal(in * out);
    int[] ids = numbers.ids(rows, out);
    double[] found = new double[rows * in];
    double[] sum = Reference.widen(start);
    for (int i = 0; i < found.length; i++) {
      int at = i % in * out + ids[i / in];
      found[i] = matrix[at];
      sum[at] += dOut[i];
    }
    String label = rows + " of " + in + "x" + out;
    cases.add(
        "gatherColumns",
        label,
        (k, w) -> {
          Tensor to = Cases.blank(k, w, Shape.of(1, rows, in));
          k.gatherColumns(pack(k, w, matrix, in, out), ids, to);
          return Cases.only(to);
        },
        new Result("out", found, Tolerance.EXACT));
    cases.add(
        "gatherColumnsBackward",
        label,
        (k, w) -> {
          Weight dW = k.zeros(w, pack(k, w, matrix, in, out));
          k.repack(k.upload(w, Shape.of(in, out), start), Weight.Layout.IN_OUT, dW);
          k.gatherColumnsBackward(k.upload(w, Shape.of(rows, in), dOut), ids, dW);
          return unpacked(k, w, dW);
        },
        new Result("dW", sum, Tolerance.ofSum(rows, 3 * Math.sqrt(rows))));
  }

  private void heads(int[] s) {
    int positions = s[0] * s[1];
    int heads = s[2];
    int size = s[3];
    int d = s[4];
    Shape ofZ = Shape.of(s[0], s[1], heads, size);
    Shape ofResults = Shape.of(s[0], s[1], heads, d);
    float[] z = numbers.normal(positions * heads * size);
    float[] matrix = numbers.normal(heads * size * d);
    float[] start = numbers.normal(matrix.length);
    float[] dResults = numbers.normal(positions * heads * d);
    float[] dOut = numbers.normal(positions * d);
    double[] dZ = new double[z.length];
    double[] dW = Reference.widen(start);
    double[] spread = new double[dResults.length];
    for (int i = 0; i < dResults.length; i++) {
      int row = i / d;
      for (int c = 0; c < size; c++) {
        int at = (row % heads * size + c) * d + i % d;
        dZ[row * size + c] += (double) dResults[i] * matrix[at];
        dW[at] += (double) dResults[i] * z[row * size + c];
      }
      spread[i] = dOut[row / heads * d + i % d];
    }
    String label = Arrays.toString(s);
    cases.add(
        "headResultsBackwardInput",
        label,
        (k, w) -> {
          Tensor to = Cases.blank(k, w, ofZ);
          Weight weight = pack(k, w, matrix, heads * size, d);
          k.headResultsBackwardInput(k.upload(w, ofResults, dResults), weight, to);
          return Cases.only(to);
        },
        new Result("dZ", dZ, Tolerance.ofSum(d, 2 * Math.sqrt(d))));
    cases.add(
        "headResultsBackwardWeight",
        label,
        (k, w) -> {
          Weight to = k.zeros(w, pack(k, w, matrix, heads * size, d));
          k.repack(k.upload(w, Shape.of(heads * size, d), start), Weight.Layout.IN_OUT, to);
          k.headResultsBackwardWeight(k.upload(w, ofZ, z), k.upload(w, ofResults, dResults), to);
          return unpacked(k, w, to);
        },
        new Result("dW", dW, Tolerance.ofSum(positions + 1L, 2 * Math.sqrt(positions) + 2)));
    cases.add(
        "sumHeadsBackward",
        label,
        (k, w) -> {
          Tensor to = Cases.blank(k, w, ofResults);
          k.sumHeadsBackward(k.upload(w, Shape.of(s[0], s[1], d), dOut), to);
          return Cases.only(to);
        },
        new Result("dResults", spread, Tolerance.EXACT));
  }

  private void dropout(int n) {
    float[] x = numbers.normal(n);
    Shape shape = Shape.of(n);
    long key = 0x1234_5678_9abc_def0L + n;
    for (float probability : new float[] {0, 0.1f, 0.5f, 0.99f}) {
      double[] expected = new double[n];
      for (int i = 0; i < n; i++) {
        expected[i] =
            DropoutMask.keeps(key, i, probability) ? x[i] / (1 - (double) probability) : 0;
      }
      Result out = new Result("out", expected, Tolerance.ofSum(1, 1));
      cases.add(
          "dropout",
          "of " + n + " with " + probability,
          (k, w) -> {
            Tensor to = Cases.blank(k, w, shape);
            k.dropout(k.upload(w, shape, x), probability, key, to);
            return Cases.only(to);
          },
          out);
      cases.add(
          "dropout",
          "of " + n + " with " + probability + " in place",
          (k, w) -> {
            Tensor to = k.upload(w, shape, x);
            k.dropout(to, probability, key, to);
            return Cases.only(to);
          },
          out);
    }
  }

  private void sumOfSquares(int n) {
    float[] x = numbers.normal(n);
    double sum = 0;
    for (float value : x) {
      sum += (double) value * value;
    }
    cases.add(
        "sumOfSquares",
        "of " + n,
        (k, w) -> {
          double exact = k.sumOfSquares(k.upload(w, Shape.of(n), x));
          float high = (float) exact; // and what is left of the double
          return Cases.only(k.upload(w, Shape.of(2), high, (float) (exact - high)));
        },
        new Result(
            "sum", new double[] {(float) sum, sum - (float) sum}, new Tolerance(1e-12 * sum, 0)));
  }

  private void adamW(int n) {
    float[] x = numbers.normal(n);
    float[] gradient = numbers.normal(n);
    float[] m = numbers.normal(n);
    float[] v = numbers.positive(n);
    for (AdamStep step :
        List.of(
            new AdamStep(0.1f, 0.9f, 0.999f, 1e-8f, 0.25f, 1, 0.5f),
            new AdamStep(0.01f, 0.8f, 0.95f, 1e-3f, 0, 1000, 1))) {
      double[] ofX = new double[n];
      double[] ofM = new double[n];
      double[] ofV = new double[n];
      for (int i = 0; i < n; i++) {
        double g = (double) step.gradientScale() * gradient[i];
        ofM[i] = m[i] + (1 - (double) step.beta1()) * (g - m[i]);
        ofV[i] = v[i] + (1 - (double) step.beta2()) * (g * g - v[i]);
        double unbiased = ofM[i] / (1 - Math.pow(step.beta1(), step.t()));
        double size = Math.sqrt(ofV[i] / (1 - Math.pow(step.beta2(), step.t())));
        ofX[i] = x[i] * (1 - (double) step.learningRate() * step.weightDecay());
        ofX[i] -= step.learningRate() * unbiased / (size + step.eps());
      }
      Shape shape = Shape.of(n);
      Tolerance tolerance = Tolerance.ofSum(6, 2);
      cases.add(
          "adamW",
          "of " + n + ", step " + step.t(),
          (k, w) -> {
            Tensor[] changed = {
              k.upload(w, shape, x), k.upload(w, shape, m), k.upload(w, shape, v)
            };
            k.adamW(changed[0], k.upload(w, shape, gradient), changed[1], changed[2], step);
            return changed;
          },
          new Result("x", ofX, tolerance),
          new Result("m", ofM, tolerance),
          new Result("v", ofV, tolerance));
    }
  }
}

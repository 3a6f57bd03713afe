package vitrine.kernels.contract;

import java.lang.foreign.MemorySegment;
import java.util.List;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.kernels.contract.Cases.Result;

/** The ops that take a matrix, on matrices that were rounded: held to the rounded numbers. */
final class NarrowCases {
  private static final int[][] PRODUCTS = { // rows, in, out
    {1, 1, 1},
    {1, 5, 3},
    {2, 7, 17},
    {3, 16, 48},
    {4, 33, 49},
    {5, 20, 95},
    {7, 64, 100},
    {9, 48, 144},
    {130, 40, 50},
    {600, 12, 5},
    {1, 300, 30},
    {0, 5, 3},
  };

  private final Numbers numbers = new Numbers(8);
  private final Cases cases = new Cases();
  private final Precision precision;

  private NarrowCases(Precision precision) {
    this.precision = precision;
  }

  static List<OpCase> all() {
    Cases all = new Cases();
    for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
      NarrowCases built = new NarrowCases(precision);
      for (int[] s : PRODUCTS) {
        built.forms(s[1], s[2]);
        built.linear(s[0], s[1], s[2]);
        built.toInput(s[0], s[1], s[2]);
      }
      for (int[] s :
          new int[][] {{1, 1, 1, 1, 1}, {2, 3, 4, 5, 20}, {1, 2, 3, 16, 49}, {2, 7, 12, 8, 96}}) {
        built.heads(s);
      }
      all.list().addAll(built.cases.list());
    }
    return all.list();
  }

  /**
   * What is kept of the numbers of a matrix (in, out), from the definitions.
   *
   * @see Precision
   */
  static double[] rounded(float[] matrix, int out, Precision precision) {
    double[] kept = new double[matrix.length];
    for (int i = 0; i < kept.length; i++) {
      kept[i] =
          switch (precision) {
            case F32 -> matrix[i];
            case BF16 -> nearestOf16Bits(matrix[i]);
            case INT8 -> {
              float scale = largest(matrix, i % out, out) / 127;
              yield scale == 0 ? 0 : Math.rint(matrix[i] / scale) * scale;
            }
          };
    }
    return kept;
  }

  private static float largest(float[] matrix, int column, int out) {
    float largest = 0;
    for (int i = column; i < matrix.length; i += out) {
      largest = Math.max(largest, Math.abs(matrix[i]));
    }
    return largest;
  }

  /** Looks at both neighbours. */
  private static double nearestOf16Bits(float x) {
    int bits = Float.floatToIntBits(x) & 0xffff0000;
    double below = Float.intBitsToFloat(bits); // nearer to 0
    double above = Float.intBitsToFloat(bits + 0x10000);
    double down = Math.abs(x - below);
    double up = Math.abs(above - x);
    boolean even = (bits & 0x10000) == 0;
    return down < up || (down == up && even) ? below : above;
  }

  private Weight pack(Kernels k, Workspace w, float[] matrix, int in, int out) {
    return k.pack(w, MemorySegment.ofArray(matrix), in, out, Weight.Layout.IN_OUT, precision);
  }

  private String label(Object what) {
    return precision + " " + what;
  }

  private void forms(int in, int out) {
    float[] before = numbers.normal(in * out);
    float[] matrix = numbers.normal(in * out);
    float[] turned = OpCases.transpose(matrix, in, out);
    double[] exact = rounded(matrix, out, precision);
    double[] exactTurned = new double[exact.length];
    for (int i = 0; i < exact.length; i++) {
      exactTurned[i % out * in + i / out] = exact[i];
    }
    Tolerance tolerance = Tolerance.ofSum(1, 0);
    int[] ids = numbers.ids(5, out);
    double[] found = new double[ids.length * in];
    for (int i = 0; i < found.length; i++) {
      found[i] = exact[i % in * out + ids[i / in]];
    }
    cases.add(
        "gatherColumns",
        label(in + "x" + out),
        (k, w) -> {
          Tensor columns = Cases.blank(k, w, Shape.of(ids.length, in));
          k.gatherColumns(pack(k, w, matrix, in, out), ids, columns);
          return Cases.only(columns);
        },
        new Result("out", found, tolerance));
    for (Weight.Layout layout : Weight.Layout.values()) {
      boolean straight = layout == Weight.Layout.IN_OUT;
      Shape shape = straight ? Shape.of(in, out) : Shape.of(out, in);
      float[] given = straight ? matrix : turned;
      cases.add(
          "unpack",
          label(in + "x" + out + " " + layout),
          (k, w) -> {
            Weight packed = k.pack(w, MemorySegment.ofArray(given), in, out, layout, precision);
            Tensor blank = Cases.blank(k, w, shape);
            k.unpack(packed, layout, Into.REPLACE, blank);
            return Cases.only(blank);
          },
          new Result("replaced", straight ? exact : exactTurned, tolerance));
      cases.add(
          "repack",
          label(in + "x" + out + " " + layout),
          (k, w) -> {
            Weight weight = pack(k, w, before, in, out);
            k.repack(k.upload(w, shape, given), layout, weight);
            Tensor blank = Cases.blank(k, w, Shape.of(in, out));
            k.unpack(weight, Weight.Layout.IN_OUT, Into.REPLACE, blank);
            return Cases.only(blank);
          },
          new Result("w", exact, tolerance));
    }
  }

  private void linear(int rows, int in, int out) {
    float[] x = numbers.normal(rows * in);
    float[] matrix = numbers.normal(in * out);
    float[] bias = numbers.normal(out);
    double[] bare = product(x, rounded(matrix, out, precision), in, out);
    double[] ended = bare.clone();
    for (int i = 0; i < ended.length; i++) {
      ended[i] = Reference.function(Activation.GELU).applyAsDouble(bare[i] + bias[i % out]);
    }
    Tolerance tolerance = Tolerance.ofFunction(in, 2 * Math.sqrt(in));
    cases.add(
        "linear",
        label(rows + "x" + in + "x" + out),
        (k, w) -> {
          Tensor input = k.upload(w, Shape.of(rows, in), x);
          Weight weight = pack(k, w, matrix, in, out);
          Tensor y = Cases.blank(k, w, Shape.of(rows, out));
          Tensor z = Cases.blank(k, w, Shape.of(rows, out));
          k.linear(input, weight, null, Activation.IDENTITY, y);
          k.linear(input, weight, k.upload(w, Shape.of(out), bias), Activation.GELU, z);
          return new Tensor[] {y, z};
        },
        new Result("bare", bare, tolerance),
        new Result("with bias and GELU", ended, tolerance));
  }

  private static double[] product(float[] x, double[] w, int in, int out) {
    double[] y = new double[x.length / in * out];
    for (int i = 0; i < y.length; i++) {
      for (int k = 0; k < in; k++) {
        y[i] += x[i / out * in + k] * w[k * out + i % out];
      }
    }
    return y;
  }

  private void toInput(int rows, int in, int out) {
    float[] matrix = numbers.normal(in * out);
    double[] kept = rounded(matrix, out, precision);
    float[] dOut = numbers.normal(rows * out);
    double[] exact = new double[rows * in];
    for (int i = 0; i < exact.length; i++) {
      for (int j = 0; j < out; j++) {
        exact[i] += dOut[i / in * out + j] * kept[i % in * out + j];
      }
    }
    cases.add(
        "linearBackwardInput",
        label(rows + "x" + in + "x" + out),
        (k, w) -> {
          Tensor dX = Cases.blank(k, w, Shape.of(rows, in));
          Tensor slopes = k.upload(w, Shape.of(rows, out), dOut);
          k.linearBackwardInput(slopes, pack(k, w, matrix, in, out), Into.REPLACE, dX);
          return Cases.only(dX);
        },
        new Result("dX", exact, Tolerance.ofSum(out + 1L, 2 * Math.sqrt(out))));
  }

  private void heads(int[] s) {
    int rows = s[0] * s[1] * s[2];
    int heads = s[2];
    int size = s[3];
    int d = s[4];
    float[] z = numbers.normal(rows * size);
    float[] matrix = numbers.normal(heads * size * d);
    float[] dOut = numbers.normal(rows * d);
    double[] kept = rounded(matrix, d, precision);
    double[] results = new double[rows * d];
    double[] slopes = new double[rows * size];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < size; c++) {
        for (int j = 0; j < d; j++) {
          double weight = kept[(row % heads * size + c) * d + j];
          results[row * d + j] += z[row * size + c] * weight;
          slopes[row * size + c] += dOut[row * d + j] * weight;
        }
      }
    }
    Shape split = Shape.of(s[0], s[1], heads, size);
    Shape wide = Shape.of(s[0], s[1], heads, d);
    cases.add(
        "headResults",
        label(split + " to " + d),
        (k, w) -> {
          Tensor out = Cases.blank(k, w, wide);
          k.headResults(k.upload(w, split, z), pack(k, w, matrix, heads * size, d), out);
          return Cases.only(out);
        },
        new Result("results", results, Tolerance.ofSum(size, 2 * Math.sqrt(size))));
    cases.add(
        "headResultsBackwardInput",
        label(split + " to " + d),
        (k, w) -> {
          Tensor dZ = Cases.blank(k, w, split);
          Weight weight = pack(k, w, matrix, heads * size, d);
          k.headResultsBackwardInput(k.upload(w, wide, dOut), weight, dZ);
          return Cases.only(dZ);
        },
        new Result("dZ", slopes, Tolerance.ofSum(d, 2 * Math.sqrt(d))));
  }
}

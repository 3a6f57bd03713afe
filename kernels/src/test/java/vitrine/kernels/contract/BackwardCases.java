package vitrine.kernels.contract;

import java.util.Arrays;
import java.util.List;
import vitrine.kernels.Activation;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.contract.Cases.Result;

/**
 * Gradients of element-wise ops and of ops by row. What is replaced holds NaN before; what is added
 * to holds numbers; where the result may take the place of an operand, it does so in one case.
 */
final class BackwardCases {
  private final Numbers numbers = new Numbers(19860);
  private final Cases cases = new Cases();

  private BackwardCases() {}

  static List<OpCase> all() {
    BackwardCases built = new BackwardCases();
    built.activations();
    built.means();
    built.gather();
    built.sumRows();
    for (int d : OpCases.LENGTHS) {
      for (int rows : new int[] {1, 2, 1 + 300 / d}) {
        built.layerNorm(rows, d);
        built.layerNormParts(rows, d);
        built.affine(rows, d);
      }
    }
    built.softmax();
    built.crossEntropy();
    return built.cases.list();
  }

  private void activations() {
    float[] x = new float[1025];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 512) / 32f; // -16 to 16
    }
    float[] special = {-0f, 1e-30f, -1e-30f, 88, -88, 1000, -1000, Float.NaN};
    System.arraycopy(special, 0, x, 0, special.length);
    float[] dOut = numbers.normal(x.length);
    Shape shape = Shape.of(x.length);
    for (Activation activation : Activation.values()) {
      double[] expected = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        expected[i] = dOut[i] * BackwardReference.slope(activation).applyAsDouble(x[i]);
      }
      Result dX = new Result("dX", expected, Tolerance.ofFunction(3, 3));
      cases.add(
          "activateBackward",
          activation.name(),
          (k, w) -> {
            Tensor out = Cases.blank(k, w, shape);
            k.activateBackward(k.upload(w, shape, x), activation, k.upload(w, shape, dOut), out);
            return Cases.only(out);
          },
          dX);
      cases.add(
          "activateBackward",
          activation + " in place",
          (k, w) -> {
            Tensor out = k.upload(w, shape, dOut);
            k.activateBackward(k.upload(w, shape, x), activation, out, out);
            return Cases.only(out);
          },
          dX);
    }
  }

  private void means() {
    for (Shape shape :
        List.of(
            Shape.of(2, 5, 17), Shape.of(3, 4, 2, 7), Shape.of(2, 3, 4, 33), Shape.of(1, 1, 1))) {
      for (int axis = 1; axis < shape.rank(); axis++) {
        float[] x = numbers.normal((int) shape.size());
        if (shape.rank() == 4) {
          for (int i = 0; i < x.length; i += 3) {
            x[i] = Float.NEGATIVE_INFINITY;
          }
        }
        float[] dOut = numbers.normal(x.length);
        boolean[] counts = numbers.flags(shape.dim(0) * shape.dim(axis));
        Arrays.fill(counts, 0, shape.dim(axis), shape.size() > 1); // once nothing counts
        int axis1 = axis;
        cases.add(
            "meanOverBackward",
            "axis " + axis + " of " + shape,
            (k, w) -> {
              Tensor dX = Cases.blank(k, w, shape);
              k.meanOverBackward(
                  k.upload(w, shape, x), axis1, counts, k.upload(w, shape, dOut), dX);
              return Cases.only(dX);
            },
            new Result(
                "dX",
                BackwardReference.meanOver(shape, x, axis, counts, dOut),
                Tolerance.ofSum(shape.dim(axis), 3)));
      }
    }
  }

  private void gather() {
    for (int[] s : new int[][] {{1, 1, 1}, {6, 11, 19}, {300, 7, 33}, {45, 100, 16}, {5, 3, 1}}) {
      int rows = s[0];
      int vocabulary = s[1];
      int d = s[2];
      int[] ids = numbers.ids(rows, vocabulary);
      float[] start = numbers.normal(vocabulary * d);
      float[] dOut = numbers.normal(rows * d);
      double[] expected = Reference.widen(start);
      for (int i = 0; i < dOut.length; i++) {
        expected[ids[i / d] * d + i % d] += dOut[i];
      }
      cases.add(
          "gatherBackward",
          rows + " of " + vocabulary + " rows of " + d,
          (k, w) -> {
            Tensor dTable = k.upload(w, Shape.of(vocabulary, d), start);
            k.gatherBackward(k.upload(w, Shape.of(1, rows, d), dOut), ids, dTable);
            return Cases.only(dTable);
          },
          new Result("dTable", expected, Tolerance.ofSum(rows, 3 * Math.sqrt(rows))));
    }
  }

  private void sumRows() {
    for (int d : OpCases.LENGTHS) {
      for (int rows : new int[] {1, 7, 300}) {
        float[] x = numbers.normal(rows * d);
        float[] ones = new float[x.length];
        Arrays.fill(ones, 1);
        float[] start = numbers.normal(d);
        cases.add(
            "sumRows",
            rows + " rows of " + d,
            (k, w) -> {
              Tensor out = k.upload(w, Shape.of(d), start);
              Shape split = d % 3 == 0 ? Shape.of(rows, 3, d / 3) : Shape.of(1, rows, d);
              k.sumRows(k.upload(w, split, x), out);
              return Cases.only(out);
            },
            new Result(
                "out",
                BackwardReference.sumOfRows(start, Reference.widen(x), ones),
                Tolerance.ofSum(rows + 1L, 2 * Math.sqrt(rows))));
      }
    }
  }

  /** Away from 0, and never so flat that the division magnifies what was rounded before. */
  private float[] spread(int rows, int d) {
    float[] x = numbers.normal(rows * d);
    for (int i = 0; i < x.length; i++) {
      x[i] += i % d == 0 ? 9 : 5;
    }
    return x;
  }

  private void layerNorm(int rows, int d) {
    float eps = 1e-5f;
    float[] x = spread(rows, d);
    float[] gamma = numbers.normal(d);
    float[] dOut = numbers.normal(x.length);
    float[] ofGamma = numbers.normal(d);
    float[] ofBeta = numbers.normal(d);
    double[] exact = Reference.widen(x);
    Shape shape = Shape.of(1, rows, d);
    Shape vector = Shape.of(d);
    String label = rows + " rows of " + d;
    double[] dX = BackwardReference.layerNorm(exact, gamma, dOut, eps);
    Result toX = new Result("dX", dX, Tolerance.ofSum(d, 50));
    Tolerance sums = Tolerance.ofSum(rows, 10 * Math.sqrt(rows));
    cases.add(
        "layerNormBackward",
        label,
        (k, w) -> {
          Tensor out = Cases.blank(k, w, shape);
          Tensor dGamma = k.upload(w, vector, ofGamma);
          Tensor dBeta = k.upload(w, vector, ofBeta);
          k.layerNormBackward(
              k.upload(w, shape, x),
              k.upload(w, vector, gamma),
              eps,
              k.upload(w, shape, dOut),
              out,
              dGamma,
              dBeta);
          return new Tensor[] {out, dGamma, dBeta};
        },
        toX,
        new Result(
            "dGamma",
            BackwardReference.sumOfRows(ofGamma, BackwardReference.normalized(exact, d, eps), dOut),
            sums),
        new Result("dBeta", BackwardReference.sumOfRows(ofBeta, ones(x.length), dOut), sums));
    cases.add(
        "layerNormBackward",
        label + " in place",
        (k, w) -> {
          Tensor out = k.upload(w, shape, dOut);
          k.layerNormBackward(
              k.upload(w, shape, x), k.upload(w, vector, gamma), eps, out, out, null, null);
          return Cases.only(out);
        },
        toX);
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private void layerNormParts(int rows, int d) {
    float eps = 1e-5f;
    float[] x = spread(rows, d);
    float[] scale = numbers.positive(rows);
    float[] slopes = numbers.normal(rows);
    float[] dOut = numbers.normal(x.length);
    float[] start = numbers.normal(x.length);
    double[] exact = Reference.widen(x);
    double[] throughScale = Reference.widen(start);
    double[] throughNormalize = new double[x.length];
    double[] dScale = new double[rows];
    for (int i = 0; i < x.length; i++) {
      int row = i - i % d;
      double centred = exact[i] - Reference.mean(exact, row, d);
      throughScale[i] += slopes[i / d] * centred / d / Reference.scale(exact, row, d, eps);
      double mean = Reference.mean(Reference.widen(dOut), row, d);
      throughNormalize[i] = (dOut[i] - mean) / scale[i / d];
      dScale[i / d] -= dOut[i] * centred / Math.pow(scale[i / d], 2);
    }
    Shape shape = Shape.of(rows, d);
    Shape column = Shape.of(rows, 1);
    String label = rows + " rows of " + d;
    cases.add(
        "layerNormScaleBackward",
        label,
        (k, w) -> {
          Tensor dX = k.upload(w, shape, start);
          k.layerNormScaleBackward(k.upload(w, shape, x), eps, k.upload(w, column, slopes), dX);
          return Cases.only(dX);
        },
        new Result("dX", throughScale, Tolerance.ofSum(d, 20)));
    Result[] results = {
      new Result("dX", throughNormalize, Tolerance.ofSum(d, 6)),
      new Result("dScale", dScale, Tolerance.ofSum(d, 40 * Math.sqrt(d)))
    };
    cases.add(
        "layerNormNormalizeBackward",
        label,
        (k, w) -> {
          Tensor dX = Cases.blank(k, w, shape);
          Tensor toScale = Cases.blank(k, w, column);
          k.layerNormNormalizeBackward(
              k.upload(w, shape, x),
              k.upload(w, column, scale),
              k.upload(w, shape, dOut),
              dX,
              toScale);
          return new Tensor[] {dX, toScale};
        },
        results);
    cases.add(
        "layerNormNormalizeBackward",
        label + " in place",
        (k, w) -> {
          Tensor dX = k.upload(w, shape, dOut);
          Tensor toScale = Cases.blank(k, w, column);
          k.layerNormNormalizeBackward(
              k.upload(w, shape, x), k.upload(w, column, scale), dX, dX, toScale);
          return new Tensor[] {dX, toScale};
        },
        results);
  }

  private void affine(int rows, int d) {
    float[] x = numbers.normal(rows * d);
    float[] gamma = numbers.normal(d);
    float[] dOut = numbers.normal(x.length);
    float[] ofGamma = numbers.normal(d);
    float[] ofBeta = numbers.normal(d);
    double[] dX = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      dX[i] = (double) dOut[i] * gamma[i % d];
    }
    Shape shape = Shape.of(rows, d);
    Shape vector = Shape.of(d);
    String label = rows + " rows of " + d;
    Result toX = new Result("dX", dX, Tolerance.ofSum(1, 1));
    Tolerance sums = Tolerance.ofSum(rows, 3 * Math.sqrt(rows));
    cases.add(
        "affineBackward",
        label,
        (k, w) -> {
          Tensor out = Cases.blank(k, w, shape);
          Tensor dGamma = k.upload(w, vector, ofGamma);
          Tensor dBeta = k.upload(w, vector, ofBeta);
          k.affineBackward(
              k.upload(w, shape, x),
              k.upload(w, vector, gamma),
              k.upload(w, shape, dOut),
              out,
              dGamma,
              dBeta);
          return new Tensor[] {out, dGamma, dBeta};
        },
        toX,
        new Result("dGamma", BackwardReference.sumOfRows(ofGamma, Reference.widen(x), dOut), sums),
        new Result("dBeta", BackwardReference.sumOfRows(ofBeta, ones(x.length), dOut), sums));
    cases.add(
        "affineBackward",
        label + " in place",
        (k, w) -> {
          Tensor out = k.upload(w, shape, dOut);
          k.affineBackward(k.upload(w, shape, x), k.upload(w, vector, gamma), out, out, null, null);
          return Cases.only(out);
        },
        toX);
  }

  private void softmax() {
    for (int n : OpCases.LENGTHS) {
      float[] x = numbers.normal(5 * n);
      for (int j = 0; j < n; j++) {
        x[j] *= 40; // steep
        x[n + j] = Float.NEGATIVE_INFINITY; // nothing to choose from
        x[2 * n + j] = j % 3 == 0 ? x[2 * n + j] : Float.NEGATIVE_INFINITY;
      }
      double[] exact = Reference.softmax(Reference.widen(x), n);
      float[] y = new float[exact.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = (float) exact[i];
      }
      float[] dOut = numbers.normal(y.length);
      Shape shape = Shape.of(5, n);
      // Not from rounded y by the Jacobian: its diagonal supposes that y adds up to 1, and y does
      // only to half a unit in the last place.
      double[] expected = new double[y.length];
      for (int i = 0; i < y.length; i++) {
        int row = i - i % n;
        for (int j = row; j < row + n; j++) {
          expected[i] +=
              y[i] * (i == j ? dOut[j] - (double) y[j] * dOut[j] : -(double) y[j] * dOut[j]);
        }
      }
      Result dX = new Result("dX", expected, Tolerance.ofSum(n, 3));
      cases.add(
          "softmaxBackward",
          "rows of " + n,
          (k, w) -> {
            Tensor out = Cases.blank(k, w, shape);
            k.softmaxBackward(k.upload(w, shape, y), k.upload(w, shape, dOut), out);
            return Cases.only(out);
          },
          dX);
      cases.add(
          "softmaxBackward",
          "rows of " + n + " in place",
          (k, w) -> {
            Tensor out = k.upload(w, shape, dOut);
            k.softmaxBackward(k.upload(w, shape, y), out, out);
            return Cases.only(out);
          },
          dX);
    }
  }

  private void crossEntropy() {
    float factor = 0.375f;
    for (int n : OpCases.LENGTHS) {
      float[] logits = numbers.normal(4 * n);
      int[] targets = numbers.ids(4, n);
      targets[2] = -100;
      for (int j = 0; j < n; j++) {
        logits[j] *= 30;
        logits[n + j] = j == targets[1] || j % 2 == 0 ? logits[n + j] : Float.NEGATIVE_INFINITY;
      }
      double[] p = Reference.softmax(Reference.widen(logits), n);
      double[] expected = new double[p.length];
      for (int i = 0; i < p.length; i++) {
        int target = targets[i / n];
        expected[i] = target < 0 ? 0 : factor * (i % n == target ? p[i] - 1 : p[i]);
      }
      Shape shape = Shape.of(2, 2, n);
      Result result = new Result("dLogits", expected, Tolerance.ofFunction(n, 1));
      cases.add(
          "crossEntropyBackward",
          "over " + n,
          (k, w) -> {
            Tensor dLogits = Cases.blank(k, w, shape);
            k.crossEntropyBackward(k.upload(w, shape, logits), targets, factor, dLogits);
            return Cases.only(dLogits);
          },
          result);
      cases.add(
          "crossEntropyBackward",
          "over " + n + " in place",
          (k, w) -> {
            Tensor x = k.upload(w, shape, logits);
            k.crossEntropyBackward(x, targets, factor, x);
            return Cases.only(x);
          },
          result);
    }
  }
}

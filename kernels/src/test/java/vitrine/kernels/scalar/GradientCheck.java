package vitrine.kernels.scalar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Holds a backward op against central differences of its forward op.
 *
 * <p>Of the forward result y a number is made, {@code L = sum of c_i y_i} with random c; the
 * backward op gets c as dOut, and must give the gradient of L to each input. {@code (L(x + h) - L(x
 * - h)) / 2h} with h = 1e-5 has an error near h^2 = 1e-10 from the third derivative and near
 * 1e-16/h = 1e-11 from rounding. What is compared is the gradient to one input as a whole: the
 * length of the difference, divided by the length of the longer of the two.
 */
final class GradientCheck {
  static final double STEP = 1e-5;

  /** Runs the forward op on the inputs. */
  @FunctionalInterface
  interface Forward {
    Tensor run(Kernels kernels, Workspace workspace, Tensor[] inputs);
  }

  /** Runs the backward op; gives a gradient for each input, null for one that has none. */
  @FunctionalInterface
  interface Backward {
    @Nullable Tensor[] run(Kernels kernels, Workspace workspace, Tensor[] inputs, Tensor dOut);
  }

  /**
   * How far one gradient is from the differences.
   *
   * @param of which check, which input
   * @param length of the gradient; 0 where nothing moves the result
   */
  record Outcome(String of, double relativeError, double length) {}

  private final String label;
  private final Random random;
  private final List<Shape> shapes = new ArrayList<>();
  private final List<double[]> inputs = new ArrayList<>();
  private @Nullable Double slopes;

  GradientCheck(String label) {
    this.label = label;
    this.random = new Random(label.hashCode());
  }

  /** One more input, of these numbers. */
  GradientCheck input(Shape shape, double... values) {
    shapes.add(shape);
    inputs.add(values);
    return this;
  }

  /** One more input, normal. */
  GradientCheck input(int... dims) {
    Shape shape = Shape.of(dims);
    return input(shape, random.doubles(shape.size(), -1.7, 1.7).toArray());
  }

  /** All c are this, where the backward op takes one factor. */
  GradientCheck slope(double value) {
    slopes = value;
    return this;
  }

  List<Outcome> run(Kernels kernels, Forward forward, Backward backward) {
    Map<Integer, double[]> analytic = new TreeMap<>();
    double[] c;
    try (Workspace workspace = kernels.workspace()) {
      Tensor[] tensors = upload(workspace);
      Shape out = forward.run(kernels, workspace, tensors).shape();
      c = random.doubles(out.size(), -1, 1).toArray();
      if (slopes != null) {
        Arrays.fill(c, slopes);
      }
      Tensor dOut = DoubleKernels.upload(workspace, out, c);
      @Nullable Tensor[] gradients = backward.run(kernels, workspace, tensors, dOut);
      for (int i = 0; i < gradients.length; i++) {
        Tensor gradient = gradients[i];
        if (gradient != null) {
          analytic.put(i, DoubleKernels.toDoubles(gradient));
        }
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    analytic.forEach((i, gradient) ->
        outcomes.add(
            compared(label + ", input " + i, gradient, differences(kernels, forward, i, c))));
    return outcomes;
  }

  private Tensor[] upload(Workspace workspace) {
    Tensor[] tensors = new Tensor[inputs.size()];
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = DoubleKernels.upload(workspace, shapes.get(i), inputs.get(i));
    }
    return tensors;
  }

  private double[] differences(Kernels kernels, Forward forward, int which, double[] c) {
    double[] x = inputs.get(which);
    double[] gradient = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      double before = x[j];
      x[j] = before + STEP;
      double above = value(kernels, forward, c);
      x[j] = before - STEP;
      double below = value(kernels, forward, c);
      x[j] = before;
      gradient[j] = (above - below) / (2 * STEP);
    }
    return gradient;
  }

  /** L; results of minus infinity stay that, whatever the inputs. */
  private double value(Kernels kernels, Forward forward, double[] c) {
    try (Workspace workspace = kernels.workspace()) {
      double[] y = DoubleKernels.toDoubles(forward.run(kernels, workspace, upload(workspace)));
      double sum = 0;
      for (int i = 0; i < y.length; i++) {
        sum += y[i] == Double.NEGATIVE_INFINITY ? 0 : c[i] * y[i];
      }
      return sum;
    }
  }

  private static Outcome compared(String of, double[] analytic, double[] numeric) {
    if (analytic.length != numeric.length) {
      throw new AssertionError(
          of + ": " + analytic.length + " numbers; expected " + numeric.length);
    }
    double apart = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < analytic.length; i++) {
      apart += Math.pow(analytic[i] - numeric[i], 2);
      first += Math.pow(analytic[i], 2);
      second += Math.pow(numeric[i], 2);
    }
    double length = Math.sqrt(Math.max(first, second));
    return new Outcome(of, length == 0 ? 0 : Math.sqrt(apart) / length, length);
  }
}

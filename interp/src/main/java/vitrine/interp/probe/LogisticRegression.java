package vitrine.interp.probe;

import java.util.Arrays;
import vitrine.engine.InputException;

/**
 * The linear probe: multinomial logistic regression with an L2 penalty, fitted to its only optimum,
 * {@code min over W, b of sum_i -ln softmax(x_i W + b)[y_i] + ||W||^2 / (2C)}; of two classes with
 * one weight vector. It is scikit-learn's {@code LogisticRegression(C=C)}, whose objective is this
 * times C.
 *
 * <p>The search is in coordinates in which features of any size, place and correlation look alike
 * ({@link Preconditioner}), and ends by what is left to gain of the objective, so that the optimum
 * does not depend on the unit of the features.
 *
 * <p>What it does not tell: whether the model uses what the probe finds (Ravichander et al. 2021),
 * nor what a probe with another prior on its weights would find; see the controls.
 *
 * @param inverseRegularization C: larger lets weights grow
 * @param iterations of L-BFGS at most
 */
public record LogisticRegression(double inverseRegularization, int iterations)
    implements ProbeKind {
  /** The usual C, as scikit-learn's. */
  public static final double USUAL = 1;

  private static final int MOST = 2000;

  /** What may be left to gain, as a part of the objective: whatever its size, and the features'. */
  private static final double TOLERANCE = 1e-7;

  /** The same where all is computed in double. */
  private static final double FINE = 1e-11;

  /** What is told to be no optimum. */
  private static final double FAR = 1e-6;

  public LogisticRegression {
    if (!(inverseRegularization > 0 && Double.isFinite(inverseRegularization))) {
      throw new InputException(
          "probe: inverse regularization: "
              + inverseRegularization
              + "; expected a number greater than 0.");
    }
  }

  public static LogisticRegression of(double inverseRegularization) {
    return new LogisticRegression(inverseRegularization, MOST);
  }

  @Override
  public String label() {
    return "linear";
  }

  /**
   * Fits.
   *
   * @param x (n,d)
   * @param classes of the rows, from 0 to {@code count - 1}
   * @param count how many classes there are, at least 2
   */
  public LinearProbe fit(Features x, int[] classes, int count) {
    return fit(x, Directions.of(x), classes, x.rows(), count);
  }

  @Override
  public LinearProbe fit(Features x, Directions directions, int[] classes, int rows, int count) {
    if (classes.length != x.rows()) {
      throw new IllegalArgumentException(
          "probe: %d classes for %d rows".formatted(classes.length, x.rows()));
    }
    try (SoftmaxLoss loss =
        new SoftmaxLoss(x, directions, classes, rows, count, inverseRegularization)) {
      Lbfgs.Minimum minimum =
          new Lbfgs(iterations, x.isExact() ? FINE : TOLERANCE)
              .minimise(loss, new double[loss.size()]);
      double[] values = loss.whole(minimum.point());
      return new LinearProbe(
          x.origin(),
          count,
          Arrays.copyOf(values, x.width() * count),
          Arrays.copyOfRange(values, x.width() * count, values.length),
          minimum.value(),
          minimum.iterations(),
          minimum.end() == Lbfgs.End.CONVERGED || minimum.promise() <= FAR * minimum.value()
              ? Probe.Fit.OPTIMAL
              : Probe.Fit.NOT_OPTIMAL);
    }
  }
}

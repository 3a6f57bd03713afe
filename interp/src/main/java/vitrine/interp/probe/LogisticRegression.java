package vitrine.interp.probe;

import java.util.Arrays;
import vitrine.engine.InputException;

/**
 * The linear probe: multinomial logistic regression with an L2 penalty, fitted to its only optimum,
 * {@code min over W, b of sum_i -ln softmax(x_i W + b)[y_i] + ||W||^2 / (2C)}; of two classes with
 * one weight vector. It is scikit-learn's {@code LogisticRegression(C=C)}, whose objective is this
 * times C.
 *
 * <p>What it does not tell: whether the model uses what the probe finds (Ravichander et al. 2021),
 * nor what a probe with another prior on its weights would find; see the controls.
 *
 * @param inverseRegularization C: larger lets weights grow
 * @param iterations of L-BFGS at most
 */
public record LogisticRegression(double inverseRegularization, int iterations) {
  /** The usual C, as scikit-learn's. */
  public static final double USUAL = 1;

  private static final int MOST = 1000;

  /** Of the gradient of the mean over rows. */
  private static final double TOLERANCE = 1e-7;

  /** What is told to be no optimum. */
  private static final double FAR = 1e-4;

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

  /** Whether the optimum was reached. */
  public enum Fit {
    /** The gradient of the mean loss is 0 but for rounding. */
    OPTIMAL,
    /** The search ended before it. */
    NOT_OPTIMAL
  }

  /**
   * Fits.
   *
   * @param x (n,d)
   * @param classes of the rows, from 0 to {@code count - 1}
   * @param count how many classes there are, at least 2
   */
  public LinearProbe fit(Features x, int[] classes, int count) {
    return fit(x, classes, x.rows(), count);
  }

  /** Fits on the first rows only. */
  LinearProbe fit(Features x, int[] classes, int rows, int count) {
    if (classes.length != x.rows()) {
      throw new IllegalArgumentException(
          "probe: %d classes for %d rows".formatted(classes.length, x.rows()));
    }
    try (SoftmaxLoss loss = new SoftmaxLoss(x, classes, rows, count, inverseRegularization)) {
      Lbfgs.Minimum minimum =
          new Lbfgs(iterations, TOLERANCE * rows).minimise(loss, new double[loss.parameters()]);
      float[] values = SoftmaxLoss.whole(minimum.point(), x.width(), count);
      return new LinearProbe(
          x.width(),
          count,
          Arrays.copyOf(values, x.width() * count),
          Arrays.copyOfRange(values, x.width() * count, values.length),
          minimum.value(),
          minimum.iterations(),
          minimum.gradient() <= FAR * rows ? Fit.OPTIMAL : Fit.NOT_OPTIMAL);
    }
  }
}

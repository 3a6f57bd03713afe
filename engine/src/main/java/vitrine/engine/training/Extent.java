package vitrine.engine.training;

import vitrine.engine.InputException;

/** How long training goes on. */
public sealed interface Extent {
  /** A number of optimizer steps. */
  record Steps(int steps) implements Extent {
    public Steps {
      if (steps < 1) {
        throw new InputException("recipe: steps: " + steps + "; expected 1 or more.");
      }
    }
  }

  /** A number of passes over the examples; it may be a fraction. */
  record Epochs(double epochs) implements Extent {
    private static final double MOST = 1e6;

    public Epochs {
      if (!(epochs > 0 && epochs <= MOST)) {
        throw new InputException(
            "recipe: epochs: " + epochs + "; expected more than 0 and at most " + (int) MOST + ".");
      }
    }
  }

  static Extent steps(int steps) {
    return new Steps(steps);
  }

  static Extent epochs(double epochs) {
    return new Epochs(epochs);
  }

  /**
   * How many examples are trained on in all, each counted as often as it is.
   *
   * @param examples how many there are
   * @param perStep how many a step takes
   */
  default long examples(int examples, int perStep) {
    return switch (this) {
      case Steps steps -> Math.multiplyExact((long) steps.steps(), perStep);
      case Epochs epochs -> Math.max(1, Math.round(epochs.epochs() * examples));
    };
  }
}

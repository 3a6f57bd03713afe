package vitrine.engine.training;

import java.util.Locale;
import vitrine.engine.InputException;

/**
 * How the learning rate rises and falls: up in a straight line to its highest, then as the shape
 * says towards the final fraction of it, which the step after the last would have.
 *
 * <p>The ways down to 0 are those of transformers' {@code get_linear_schedule_with_warmup} and
 * {@code get_cosine_schedule_with_warmup}, step for step; the way up is one step ahead of theirs,
 * whose first step has the rate 0 and so changes nothing.
 *
 * @param shape of the way down
 * @param warmup how long the way up is
 * @param finalFraction of the highest rate, where the way down ends
 */
public record Schedule(Shape shape, Warmup warmup, double finalFraction) {
  /** The way down. */
  public enum Shape {
    /** There is none. */
    CONSTANT,
    /** A straight line. */
    LINEAR,
    /** Half a cosine (Loshchilov and Hutter 2017). */
    COSINE;

    /** As a recipe's JSON has it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The length of the way up. */
  public sealed interface Warmup {
    /** In steps. */
    record Steps(int steps) implements Warmup {
      public Steps {
        if (steps < 0) {
          throw new InputException("recipe: warmup_steps: " + steps + "; expected 0 or more.");
        }
      }
    }

    /** As a share of all steps. */
    record Fraction(double fraction) implements Warmup {
      public Fraction {
        if (!(fraction >= 0 && fraction <= 1)) {
          throw new InputException("recipe: warmup_fraction: " + fraction + "; expected 0 to 1.");
        }
      }
    }
  }

  public Schedule {
    if (!(finalFraction >= 0 && finalFraction <= 1)) {
      throw new InputException("recipe: final_fraction: " + finalFraction + "; expected 0 to 1.");
    }
  }

  /** The same rate from the first step to the last. */
  public static Schedule constant() {
    return new Schedule(Shape.CONSTANT, new Warmup.Steps(0), 1);
  }

  /** Down to 0 in a straight line. */
  public static Schedule linear(double warmupFraction) {
    return new Schedule(Shape.LINEAR, new Warmup.Fraction(warmupFraction), 0);
  }

  /** Down along a cosine. */
  public static Schedule cosine(double warmupFraction, double finalFraction) {
    return new Schedule(Shape.COSINE, new Warmup.Fraction(warmupFraction), finalFraction);
  }

  /**
   * The share of the highest rate that a step has, in [0, 1].
   *
   * @param step from 1
   * @param steps how many there are in all
   */
  public double factor(int step, int steps) {
    int up =
        switch (warmup) {
          case Warmup.Steps given -> given.steps();
          case Warmup.Fraction share -> (int) Math.round(share.fraction() * steps);
        };
    if (step <= up) {
      return (double) step / up;
    }
    double way = (double) (step - up - 1) / Math.max(1, steps - up);
    double left =
        switch (shape) {
          case CONSTANT -> 1;
          case LINEAR -> 1 - way;
          case COSINE -> (1 + StrictMath.cos(Math.PI * way)) / 2;
        };
    return shape == Shape.CONSTANT ? 1 : finalFraction + (1 - finalFraction) * left;
  }
}

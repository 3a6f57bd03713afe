package vitrine.engine.training;

import java.util.Locale;

/** A number that an evaluation gives. */
public enum Measure {
  LOSS,
  /** e to the loss, of language models. */
  PERPLEXITY,
  /** The share of right classes. */
  ACCURACY,
  /**
   * Of two classes the second's F1, as GLUE has it; of more the mean over the classes that occur.
   */
  F1,
  /** Matthews' correlation; of more than two classes Gorodkin's R_K (2004). */
  MATTHEWS,
  /** Pearson's correlation of values. */
  PEARSON,
  /** Spearman's rank correlation of values. */
  SPEARMAN,
  /** Mean squared error of values. */
  SQUARED_ERROR,
  /** The share of answers with the right start and end. */
  EXACT_MATCH;

  /** As a recipe's JSON and metrics have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether one value of it is better than another. */
  public boolean isBetter(double value, double than) {
    return switch (this) {
      case LOSS, PERPLEXITY, SQUARED_ERROR -> value < than;
      case ACCURACY, F1, MATTHEWS, PEARSON, SPEARMAN, EXACT_MATCH -> value > than;
    };
  }
}

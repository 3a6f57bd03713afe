package vitrine.interp.ablation;

import java.util.Locale;

/** In which order more and more components are switched off. */
public enum Order {
  /** By how much worse each alone makes the metric on these texts, the least first. */
  EFFECT,
  /**
   * Heads by |dL/dxi| on these texts, the least first (Michel et al. 2019, section 4.1): what they
   * prune by, from one backward pass.
   */
  IMPORTANCE;

  /** As the command line has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a curve in that order is called. */
  String words() {
    return switch (this) {
      case EFFECT -> "least effect alone first";
      case IMPORTANCE -> "least |dL/dxi| first";
    };
  }
}

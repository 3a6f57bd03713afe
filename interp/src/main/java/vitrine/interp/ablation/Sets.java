package vitrine.interp.ablation;

import java.util.Locale;

/** Which components are switched off together. */
public enum Sets {
  /** Each alone. */
  SINGLE,
  /** Every pair, and each alone, so that it shows what the two have in common. */
  PAIRS,
  /** All of a layer but one (Michel et al. 2019, section 3.3). */
  ALL_BUT_ONE,
  /**
   * More and more, the least important first: by how much worse each alone makes the metric on
   * these texts; and beside it the same in a random order.
   */
  CUMULATIVE;

  /** As the command line has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

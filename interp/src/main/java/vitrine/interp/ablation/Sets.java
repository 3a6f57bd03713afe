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
  /** More and more in an {@link Order}, and beside it the same in a random one. */
  CUMULATIVE;

  /**
   * Whether something that is switched off may feed another that is: all but one are of one site,
   * so that none of them does.
   */
  boolean reachesOn() {
    return switch (this) {
      case SINGLE, ALL_BUT_ONE -> false;
      case PAIRS, CUMULATIVE -> true;
    };
  }

  /** As the command line has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

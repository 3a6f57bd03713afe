package vitrine.interp.ablation;

import java.util.Locale;
import vitrine.interp.stats.SwapTest;

/** By which paired test over texts a change gets its p-value; the metric decides. */
public enum Testing {
  /** Of means of one number a text: Wilcoxon's signed-rank test. */
  WILCOXON,
  /** Of right and wrong answers, one a text: the sign test, which is McNemar's counted out. */
  SIGN,
  /** Of scores of all answers together, such as F1: answers of texts are exchanged. */
  EXCHANGE;

  /** As JSON has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For people. */
  String words() {
    return switch (this) {
      case WILCOXON -> "Wilcoxon's signed-rank test over texts";
      case SIGN -> "the sign test over texts (McNemar's, exact)";
      case EXCHANGE -> "exchanging the answers of texts at random";
    };
  }

  /** The least p-value that so many texts can have, if all of them speak alike. */
  double least(int texts) {
    return switch (this) {
      // All of the 2^n outcomes are equally likely, and two of them are that extreme.
      case WILCOXON, SIGN -> Math.scalb(1.0, 1 - texts);
      case EXCHANGE -> SwapTest.seeded(0).least(texts);
    };
  }
}

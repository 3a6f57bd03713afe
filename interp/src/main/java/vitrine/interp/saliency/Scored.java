package vitrine.interp.saliency;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A target of a text with the share of every token.
 *
 * @param target with its position from the start
 * @param value of the target
 * @param scores one a token; NaN where it has none
 * @param account what the scores add up to; null where that means nothing
 * @param faithfulness null where it was not measured
 */
@SuppressWarnings("ArrayRecordComponent") // read only
public record Scored(
    Target target,
    double value,
    double[] scores,
    @Nullable Account account,
    @Nullable Faithfulness faithfulness) {

  /** What scores add up to, and what is missing. */
  public sealed interface Account {
    /** What the scores lack, or have too much of. */
    double gap();
  }

  /**
   * Of integrated gradients.
   *
   * @param baseline the target's value there
   * @param steps how many were taken
   * @param gap the sum of the scores less what the target differs from the baseline by
   * @param reached whether the gap is within the tolerance, if one was asked for
   */
  public record Completeness(double baseline, int steps, double gap, Reached reached)
      implements Account {}

  /** Whether a tolerance was met. */
  public enum Reached {
    YES,
    NO,
    NOT_ASKED
  }

  /**
   * Of relevance: the tokens' share and every other share add up to the target.
   *
   * @param others by name: positions, segments, biases
   * @param gap the sum of all shares less the target
   */
  public record Conservation(SequencedMap<String, Double> others, double gap) implements Account {}

  Scored with(Faithfulness measured) {
    return new Scored(target, value, scores, account, measured);
  }
}

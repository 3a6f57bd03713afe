package vitrine.interp.metrics;

import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Loss;

/**
 * What a metric has to do with the length of the padded row that a text runs in. Most have nothing;
 * a loss may count positions from the row's end, and the loss of answers weighs all of its
 * positions.
 */
public final class RowLengths {
  private RowLengths() {}

  /**
   * A metric with its loss's positions counted from the front, of texts of that many tokens: a loss
   * counts from the end of the padded row, and a row may be longer than the text.
   */
  public static Metric atLength(Metric metric, int length) {
    if (!(metric instanceof Metric.OfLoss of) || !countsFromEnd(metric)) {
      return metric;
    }
    Loss loss =
        switch (of.loss()) {
          case Loss.MaskedTokens masked ->
              new Loss.MaskedTokens(
                  masked.expected().stream()
                      .map(each -> new Loss.Expected(front(each.position(), length), each.token()))
                      .toList());
          case Loss.Start start -> new Loss.Start(front(start.position(), length));
          case Loss.End end -> new Loss.End(front(end.position(), length));
          case null, default -> throw new IllegalStateException("metric: no position in " + metric);
        };
    return new Metric.OfLoss(loss);
  }

  private static int front(int position, int length) {
    return position < 0 && position >= -length ? position + length : position;
  }

  /** Whether a metric's loss has positions that count from the end. */
  public static boolean countsFromEnd(Metric metric) {
    return metric instanceof Metric.OfLoss of
        && switch (of.loss()) {
          case Loss.MaskedTokens masked ->
              masked.expected().stream().anyMatch(each -> each.position() < 0);
          case Loss.Start start -> start.position() < 0;
          case Loss.End end -> end.position() < 0;
          case null, default -> false;
        };
  }

  /**
   * Whether only texts of one length may run together: where a loss counts positions from the end
   * of the row, or weighs every position of it, padding included, as that of answers does.
   */
  public static boolean wantsOneLength(Metric metric, Architecture model) {
    return countsFromEnd(metric)
        || (metric instanceof Metric.OfLoss && model.head() == Head.QUESTION);
  }
}

package vitrine.interp.ablation;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.Summary;

/**
 * What the metric read of every text: of the clean run and of each variant, in the order of the
 * texts, however they were run. One array a run, the texts' numbers one behind the other; NaN where
 * a text was not run, has nothing of the variant, or does not count.
 */
final class Readings {
  private final int[] first;
  private final int[] lengths;
  private final Summary summary;

  /** A row for the clean run, then one a variant. */
  private final double[][] numbers;

  /** Whether a text is measured at all. */
  private final boolean[] counts;

  Readings(
      Metric metric,
      Architecture model,
      List<Example> texts,
      List<Portion> portions,
      int variants) {
    this.first = Summary.first(metric, model, texts);
    this.summary = Summary.of(metric, model, texts);
    this.lengths = texts.stream().mapToInt(each -> each.ids().length).toArray();
    this.numbers = new double[variants + 1][first[texts.size()]];
    for (double[] each : numbers) {
      Arrays.fill(each, Double.NaN);
    }
    this.counts = new boolean[texts.size()];
    portions.forEach(portion ->
        portion.texts().stream().filter(portion::serves).forEach(text -> counts[text] = true));
  }

  /** Takes what a portion's clean run gave: the numbers of its rows, one behind the other. */
  void clean(Portion portion, double[] values) {
    put(0, portion, values, _ -> true);
  }

  /**
   * Takes what a variant gave of a portion.
   *
   * @param index its place among those that are read
   */
  void variant(int index, Variant variant, Portion portion, double[] values) {
    put(index + 1, portion, values, text -> variant.isIn(lengths[text]));
  }

  private void put(int row, Portion portion, double[] values, IntPredicate there) {
    int at = 0;
    for (int text : portion.texts()) {
      int count = first[text + 1] - first[text];
      if (counts[text] && there.test(text)) {
        System.arraycopy(values, at, numbers[row], first[text], count);
      }
      at += count;
    }
  }

  /** The texts that are measured. */
  int[] texts() {
    return IntStream.range(0, counts.length).filter(text -> counts[text]).toArray();
  }

  /** Those of them that have all that a variant switches off. */
  int[] texts(Variant variant) {
    return IntStream.range(0, counts.length)
        .filter(text -> counts[text] && variant.isIn(lengths[text]))
        .toArray();
  }

  /** The clean run's numbers of all texts; not to be changed. */
  double[] clean() {
    return numbers[0];
  }

  /** A variant's likewise. */
  double[] variant(int index) {
    return numbers[index + 1];
  }

  /** From those to one number. */
  Summary summary() {
    return summary;
  }
}

package vitrine.interp.ablation;

import java.util.Arrays;
import java.util.stream.IntStream;
import vitrine.engine.hooks.Architecture;
import vitrine.interp.metrics.Measurement;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.Summary;

/**
 * What the metric read of every text: of the clean run and of each variant, in the order of the
 * texts, however they were run.
 */
final class Readings {
  private final Metric metric;
  private final Architecture model;
  private final int texts;

  /** A row for the clean run, then one a variant; of each text its numbers. */
  private final double[][][] numbers;

  private final double[][] wanted;

  /** Whether the metric asks anything of a text, and the text was treated at all. */
  private final boolean[] counts;

  private final int[] lengths;

  Readings(Metric metric, Architecture model, int variants, int... lengths) {
    this.metric = metric;
    this.model = model;
    this.texts = lengths.length;
    this.lengths = lengths.clone();
    this.numbers = new double[variants + 1][texts][];
    this.wanted = new double[texts][];
    this.counts = new boolean[texts];
  }

  /**
   * Takes what a portion's clean run gave.
   *
   * @param values text by text
   * @param labels likewise; none where the metric has none
   * @param each how many of each text
   * @param asked whether the metric asks anything of it
   */
  void clean(Portion portion, double[] values, double[] labels, int[] each, boolean[] asked) {
    put(0, portion, values, each);
    int at = 0;
    for (int i = 0; i < portion.texts().size(); i++) {
      int text = portion.texts().get(i);
      counts[text] = asked[i] && portion.serves(text);
      wanted[text] =
          labels.length == 0 ? new double[0] : Arrays.copyOfRange(labels, at, at + each[i]);
      at += each[i];
    }
  }

  /** Takes what a variant gave of a portion. */
  void variant(int index, Portion portion, double[] values, int... each) {
    put(index + 1, portion, values, each);
  }

  private void put(int row, Portion portion, double[] values, int... each) {
    int at = 0;
    for (int i = 0; i < portion.texts().size(); i++) {
      numbers[row][portion.texts().get(i)] = Arrays.copyOfRange(values, at, at + each[i]);
      at += each[i];
    }
  }

  /** The texts that the metric asks something of, and that were treated. */
  int[] texts() {
    return IntStream.range(0, texts).filter(text -> counts[text]).toArray();
  }

  /** Those that count and have all that a variant switches off. */
  int[] texts(Variant variant) {
    return IntStream.range(0, texts)
        .filter(text -> counts[text] && variant.isIn(lengths[text]))
        .toArray();
  }

  /** The clean run's numbers of all texts, one text behind the other. */
  double[] clean() {
    return flat(numbers[0], numbers[0]);
  }

  /** A variant's likewise; where it was not run, since a text has nothing of it, the clean ones. */
  double[] variant(int index) {
    return flat(numbers[index + 1], numbers[0]);
  }

  private static double[] flat(double[][] rows, double[][] instead) {
    return IntStream.range(0, rows.length)
        .mapToObj(text -> rows[text] == null ? instead[text] : rows[text])
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /** From those to one number. */
  Summary summary() {
    int[] each = Arrays.stream(numbers[0]).mapToInt(row -> row.length).toArray();
    return Measurement.summary(
        metric, model, Arrays.stream(wanted).flatMapToDouble(Arrays::stream).toArray(), each);
  }
}

package vitrine.engine.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.engine.hooks.ExampleLoss;
import vitrine.engine.hooks.LossValue;

/** Adds up, for each example, the terms of a loss of the batch. */
final class ByExample {
  private final int each;
  private final double[] sums;
  private final long[] counts;

  /**
   * @param examples B
   * @param each how many places of terms an example has, those of the first example first
   */
  ByExample(int examples, int each) {
    this.each = each;
    this.sums = new double[examples];
    this.counts = new long[examples];
  }

  void add(int place, double term) {
    sums[place / each] += term;
    counts[place / each]++;
  }

  /**
   * Of a mean over all terms.
   *
   * @param value that mean
   */
  LossValue mean(double value) {
    double all = Arrays.stream(counts).sum();
    List<ExampleLoss> examples = new ArrayList<>();
    for (int b = 0; b < sums.length; b++) {
      examples.add(new ExampleLoss(sums[b] / counts[b], counts[b] / all));
    }
    return new LossValue(value, examples);
  }

  /**
   * Of a sum over all terms.
   *
   * @param value that sum
   */
  LossValue sum(double value) {
    return new LossValue(
        value, Arrays.stream(sums).mapToObj(sum -> new ExampleLoss(sum, 1)).toList());
  }
}

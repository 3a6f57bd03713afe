package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.interp.probe.Confusion;
import vitrine.interp.probe.OnlineCode;
import vitrine.interp.probe.Predictions;
import vitrine.interp.probe.tasks.TaskData;
import vitrine.interp.rows.Unit;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.PairedTest;
import vitrine.interp.stats.Proportion;
import vitrine.interp.stats.Resampling;
import vitrine.interp.stats.SignFlips;
import vitrine.interp.stats.SwapTest;

/**
 * One layer's probe, trained and tested.
 *
 * @param layer the site it reads
 * @param fitted how the fit ended
 * @param trainAccuracy on what it was fitted to
 * @param predictions for the test rows
 * @param accuracy on the test rows; of words, sentences are what is resampled
 * @param entities whole ones, where that is what labels spell
 * @param control accuracy on control labels; null without
 * @param code what the training labels take in bits; null without
 */
record LayerProbe(
    String layer,
    Fitted fitted,
    double trainAccuracy,
    Predictions predictions,
    Interval accuracy,
    @Nullable Entities entities,
    @Nullable Controlled control,
    OnlineCode.@Nullable Length code) {
  /** How a fit ended. */
  record Fitted(double objective, int iterations, boolean optimal) {}

  /** Accuracies on control labels. */
  record Controlled(double trainAccuracy, Interval testAccuracy) {}

  /** Test accuracy less that on control labels; not a number without. */
  double selectivity() {
    return control == null ? Double.NaN : accuracy.estimate() - control.testAccuracy().estimate();
  }

  /** What the layer is judged by: micro F1 of entities where there are such, else accuracy. */
  Interval score(long seed) {
    return entities == null ? accuracy : entities.f1(seed);
  }

  /**
   * Accuracy with its interval. Words of one sentence depend on each other; sentences do not.
   *
   * @param own classes of the rows; those that training lacks are negative
   */
  static Interval accuracy(RowLabels rows, int[] own, int[] predicted, long seed) {
    if (rows.data().unit() == Unit.SENTENCE) {
      int right = 0;
      for (int i = 0; i < own.length; i++) {
        right += own[i] == predicted[i] ? 1 : 0;
      }
      return Proportion.wilson(right, own.length, Interval.USUAL_LEVEL);
    }
    return Resampling.seeded(seed).meanOfTokens(hits(rows, own, predicted));
  }

  /** For each text with a row, which of its rows are right: 1 or 0. */
  static List<double[]> hits(RowLabels rows, int[] own, int[] predicted) {
    List<double[]> texts = new ArrayList<>();
    int from = 0;
    while (from < rows.count()) {
      int to = from;
      while (to < rows.count() && rows.texts()[to] == rows.texts()[from]) {
        to++;
      }
      double[] hits = new double[to - from];
      for (int i = from; i < to; i++) {
        hits[i - from] = own[i] == predicted[i] ? 1 : 0;
      }
      texts.add(hits);
      from = to;
    }
    return texts;
  }

  /**
   * Whether this layer's probe and another's do equally well on the same test rows: of accuracy by
   * flipping signs of differences between texts, of F1 by exchanging texts.
   *
   * @param own classes of the rows
   */
  PairedTest against(LayerProbe other, RowLabels rows, int[] own, long seed) {
    if (entities != null && other.entities != null) {
      Entities ofOther = other.entities;
      return SwapTest.seeded(seed)
          .test(entities.own().length, swapped -> entities.difference(ofOther, swapped));
    }
    PairedTest test =
        SignFlips.seeded(seed)
            .test(
                sums(hits(rows, own, predictions.predicted())),
                sums(hits(rows, own, other.predictions.predicted())));
    return new PairedTest(
        accuracy.estimate() - other.accuracy.estimate(), test.p(), test.pairs(), test.way());
  }

  private static double[] sums(List<double[]> texts) {
    return texts.stream().mapToDouble(hits -> java.util.Arrays.stream(hits).sum()).toArray();
  }

  /**
   * The whole entities that were found; null where labels are no tags of entities.
   *
   * @param predicted a class for each row
   */
  static @Nullable Entities entities(RowLabels rows, ClassNames classes, int[] predicted) {
    if (rows.data().scheme() != TaskData.Scheme.ENTITIES) {
      return null;
    }
    List<List<String>> own = new ArrayList<>();
    List<List<String>> said = new ArrayList<>();
    rows.data()
        .texts()
        .forEach(text -> {
          own.add(text.labels());
          said.add(new ArrayList<>(java.util.Collections.nCopies(text.labels().size(), "O")));
        });
    for (int i = 0; i < rows.count(); i++) {
      said.get(rows.texts()[i]).set(rows.words()[i], classes.names().get(predicted[i]));
    }
    return Entities.of(own, said);
  }

  /** What was taken for what, of rows whose class training has. */
  static Confusion confusion(int classes, int[] own, int[] predicted) {
    int[] kept = java.util.stream.IntStream.range(0, own.length).filter(i -> own[i] >= 0).toArray();
    return Confusion.of(
        classes,
        java.util.Arrays.stream(kept).map(i -> own[i]).toArray(),
        java.util.Arrays.stream(kept).map(i -> predicted[i]).toArray());
  }
}

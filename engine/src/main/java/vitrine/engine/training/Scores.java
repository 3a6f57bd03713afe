package vitrine.engine.training;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How predictions agree with labels: how good a model is, so that one whose answers do not vary has
 * 0 and not nothing.
 */
public final class Scores {
  private Scores() {}

  /** The share of right classes. */
  public static double accuracy(int[] labels, int[] predicted) {
    long right = IntStream.range(0, labels.length).filter(i -> labels[i] == predicted[i]).count();
    return (double) right / labels.length;
  }

  /**
   * Of two classes the F1 of class 1; of more the mean of each class's, over those that are labels
   * or predictions.
   */
  public static double f1(int[] labels, int[] predicted, int classes) {
    if (classes == 2) {
      return f1Of(1, labels, predicted);
    }
    return IntStream.range(0, classes)
        .filter(c -> occurs(c, labels) || occurs(c, predicted))
        .mapToDouble(c -> f1Of(c, labels, predicted))
        .average()
        .orElse(0);
  }

  private static boolean occurs(int c, int[] among) {
    return Arrays.stream(among).anyMatch(each -> each == c);
  }

  /** 2 right / (labels + predictions); 0 where there are neither. */
  private static double f1Of(int c, int[] labels, int[] predicted) {
    long right = 0;
    long all = 0;
    for (int i = 0; i < labels.length; i++) {
      right += labels[i] == c && predicted[i] == c ? 1 : 0;
      all += (labels[i] == c ? 1 : 0) + (predicted[i] == c ? 1 : 0);
    }
    return all == 0 ? 0 : 2.0 * right / all;
  }

  /**
   * Matthews' correlation for any number of classes (Gorodkin 2004); 0 where either side has one
   * class only.
   */
  public static double matthews(int[] labels, int[] predicted, int classes) {
    double right = 0;
    double[] byLabel = new double[classes];
    double[] byPrediction = new double[classes];
    for (int i = 0; i < labels.length; i++) {
      right += labels[i] == predicted[i] ? 1 : 0;
      byLabel[labels[i]]++;
      byPrediction[predicted[i]]++;
    }
    double n = labels.length;
    double both = 0;
    double ofLabels = 0;
    double ofPredictions = 0;
    for (int c = 0; c < classes; c++) {
      both += byLabel[c] * byPrediction[c];
      ofLabels += byLabel[c] * byLabel[c];
      ofPredictions += byPrediction[c] * byPrediction[c];
    }
    double scale = Math.sqrt((n * n - ofLabels) * (n * n - ofPredictions));
    return scale == 0 ? 0 : (right * n - both) / scale;
  }

  /** Pearson's correlation; 0 where either side does not vary. */
  public static double pearson(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElse(0);
    double meanY = Arrays.stream(y).average().orElse(0);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    double scale = Math.sqrt(xx * yy);
    return scale == 0 ? 0 : xy / scale;
  }

  /** Spearman's correlation: Pearson's of the ranks, equal values sharing the mean of theirs. */
  public static double spearman(double[] x, double[] y) {
    return pearson(ranks(x), ranks(y));
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    int from = 0;
    while (from < order.length) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}

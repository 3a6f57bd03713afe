package vitrine.interp.metrics;

import java.util.Arrays;
import vitrine.engine.training.Scores;

/** From numbers of examples to one number of any choice of them. */
public sealed interface Summary {
  /**
   * The number.
   *
   * @param given numbers of all examples, one example behind the other
   * @param examples places of the examples that count, some more than once
   */
  double of(double[] given, int[] examples);

  /** One number an example, and their mean. */
  record Mean() implements Summary {
    @Override
    public double of(double[] given, int[] examples) {
      double sum = 0;
      for (int example : examples) {
        sum += given[example];
      }
      return sum / examples.length;
    }
  }

  /**
   * Answers that are compared with labels.
   *
   * @param wanted the labels of all examples, one example behind the other
   * @param first where each example's begin, and at last where all end
   * @param classes how many there are
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Compared(Metric.Score score, double[] wanted, int[] first, int classes)
      implements Summary {
    @Override
    public double of(double[] given, int[] examples) {
      double[] labels = chosen(wanted, examples);
      double[] answers = chosen(given, examples);
      return switch (score) {
        case ACCURACY -> Scores.accuracy(whole(labels), whole(answers));
        case F1 -> Scores.f1(whole(labels), whole(answers), classes);
        case MATTHEWS -> Scores.matthews(whole(labels), whole(answers), classes);
        case PEARSON -> Scores.pearson(labels, answers);
        case SPEARMAN -> Scores.spearman(labels, answers);
      };
    }

    private double[] chosen(double[] of, int[] examples) {
      int count = 0;
      for (int example : examples) {
        count += first[example + 1] - first[example];
      }
      double[] chosen = new double[count];
      int at = 0;
      for (int example : examples) {
        int length = first[example + 1] - first[example];
        System.arraycopy(of, first[example], chosen, at, length);
        at += length;
      }
      return chosen;
    }

    private static int[] whole(double[] values) {
      return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
    }
  }
}

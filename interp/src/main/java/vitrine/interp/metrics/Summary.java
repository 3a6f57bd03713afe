package vitrine.interp.metrics;

import java.util.Arrays;
import java.util.List;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
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

  /** A mean of one number an example. */
  sealed interface OfEach extends Summary {
    /**
     * Those numbers, by the examples' places.
     *
     * @param given as above
     */
    double[] each(double[] given);

    @Override
    default double of(double[] given, int[] examples) {
      double[] each = each(given);
      double sum = 0;
      for (int example : examples) {
        sum += each[example];
      }
      return sum / examples.length;
    }
  }

  /** One number an example, and their mean. */
  record Mean() implements OfEach {
    @Override
    public double[] each(double[] given) {
      return given;
    }
  }

  /**
   * One answer an example, and the share of right ones.
   *
   * @param wanted the label of each example; NaN of those that do not count
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Right(double[] wanted) implements OfEach {
    @Override
    public double[] each(double[] given) {
      double[] right = new double[wanted.length];
      for (int i = 0; i < right.length; i++) {
        boolean counts = !Double.isNaN(wanted[i]) && !Double.isNaN(given[i]);
        right[i] = !counts ? Double.NaN : given[i] == wanted[i] ? 1 : 0;
      }
      return right;
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
      return switch (score) {
        case ACCURACY -> Scores.accuracy(whole(wanted, examples), whole(given, examples));
        case F1 -> Scores.f1(whole(wanted, examples), whole(given, examples), classes);
        case MATTHEWS -> Scores.matthews(whole(wanted, examples), whole(given, examples), classes);
        case PEARSON -> Scores.pearson(chosen(wanted, examples), chosen(given, examples));
        case SPEARMAN -> Scores.spearman(chosen(wanted, examples), chosen(given, examples));
      };
    }

    private double[] chosen(double[] of, int[] examples) {
      double[] chosen = new double[count(examples)];
      int at = 0;
      for (int example : examples) {
        int length = first[example + 1] - first[example];
        System.arraycopy(of, first[example], chosen, at, length);
        at += length;
      }
      return chosen;
    }

    private int[] whole(double[] of, int[] examples) {
      int[] chosen = new int[count(examples)];
      int at = 0;
      for (int example : examples) {
        for (int i = first[example]; i < first[example + 1]; i++) {
          chosen[at++] = (int) of[i];
        }
      }
      return chosen;
    }

    private int count(int[] examples) {
      int count = 0;
      for (int example : examples) {
        count += first[example + 1] - first[example];
      }
      return count;
    }
  }

  /**
   * What numbers of texts come to.
   *
   * @param texts all of them, each checked ({@link Asks#check})
   */
  static Summary of(Metric metric, Architecture model, List<Example> texts) {
    if (!(metric instanceof Metric.Agreement agreement)) {
      return new Mean();
    }
    int[] first = first(metric, model, texts);
    double[] wanted =
        texts.stream()
            .flatMapToDouble(text ->
                Asks.anything(metric, model, text)
                    ? Arrays.stream(Asks.wanted(agreement, model, text, "example"))
                    : Arrays.stream(new double[count(metric, model, text)]).map(_ -> Double.NaN))
            .toArray();
    boolean oneEach = MetricRules.perText(model);
    return agreement.score() == Metric.Score.ACCURACY && oneEach
        ? new Right(wanted)
        : new Compared(agreement.score(), wanted, first, MetricRules.classes(model));
  }

  /** Where each text's numbers begin, one text's behind the other's, and at last where all end. */
  static int[] first(Metric metric, Architecture model, List<Example> texts) {
    int[] first = new int[texts.size() + 1];
    for (int i = 0; i < texts.size(); i++) {
      first[i + 1] = first[i] + count(metric, model, texts.get(i));
    }
    return first;
  }

  /**
   * How many numbers a text gives: an agreement's answers, one a label that counts, and one of any
   * other metric. Of a head with one output for the whole text it is one, asked or not.
   */
  private static int count(Metric metric, Architecture model, Example text) {
    return metric instanceof Metric.Agreement
        ? Asks.rows(metric, model, text, "example").length
        : 1;
  }
}

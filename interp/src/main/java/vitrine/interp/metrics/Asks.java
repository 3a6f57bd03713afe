package vitrine.interp.metrics;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Loss;

/**
 * What a metric asks of one text: whether anything, which rows of its logits, and which labels its
 * answers are compared with. Of the text alone, so that nothing depends on what runs beside it.
 */
public final class Asks {
  private Asks() {}

  /**
   * Whether a metric asks anything of a text. A loss asks nothing where nothing is predicted, or
   * where every label is {@link Labels#IGNORED}; an agreement likewise. What does not fit at all is
   * asked, and {@link #check} or the run refuses it.
   */
  public static boolean anything(Metric metric, Architecture model, Example text) {
    return switch (metric) {
      case Metric.OfLoss of -> anything(MetricRules.loss(of, model), model, text);
      case Metric.Agreement of -> !of.score().ofClasses() || isLabelled(text, 0);
      case Metric.OfToken _, Metric.Divergence _ -> true;
    };
  }

  /** Whether a loss asks anything of a text. */
  public static boolean anything(Loss loss, Architecture model, Example text) {
    return switch (loss) {
      case Loss.Next _ ->
          IntStream.range(1, text.ids().length).anyMatch(t -> real(text, t - 1) && real(text, t));
      case Loss.Labels _ ->
          switch (model.head()) {
            // The label of a language model's first token has nothing before it.
            case LANGUAGE -> isLabelled(text, 1);
            case MASKED, PRETRAINING, TOKENS, NEXT_SENTENCE -> isLabelled(text, 0);
            case SEQUENCE -> MetricRules.classes(model) == 1 || isLabelled(text, 0);
            case QUESTION, NONE -> true;
          };
      case Loss.MaskedTokens _,
          Loss.Label _,
          Loss.Value _,
          Loss.Logit _,
          Loss.LogProbability _,
          Loss.Difference _,
          Loss.ClassLogit _,
          Loss.ClassDifference _,
          Loss.Start _,
          Loss.End _,
          Loss.StartLogit _,
          Loss.EndLogit _ ->
          true;
    };
  }

  /** Whether there is a label that counts, or none at all, which is an error and not a silence. */
  private static boolean isLabelled(Example text, int first) {
    return switch (text.labels()) {
      case Labels.One one -> one.value() != Labels.IGNORED;
      case Labels.Many many ->
          IntStream.range(first, many.values().length)
              .anyMatch(t -> many.values()[t] != Labels.IGNORED);
      case null -> true;
    };
  }

  /**
   * Refuses a text that does not fit a metric: a position that it does not have, labels that are
   * missing or that the model has no class for.
   *
   * @param who the text, for errors: {@code example 3}
   * @throws InputException then
   */
  public static void check(Metric metric, Architecture model, Example text, String who) {
    switch (metric) {
      case Metric.OfLoss of -> {
        boolean labels = MetricRules.loss(of, model) instanceof Loss.Labels;
        if (labels && classes(model) > 1 && text.labels() != null) {
          checkClasses(metric, model, text, who);
        }
      }
      case Metric.OfToken _, Metric.Divergence _ -> {
        var _ = rows(metric, model, text, who);
      }
      case Metric.Agreement agreement -> {
        var _ = rows(metric, model, text, who);
        if (agreement.score().ofClasses()) {
          checkClasses(metric, model, text, who);
        } else if (text.labels() instanceof Labels.One one && !Double.isFinite(one.value())) {
          throw new InputException(
              "metric: %s: %s: label %s; expected a finite number.".formatted(metric, who, one));
        }
      }
    }
  }

  /** Of a head that tells classes apart; 0 of any other. */
  private static int classes(Architecture model) {
    return switch (model.head()) {
      case SEQUENCE, TOKENS, NEXT_SENTENCE -> MetricRules.classes(model);
      case NONE, LANGUAGE, MASKED, PRETRAINING, QUESTION -> 0;
    };
  }

  private static void checkClasses(Metric metric, Architecture model, Example text, String who) {
    switch (text.labels()) {
      case Labels.One one -> inRange(one.value(), metric, model, who);
      case Labels.Many many when !MetricRules.perText(model) ->
          Arrays.stream(many.values()).forEach(label -> inRange(label, metric, model, who));
      case Labels.Many _ -> {} // 0 or 1 for each class: the loss itself looks at them
      case null -> {}
    }
  }

  private static void inRange(double label, Metric metric, Architecture model, String who) {
    int classes = MetricRules.classes(model);
    boolean whole = label == Math.rint(label);
    if (label != Labels.IGNORED && !(whole && label >= 0 && label < classes)) {
      throw new InputException(
          "metric: %s: %s: label %s; expected a class, a whole number from 0 to %d, or %d where nothing is asked."
              .formatted(
                  metric,
                  who,
                  whole ? String.valueOf((long) label) : String.valueOf(label),
                  classes - 1,
                  Labels.IGNORED));
    }
  }

  /**
   * The rows of a text's logits that a metric reads; none of a loss.
   *
   * @param who the text, for errors
   * @throws InputException when it has no such position, or labels that do not fit
   */
  static int[] rows(Metric metric, Architecture model, Example text, String who) {
    return switch (metric) {
      case Metric.OfLoss _ -> new int[0];
      case Metric.OfToken of -> new int[] {row(metric, of.position(), model, text, who)};
      case Metric.Divergence of -> {
        Integer at = of.position();
        yield at == null ? all(model, text) : new int[] {row(metric, at, model, text, who)};
      }
      case Metric.Agreement _ -> labelled(metric, model, text, who);
    };
  }

  private static int[] all(Architecture model, Example text) {
    return MetricRules.perText(model)
        ? new int[] {0}
        : IntStream.range(0, text.ids().length).filter(t -> real(text, t)).toArray();
  }

  private static int row(
      Metric metric, int position, Architecture model, Example text, String who) {
    int length = MetricRules.perText(model) ? 1 : lastReal(text) + 1;
    int row = position < 0 ? position + length : position;
    if (row < 0 || row >= length) {
      throw new InputException(
          "metric: %s: %s: position %d of a text of %d tokens: out of range; expected 0 to %d (or -%d to -1, from its end)."
              .formatted(metric, who, position, length, length - 1, length));
    }
    return row;
  }

  /** The places of the labels that count. */
  private static int[] labelled(Metric metric, Architecture model, Example text, String who) {
    boolean perText = MetricRules.perText(model);
    return switch (text.labels()) {
      case Labels.One _ when perText -> new int[] {0};
      case Labels.Many many when !perText && many.values().length == text.ids().length ->
          IntStream.range(0, many.values().length)
              .filter(t -> many.values()[t] != Labels.IGNORED)
              .toArray();
      case null, default ->
          throw new InputException(
              "metric: %s: %s: a text whose labels do not fit; expected %s with every text."
                  .formatted(metric, who, perText ? "one label" : "a list of labels, one a token"));
    };
  }

  /** The labels at those rows. */
  static double[] wanted(Metric.Agreement metric, Architecture model, Example text, String who) {
    int[] rows = labelled(metric, model, text, who);
    return switch (text.labels()) {
      case Labels.One one -> new double[] {one.value()};
      case Labels.Many many -> Arrays.stream(rows).mapToDouble(t -> many.values()[t]).toArray();
      case null -> throw new IllegalStateException("metric: no labels; the rows refuse it");
    };
  }

  private static boolean real(Example text, int position) {
    boolean @Nullable [] mask = text.mask();
    return mask == null || mask[position];
  }

  /** The last real position; 0 when there is none. */
  private static int lastReal(Example text) {
    for (int t = text.ids().length - 1; t > 0; t--) {
      if (real(text, t)) {
        return t;
      }
    }
    return 0;
  }
}

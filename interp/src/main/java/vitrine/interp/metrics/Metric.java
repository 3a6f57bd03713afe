package vitrine.interp.metrics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Loss;
import vitrine.interp.pictures.Quantity;

/**
 * What is measured. All but {@link Agreement} are a number of each example, and over examples their
 * mean; an agreement is of all examples together.
 *
 * <p>The text of a metric is the same on the command line and in JSON: {@link #parse} reads what
 * {@code toString} writes.
 */
public sealed interface Metric {
  /** Which way a metric goes when a model gets worse. */
  enum Sense {
    MORE_IS_WORSE,
    LESS_IS_WORSE
  }

  /**
   * The example's own loss: a mean over its tokens, where it has several.
   *
   * @param loss null for what the head is trained with: the next token of a language model, the
   *     labels of any other
   */
  record OfLoss(@Nullable Loss loss) implements Metric {
    @Override
    public String toString() {
      return loss == null ? "loss" : "loss:" + loss;
    }
  }

  /** A metric of one row of the logits and one token, or class, in it. */
  sealed interface OfToken extends Metric {
    int position();

    int token();
  }

  /** A logit. */
  record Logit(int position, int token) implements OfToken {
    @Override
    public String toString() {
      return "logit:" + position + "," + token;
    }
  }

  /** The first token's logit less the second's. */
  record Difference(int position, int token, int minus) implements OfToken {
    @Override
    public String toString() {
      return "diff:" + position + "," + token + "," + minus;
    }
  }

  /** A probability: softmax over the row. */
  record Probability(int position, int token) implements OfToken {
    @Override
    public String toString() {
      return "prob:" + position + "," + token;
    }
  }

  /** A token's place among all by logit: 1 more than how many have a larger one. */
  record Rank(int position, int token) implements OfToken {
    @Override
    public String toString() {
      return "rank:" + position + "," + token;
    }
  }

  /**
   * The Kullback-Leibler divergence of the clean run's distribution from the edited one's, {@code
   * sum p (ln p - ln q)} with p clean, in nats (Kullback and Leibler 1951).
   *
   * @param position null for the mean over all tokens of the example
   */
  record Divergence(@Nullable Integer position) implements Metric {
    @Override
    public String toString() {
      return position == null ? "kl" : "kl:" + position;
    }
  }

  /** How the model's answers agree with the labels of a file. */
  record Agreement(Score score) implements Metric {
    @Override
    public String toString() {
      return score.label();
    }
  }

  /** A number of all examples together; what they are is said by {@code vitrine evaluate}. */
  enum Score {
    /** The share of right classes. */
    ACCURACY,
    /** Of two classes the second's F1; of more the mean over the classes that occur. */
    F1,
    /** Matthews' correlation; of more than two classes Gorodkin's R_K (2004). */
    MATTHEWS,
    /** Pearson's correlation of values; 0 where either side does not vary. */
    PEARSON,
    /** Spearman's rank correlation of values; likewise. */
    SPEARMAN;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it compares classes; values if not. */
    boolean ofClasses() {
      return switch (this) {
        case ACCURACY, F1, MATTHEWS -> true;
        case PEARSON, SPEARMAN -> false;
      };
    }
  }

  static Metric loss() {
    return new OfLoss(null);
  }

  static Metric logit(int position, int token) {
    return new Logit(position, token);
  }

  static Metric difference(int position, int token, int minus) {
    return new Difference(position, token, minus);
  }

  static Metric probability(int position, int token) {
    return new Probability(position, token);
  }

  static Metric rank(int position, int token) {
    return new Rank(position, token);
  }

  /** Of all tokens of an example. */
  static Metric divergence() {
    return new Divergence(null);
  }

  /** At one position. */
  static Metric divergence(int position) {
    return new Divergence(position);
  }

  static Metric agreement(Score score) {
    return new Agreement(score);
  }

  /**
   * Reads the text of a metric; {@code toString} gives it back.
   *
   * @throws InputException when it is none, listing what there is
   */
  static Metric parse(String text) {
    return MetricParser.parse(text);
  }

  /** Refuses a metric that this model's head does not have, or a token or class outside it. */
  default void validate(Architecture model) {
    MetricRules.validate(this, model);
  }

  /** Which way it goes when the model gets worse. */
  default Sense sense() {
    return switch (this) {
      case OfLoss _, Rank _, Divergence _ -> Sense.MORE_IS_WORSE;
      case Logit _, Difference _, Probability _, Agreement _ -> Sense.LESS_IS_WORSE;
    };
  }

  /** How much worse a model is whose metric changes by that much. */
  default double damage(double change) {
    return switch (sense()) {
      case MORE_IS_WORSE -> change;
      case LESS_IS_WORSE -> -change;
    };
  }

  /** What it is called in pictures, of that model: the loss of a value is no logarithm. */
  default Quantity quantity(Architecture model) {
    return this instanceof OfLoss of && MetricRules.isSquaredError(of, model)
        ? Quantity.of("squared error")
        : quantity();
  }

  /** What it is called in pictures, with its unit, as far as its text tells. */
  default Quantity quantity() {
    return switch (this) {
      case OfLoss of when of.loss() instanceof Loss.Value -> Quantity.of("squared error");
      case OfLoss _ -> Quantity.of("loss", "nats");
      case Logit _ -> Quantity.of("logit");
      case Difference _ -> Quantity.of("difference of logits");
      case Probability _ -> Quantity.of("probability");
      case Rank _ -> Quantity.of("rank");
      case Divergence _ -> Quantity.of("divergence from the clean run", "nats");
      case Agreement agreement ->
          Quantity.of(
              switch (agreement.score()) {
                case ACCURACY -> "accuracy";
                case F1 -> "F1";
                case MATTHEWS -> "Matthews' correlation";
                case PEARSON -> "Pearson's correlation";
                case SPEARMAN -> "Spearman's correlation";
              });
    };
  }
}

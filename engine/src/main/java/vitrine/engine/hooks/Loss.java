package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import vitrine.engine.InputException;

/**
 * The one number that gradients are of. Positions are rows of the logits; a negative one counts
 * from the end of the (padded) row.
 */
public sealed interface Loss {

  /** Mean cross-entropy over all predicted real tokens of the batch: position t predicts t+1. */
  record Next() implements Loss {
    @Override
    public String toString() {
      return "next";
    }
  }

  /** What the head is trained with, from the labels that came with the inputs. */
  record Labels() implements Loss {
    @Override
    public String toString() {
      return "labels";
    }
  }

  /** A position and the token expected there. */
  record Expected(int position, int token) {
    @Override
    public String toString() {
      return position + "=" + token;
    }
  }

  /** Mean cross-entropy of the tokens expected at some positions. */
  record MaskedTokens(List<Expected> expected) implements Loss {
    public MaskedTokens {
      expected = List.copyOf(expected);
      if (expected.isEmpty()) {
        throw new InputException("loss: mlm: no positions; expected mlm:POS=ID,….");
      }
    }

    @Override
    public String toString() {
      return "mlm:" + expected.stream().map(Expected::toString).collect(Collectors.joining(","));
    }
  }

  /** Cross-entropy of one class. */
  record Label(int label) implements Loss {
    @Override
    public String toString() {
      return "label:" + label;
    }
  }

  /** Squared error of a regression. */
  record Value(float value) implements Loss {
    public Value {
      if (!Float.isFinite(value)) {
        throw new InputException("loss: value:" + value + "; expected a finite number.");
      }
    }

    @Override
    public String toString() {
      return "value:" + Text.number(value);
    }
  }

  /** A logit itself. */
  record Logit(int position, int token) implements Loss {
    @Override
    public String toString() {
      return "logit:" + position + "," + token;
    }
  }

  /** A log-probability itself. */
  record LogProbability(int position, int token) implements Loss {
    @Override
    public String toString() {
      return "logprob:" + position + "," + token;
    }
  }

  /** The first token's logit minus the second's. */
  record Difference(int position, int token, int minus) implements Loss {
    @Override
    public String toString() {
      return "diff:" + position + "," + token + "," + minus;
    }
  }

  /** A class's logit itself. */
  record ClassLogit(int label) implements Loss {
    @Override
    public String toString() {
      return "class:" + label;
    }
  }

  /** The first class's logit minus the second's. */
  record ClassDifference(int label, int minus) implements Loss {
    @Override
    public String toString() {
      return "classdiff:" + label + "," + minus;
    }
  }

  /** Cross-entropy of the position where an answer starts. */
  record Start(int position) implements Loss {
    @Override
    public String toString() {
      return "start:" + position;
    }
  }

  /** Cross-entropy of the position where an answer ends. */
  record End(int position) implements Loss {
    @Override
    public String toString() {
      return "end:" + position;
    }
  }

  /** The logit itself that an answer starts at a position. */
  record StartLogit(int position) implements Loss {
    @Override
    public String toString() {
      return "startlogit:" + position;
    }
  }

  /** The logit itself that an answer ends at a position. */
  record EndLogit(int position) implements Loss {
    @Override
    public String toString() {
      return "endlogit:" + position;
    }
  }

  static Loss next() {
    return new Next();
  }

  static Loss labels() {
    return new Labels();
  }

  static Loss maskedTokens(Expected... expected) {
    return new MaskedTokens(Arrays.asList(expected));
  }

  static Loss label(int label) {
    return new Label(label);
  }

  static Loss value(float value) {
    return new Value(value);
  }

  static Loss logit(int position, int token) {
    return new Logit(position, token);
  }

  static Loss logProbability(int position, int token) {
    return new LogProbability(position, token);
  }

  static Loss difference(int position, int token, int minus) {
    return new Difference(position, token, minus);
  }

  static Loss classLogit(int label) {
    return new ClassLogit(label);
  }

  static Loss classDifference(int label, int minus) {
    return new ClassDifference(label, minus);
  }

  static Loss startLogit(int position) {
    return new StartLogit(position);
  }

  static Loss endLogit(int position) {
    return new EndLogit(position);
  }

  static Loss start(int position) {
    return new Start(position);
  }

  static Loss end(int position) {
    return new End(position);
  }

  /**
   * Reads the text of a loss; {@code toString} gives it back.
   *
   * @throws InputException when it is none, listing what there is
   */
  static Loss parse(String text) {
    return LossParser.parse(text);
  }

  /** Refuses a loss that this model's head does not have, or a token or class outside its range. */
  default void validate(Architecture architecture) {
    LossRules.validate(this, architecture);
  }

  /** Refuses positions that rows of {@code length} do not have. */
  default void check(int length) {
    LossRules.check(this, length);
  }
}

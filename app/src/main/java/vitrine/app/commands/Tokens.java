package vitrine.app.commands;

import java.util.Optional;
import java.util.OptionalInt;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.prompts.SingleToken;

/**
 * Single tokens as people give them, the same with every option: a whole number is an id, all else
 * a text, as {@link SingleToken} finds it. {@code text:5} is the text 5.
 */
final class Tokens {
  private static final String TEXT = "text:";

  private Tokens() {}

  /** The id that was given; empty for a text. */
  static OptionalInt number(String given) {
    return given.matches("0|[1-9][0-9]{0,8}")
        ? OptionalInt.of(Integer.parseInt(given))
        : OptionalInt.empty();
  }

  /** The text that was given. */
  static String word(String given) {
    return given.startsWith(TEXT) ? given.substring(TEXT.length()) : given;
  }

  /**
   * A token by its id, its text or the vocabulary's spelling.
   *
   * @param what operation and operand for the error
   * @param count ids there are: of the vocabulary, or of the classes of a head without one
   * @param tokenizer empty where only ids mean anything
   * @throws InputException when the text is several tokens, or none
   */
  static int id(String what, String given, int count, Optional<Tokenizer> tokenizer) {
    OptionalInt number = number(given);
    if (number.isEmpty() && tokenizer.isEmpty()) {
      throw new InputException(
          "%s: %s: a text, and nothing here makes a token of it; expected an id from 0 to %d. Give its number"
              .formatted(what, OneLine.operand(given), count - 1));
    }
    int id =
        number.isPresent()
            ? number.getAsInt()
            : SingleToken.require(tokenizer.orElseThrow(), word(given), what);
    if (id >= count) {
      throw new InputException(
          "%s: %s: id %d, out of range; expected 0 to %d. See: vitrine tokenize"
              .formatted(what, OneLine.operand(given), id, count - 1));
    }
    return id;
  }
}

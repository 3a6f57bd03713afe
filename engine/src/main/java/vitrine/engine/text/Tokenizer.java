package vitrine.engine.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes token ids of text and text of token ids. Immutable and safe for many threads.
 *
 * <p>No text is too long, and none is refused; nothing is truncated or padded unless asked for.
 */
public sealed interface Tokenizer permits VocabularyTokenizer {

  /** A text with the special tokens the model expects around it. */
  Encoding encode(String text);

  /** Two texts as one input. */
  Encoding encode(String text, String pair);

  /**
   * A text, cut.
   *
   * @throws vitrine.engine.InputException when not even the special tokens fit
   */
  Encoding encode(String text, Truncation truncation);

  /**
   * Two texts as one input, cut.
   *
   * @throws vitrine.engine.InputException when not even the special tokens fit
   */
  Encoding encode(String text, String pair, Truncation truncation);

  /** A text cut at the end to {@code maxLength} tokens, special ones included. */
  default Encoding encode(String text, int maxLength) {
    return encode(text, Truncation.to(maxLength));
  }

  /** Two texts cut at their ends, the longer first, to {@code maxLength} tokens together. */
  default Encoding encode(String text, String pair, int maxLength) {
    return encode(text, pair, Truncation.to(maxLength));
  }

  /**
   * The text of tokens, special ones as they are spelled.
   *
   * @throws vitrine.engine.InputException for an id without a token
   */
  String decode(int... ids);

  /**
   * The vocabulary's spelling of a token.
   *
   * @throws vitrine.engine.InputException for an id without a token
   */
  String token(int id);

  /** The id of a token in the vocabulary's spelling. */
  OptionalInt id(String token);

  /** One more than the largest id. */
  int size();

  /** The id of the special token with a role. */
  OptionalInt special(Role role);

  /** Whether an id is a special token's. */
  boolean isSpecial(int id);

  default OptionalInt unknown() {
    return special(Role.UNKNOWN);
  }

  default OptionalInt classification() {
    return special(Role.CLASSIFICATION);
  }

  default OptionalInt separator() {
    return special(Role.SEPARATOR);
  }

  default OptionalInt mask() {
    return special(Role.MASK);
  }

  default OptionalInt pad() {
    return special(Role.PAD);
  }

  default OptionalInt endOfText() {
    return special(Role.END_OF_TEXT);
  }

  /**
   * Padding to the longest sequence with the tokenizer's own padding token.
   *
   * @throws vitrine.engine.InputException when it has none
   */
  Padding padding(Side side);

  /** The truncation a tokenizer.json declares; ignored unless passed to {@code encode}. */
  Optional<Truncation> declaredTruncation();

  /** The padding a tokenizer.json declares; ignored unless asked for. */
  Optional<Padding> declaredPadding();

  /** What a person should know about how the files were understood; one line each. */
  List<String> notes();
}

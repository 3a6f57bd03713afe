package vitrine.app.commands;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.text.Tokenizer;

/** Single tokens as people give them. */
final class Tokens {
  private Tokens() {}

  /**
   * A token by its text, by the vocabulary's spelling or by its id.
   *
   * @param what operation and operand for the error
   * @param vocabulary V
   * @throws InputException when the text is several tokens, or none
   */
  static int id(String what, String text, int vocabulary, Optional<Tokenizer> tokenizer) {
    if (tokenizer.isPresent()) {
      OptionalInt spelled = spelled(text, tokenizer.get());
      if (spelled.isPresent() && spelled.getAsInt() < vocabulary) {
        return spelled.getAsInt();
      }
    }
    if (text.matches("0|[1-9][0-9]{0,8}") && Integer.parseInt(text) < vocabulary) {
      return Integer.parseInt(text);
    }
    String found =
        tokenizer
            .map(by ->
                Arrays.stream(ordinary(text, by))
                    .mapToObj(id -> OneLine.operand(by.token(id)))
                    .collect(Collectors.joining(" ")))
            .map(tokens -> ": is " + (tokens.isEmpty() ? "no token" : tokens))
            .orElse("");
    throw new InputException(
        what
            + ": "
            + OneLine.operand(text)
            + found
            + "; expected one token of the vocabulary, or an id from 0 to "
            + (vocabulary - 1)
            + ". See: vitrine tokenize");
  }

  private static OptionalInt spelled(String text, Tokenizer tokenizer) {
    int[] ids = ordinary(text, tokenizer);
    if (ids.length == 1 && !isUnknown(ids[0], tokenizer)) {
      return OptionalInt.of(ids[0]);
    }
    return tokenizer.id(text);
  }

  private static boolean isUnknown(int id, Tokenizer tokenizer) {
    return tokenizer.unknown().isPresent()
        && tokenizer.unknown().getAsInt() == id
        && tokenizer.endOfText().stream().noneMatch(end -> end == id);
  }

  /** Without what the tokenizer puts around a text. */
  private static int[] ordinary(String text, Tokenizer tokenizer) {
    return Arrays.stream(tokenizer.encode(text).ids())
        .filter(id -> !tokenizer.isSpecial(id) || tokenizer.token(id).equals(text))
        .toArray();
  }
}

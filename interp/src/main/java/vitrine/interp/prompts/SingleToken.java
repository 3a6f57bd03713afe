package vitrine.interp.prompts;

import java.util.Arrays;
import java.util.OptionalInt;
import vitrine.engine.InputException;
import vitrine.engine.text.Tokenizer;

/** Words that a model says in one token. */
public final class SingleToken {
  private SingleToken() {}

  /** The token of a text; empty where it takes several, or is not in the vocabulary. */
  public static OptionalInt find(Tokenizer tokenizer, String text) {
    int[] ids = plain(tokenizer, text);
    return ids.length == 1 && !isUnknown(tokenizer, ids[0])
        ? OptionalInt.of(ids[0])
        : OptionalInt.empty();
  }

  /**
   * The token that somebody names: by its text, or by the vocabulary's spelling, as {@code [MASK]},
   * {@code ##s} and {@code <|endoftext|>} have to be.
   *
   * @param where what the error begins with
   * @throws InputException when it is none, or several
   */
  public static int require(Tokenizer tokenizer, String text, String where) {
    OptionalInt found = find(tokenizer, text);
    OptionalInt named = found.isPresent() ? found : tokenizer.id(text);
    if (named.isPresent()) {
      return named.getAsInt();
    }
    int[] ids = plain(tokenizer, text);
    String spelled =
        ids.length == 0
            ? "no token"
            : ids.length == 1
                ? "not in the vocabulary"
                : ids.length
                    + " tokens ("
                    + String.join(" ", Arrays.stream(ids).mapToObj(tokenizer::token).toList())
                    + ")";
    boolean withBlank = !text.startsWith(" ") && find(tokenizer, " " + text).isPresent();
    throw new InputException(
        "%s: '%s': %s; expected a single token. %s"
            .formatted(
                where,
                text,
                spelled,
                withBlank ? "With a blank before it, it is one" : "Choose another word"));
  }

  private static int[] plain(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encode(text).ids())
        .filter(id -> !isAround(tokenizer, text, id))
        .toArray();
  }

  /** What the tokenizer puts around a text; an unknown word is the text's own. */
  private static boolean isAround(Tokenizer tokenizer, String text, int id) {
    return tokenizer.isSpecial(id)
        && !isUnknown(tokenizer, id)
        && !text.contains(tokenizer.token(id));
  }

  private static boolean isUnknown(Tokenizer tokenizer, int id) {
    return tokenizer.unknown().isPresent() && tokenizer.unknown().getAsInt() == id;
  }
}

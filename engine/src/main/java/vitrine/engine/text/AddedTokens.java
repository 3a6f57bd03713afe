package vitrine.engine.text;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Finds added tokens in a text, leftmost and longest first: those that are looked for in the text
 * as it stands, and those looked for once it is normalised.
 */
final class AddedTokens {
  /** Characters in the usual handful of added tokens. */
  private static final int FEW = 64;

  private final List<AddedToken> tokens;
  private final Set<Integer> ids;
  private final PieceTrie raw = new PieceTrie(FEW);
  private final PieceTrie normalized = new PieceTrie(FEW);
  private final boolean anyRaw;
  private final boolean anyNormalized;

  /** Receives the parts of a text in order. */
  interface Parts {
    void plain(int from, int to);

    void token(AddedToken token, int from, int to);
  }

  /**
   * The tokens, the last one given for an id or spelling counting.
   *
   * @param normalizer what the model's normaliser makes of a token's spelling
   */
  AddedTokens(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    this.tokens = List.copyOf(tokens);
    ids = tokens.stream().map(AddedToken::id).collect(Collectors.toUnmodifiableSet());
    int index = 0;
    for (AddedToken token : tokens) {
      String pattern = token.normalized() ? normalizer.apply(token.content()) : token.content();
      if (!pattern.isEmpty()) {
        (token.normalized() ? normalized : raw).add(pattern, index);
      }
      index++;
    }
    anyRaw = tokens.stream().anyMatch(token -> !token.normalized());
    anyNormalized = tokens.stream().anyMatch(AddedToken::normalized);
  }

  /** Whether an id is that of an added token. */
  boolean has(int id) {
    return ids.contains(id);
  }

  /** Splits the text as it stands. */
  void splitRaw(String text, Parts parts) {
    if (anyRaw) {
      split(text, 0, text.length(), raw, parts);
    } else if (!text.isEmpty()) {
      parts.plain(0, text.length());
    }
  }

  /** Splits {@code text[from, to)}, already normalised. */
  void splitNormalized(CharSequence text, int from, int to, Parts parts) {
    if (anyNormalized) {
      split(text, from, to, normalized, parts);
    } else if (from < to) {
      parts.plain(from, to);
    }
  }

  private void split(CharSequence text, int from, int to, PieceTrie trie, Parts parts) {
    int done = from;
    int at = from;
    while (at < to) {
      int end = at;
      int found = PieceTrie.NONE;
      int node = PieceTrie.ROOT;
      for (int i = at; i < to; i++) {
        node = trie.step(node, text.charAt(i));
        if (node == PieceTrie.NONE) {
          break;
        }
        if (trie.value(node) != PieceTrie.NONE) {
          found = trie.value(node);
          end = i + 1;
        }
      }
      if (found == PieceTrie.NONE) {
        at++;
        continue;
      }
      AddedToken token = tokens.get(found);
      if (token.singleWord() && !standsAlone(text, from, at, end, to)) {
        at = end;
        continue;
      }
      int start = token.stripsLeft() ? stripLeft(text, done, at) : at;
      int stop = token.stripsRight() ? stripRight(text, end, to) : end;
      if (done < start) {
        parts.plain(done, start);
      }
      parts.token(token, start, stop);
      done = stop;
      at = stop;
    }
    if (done < to) {
      parts.plain(done, to);
    }
  }

  private static boolean standsAlone(CharSequence text, int from, int start, int end, int to) {
    boolean left = start == from || !TextClasses.isWord(Character.codePointBefore(text, start));
    boolean right = end == to || !TextClasses.isWord(Character.codePointAt(text, end));
    return left && right;
  }

  private static int stripLeft(CharSequence text, int least, int start) {
    int at = start;
    while (at > least && TextClasses.isWhitespace(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int stripRight(CharSequence text, int end, int most) {
    int at = end;
    while (at < most && TextClasses.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}

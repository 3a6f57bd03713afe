package vitrine.engine.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import vitrine.engine.InputException;

/**
 * GPT-2's tokenizer: words by {@code Gpt2Words}, their UTF-8 bytes joined by learned merges.
 *
 * <p>A token may hold part of a character's bytes; its offsets then cover the whole character. So
 * neighbours can overlap, and {@link #decode} shows U+FFFD for a character that is not complete.
 */
public final class BytePairTokenizer extends VocabularyTokenizer {
  static final String END_OF_TEXT = "<|endoftext|>";

  private static final int NONE = -1;
  private static final int CACHE_WORDS = 1 << 16;
  private static final int CACHE_CHARS = 64;

  private final Options options;
  private final BytePairMerges merges;

  /** The vocabulary's token of each byte, or NONE. */
  private final int[] bytes = new int[256];

  /** Tokens of words seen before: ids and lengths in bytes in turn. Bounded. */
  private final Map<String, int[]> cache = new ConcurrentHashMap<>();

  /** What happens to the offsets of tokens that begin or end with blanks. */
  enum Trim {
    /** The blanks belong to the token. */
    NONE,
    /** They do not. */
    ALL,
    /** They do not, except one at the very start, which add_prefix_space put there. */
    ALL_BUT_PREFIX
  }

  /** How a piece of text between added tokens becomes words. */
  enum Split {
    /** By GPT-2's pattern. */
    WORDS,
    /** It is one word. */
    WHOLE
  }

  /**
   * What GPT-2 tokenizers differ in.
   *
   * @param prefixes whether a blank is put before a piece of text that does not begin with one
   * @param prefersVocabulary whether a word that is a token is not built by merges
   * @param trim what offsets cover
   * @param unknown what stands for bytes the vocabulary lacks; none: they are left out
   */
  record Options(
      boolean prefixes, boolean prefersVocabulary, Split split, Trim trim, OptionalInt unknown) {

    static final Options GPT2 =
        new Options(false, false, Split.WORDS, Trim.NONE, OptionalInt.empty());
  }

  BytePairTokenizer(TokenizerParts parts, BytePairMerges merges, Options options) {
    super(parts, UnaryOperator.identity());
    this.merges = merges;
    this.options = options;
    for (int b = 0; b < bytes.length; b++) {
      String symbol = String.valueOf(ByteAlphabet.toChar(b));
      bytes[b] = parts.model().getOrDefault(symbol, NONE);
    }
  }

  /**
   * A tokenizer of a vocabulary in code; {@code <|endoftext|>} is special when it is there.
   *
   * @param vocabulary tokens in GPT-2's spelling of bytes, with ids
   * @param merges pairs of tokens, a blank between, in the order they were learned
   * @throws InputException when a merge does not fit the vocabulary
   */
  public static BytePairTokenizer of(Map<String, Integer> vocabulary, List<String> merges) {
    List<BytePairMerges.Pair> pairs = new ArrayList<>();
    for (String merge : merges) {
      int blank = merge.indexOf(' ');
      if (blank < 0 || blank != merge.lastIndexOf(' ')) {
        throw new InputException(
            "tokenizer: merges: \"%s\"; expected two tokens with a blank between."
                .formatted(merge));
      }
      pairs.add(new BytePairMerges.Pair(merge.substring(0, blank), merge.substring(blank + 1)));
    }
    Map<Role, Integer> roles = usualRoles(Map.of(Role.END_OF_TEXT, END_OF_TEXT), vocabulary);
    List<AddedToken> added = new ArrayList<>();
    roles.values().forEach(id -> added.add(AddedToken.special(id, END_OF_TEXT)));
    return new BytePairTokenizer(
        TokenizerParts.of(vocabulary, added, Template.PLAIN, roles),
        BytePairMerges.of(pairs, vocabulary, "merges"),
        Options.GPT2);
  }

  @Override
  void tokenize(String text, int from, int to, TokenBuffer tokens) {
    added()
        .splitNormalized(
            text,
            from,
            to,
            new AddedTokens.Parts() {
              @Override
              public void plain(int begin, int end) {
                piece(text, begin, end, tokens);
              }

              @Override
              public void token(AddedToken token, int begin, int end) {
                tokens.add(token.id(), begin, end);
              }
            });
  }

  private void piece(String text, int from, int to, TokenBuffer tokens) {
    if (options.prefixes() && text.charAt(from) != ' ') {
      String prefixed = " " + text.substring(from, to);
      int firstEnd = from + Character.charCount(text.codePointAt(from));
      int before = tokens.size();
      words(prefixed, 0, prefixed.length(), tokens);
      // The blank has the place of the character it stands before.
      for (int i = before; i < tokens.size(); i++) {
        int start = from + Math.max(tokens.start(i) - 1, 0);
        int end = tokens.end(i) == 1 ? firstEnd : from + tokens.end(i) - 1;
        tokens.moveTo(i, start, end);
      }
    } else {
      words(text, from, to, tokens);
    }
  }

  private void words(String text, int from, int to, TokenBuffer tokens) {
    int at = from;
    while (at < to) {
      int end =
          switch (options.split()) {
            case WORDS -> Gpt2Words.end(text, at, to);
            case WHOLE -> to;
          };
      word(text, at, end, tokens);
      at = end;
    }
  }

  private void word(String text, int from, int to, TokenBuffer tokens) {
    String word = text.substring(from, to);
    int[] found = cache.get(word);
    if (found == null) {
      found = merge(word);
      if (word.length() <= CACHE_CHARS && cache.size() < CACHE_WORDS) {
        cache.put(word, found);
      }
    }
    Utf8Cursor cursor = new Utf8Cursor(word);
    for (int i = 0; i < found.length; i += 2) {
      int start = cursor.position();
      int end = cursor.skip(found[i + 1]);
      tokens.add(found[i], from + start, from + end);
    }
  }

  /** The tokens of a word: ids and lengths in bytes in turn. */
  private int[] merge(String word) {
    byte[] utf8 = Utf8Cursor.encode(word);
    if (options.prefersVocabulary()) {
      StringBuilder spelling = new StringBuilder();
      for (byte b : utf8) {
        spelling.append(ByteAlphabet.toChar(b & 0xff));
      }
      Integer id = vocabulary().model().get(spelling.toString());
      if (id != null) {
        return new int[] {id, utf8.length};
      }
    }
    int[] ids = new int[utf8.length];
    int[] lengths = new int[utf8.length];
    int n = symbols(utf8, ids, lengths);
    int left = merges.merge(ids, lengths, n);
    int[] result = new int[left * 2];
    for (int i = 0; i < left; i++) {
      result[2 * i] = ids[i];
      result[2 * i + 1] = lengths[i];
    }
    return result;
  }

  /**
   * The symbols of a word's bytes. A byte that is left out belongs to the symbol before it, or, at
   * the start, to the one after.
   */
  private int symbols(byte[] utf8, int[] ids, int[] lengths) {
    int n = 0;
    int dropped = 0;
    for (byte b : utf8) {
      int known = bytes[b & 0xff];
      int id = known == NONE ? options.unknown().orElse(NONE) : known;
      if (id != NONE) {
        ids[n] = id;
        lengths[n] = 1 + dropped;
        dropped = 0;
        n++;
      } else if (n > 0) {
        lengths[n - 1]++;
      } else {
        dropped++;
      }
    }
    return n;
  }

  @Override
  void finish(String text, TokenBuffer tokens) {
    if (options.trim() == Trim.NONE) {
      return;
    }
    for (int i = 0; i < tokens.size(); i++) {
      // An added token may have swallowed blanks that its spelling does not show.
      CharSequence shown =
          added().has(tokens.id(i))
              ? text.subSequence(tokens.start(i), tokens.end(i))
              : token(tokens.id(i));
      trim(text, shown, i, tokens);
    }
  }

  private void trim(String text, CharSequence shown, int index, TokenBuffer tokens) {
    int leading = 0;
    while (leading < shown.length() && isBlank(shown.charAt(leading))) {
      leading++;
    }
    int trailing = 0;
    while (trailing < shown.length() && isBlank(shown.charAt(shown.length() - 1 - trailing))) {
      trailing++;
    }
    boolean first = index == 0 || tokens.start(index) == 0;
    if (first && leading == 1 && options.trim() == Trim.ALL_BUT_PREFIX) {
      leading = 0;
    }
    int start = forward(text, tokens.start(index), leading, tokens.end(index));
    tokens.moveTo(index, start, back(text, tokens.end(index), trailing, start));
  }

  /** Some characters on, but not beyond {@code most}. */
  private static int forward(String text, int from, int characters, int most) {
    int at = from;
    for (int i = 0; i < characters && at < most; i++) {
      at += Character.charCount(text.codePointAt(at));
    }
    return Math.min(at, most);
  }

  /** Some characters back, but not before {@code least}; not at all when the text has too few. */
  private static int back(String text, int from, int characters, int least) {
    int at = from;
    for (int i = 0; i < characters; i++) {
      if (at == 0) {
        return from;
      }
      at -= Character.charCount(text.codePointBefore(at));
    }
    return Math.max(at, least);
  }

  private static boolean isBlank(char c) {
    return c == ByteAlphabet.toChar(' ') || TextClasses.isWhitespace(c);
  }

  @Override
  public String decode(int... ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int id : ids) {
      ByteAlphabet.bytes(token(id), out);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}

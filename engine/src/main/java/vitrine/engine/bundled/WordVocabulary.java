package vitrine.engine.bundled;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A byte-level BPE vocabulary in which chosen words are one token, and any other text is still
 * spelled by its bytes.
 *
 * <p>Ids are laid out as in GPT-2: the 256 byte symbols, one token for every merge in order of
 * rank, {@code <|endoftext|>}.
 *
 * <p>Teaching a word means: split it with the merges known so far and, while more than one piece is
 * left, add a merge of the first two. A merge that is added later ranks lower, so it is never
 * preferred to the merges by which an earlier word became one token, and that word stays one.
 */
final class WordVocabulary {
  static final String END_OF_TEXT = "<|endoftext|>";

  private final Map<String, Integer> ids = new LinkedHashMap<>();

  /** From a merge, spelled as in merges.txt ("left right"), to its rank; in order of rank. */
  private final Map<String, Integer> ranks = new LinkedHashMap<>();

  /**
   * Each word becomes a token both as it stands and with the space before it that it has inside a
   * sentence.
   *
   * @param words without white space, distinct
   */
  WordVocabulary(List<String> words) {
    for (int value = 0; value < 256; value++) {
      if (isPrintable(value)) {
        add(symbol(value));
      }
    }
    for (int value = 0; value < 256; value++) {
      if (!isPrintable(value)) {
        add(symbol(value));
      }
    }
    for (String word : words) {
      teach(spell(word));
      teach(spell(" " + word));
    }
    add(END_OF_TEXT);
  }

  /** Token to id, in order of id. */
  Map<String, Integer> ids() {
    return Collections.unmodifiableMap(ids);
  }

  /** The merges as lines of {@code merges.txt}, best rank first, without its version line. */
  List<String> merges() {
    return List.copyOf(ranks.keySet());
  }

  private void add(String token) {
    // Two merges may give the same token, as o+ther and ot+her would.
    ids.putIfAbsent(token, ids.size());
  }

  private void teach(String word) {
    List<String> pieces = split(word);
    while (pieces.size() > 1) {
      String merge = merge(pieces, 0);
      ranks.put(merge, ranks.size());
      add(pieces.get(0) + pieces.get(1));
      apply(merge, pieces);
    }
  }

  /** Byte-pair encoding of one word: apply the merge of best rank until there is none. */
  private List<String> split(String word) {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < word.length(); i++) {
      pieces.add(word.substring(i, i + 1));
    }
    String best = bestMerge(pieces);
    while (best != null) {
      apply(best, pieces);
      best = bestMerge(pieces);
    }
    return pieces;
  }

  /** Joins the two pieces of a merge wherever they stand side by side. */
  private static void apply(String merge, List<String> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      if (merge(pieces, i).equals(merge)) {
        pieces.set(i, pieces.get(i) + pieces.remove(i + 1));
      }
    }
  }

  private @Nullable String bestMerge(List<String> pieces) {
    String best = null;
    int bestRank = Integer.MAX_VALUE;
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Integer rank = ranks.get(merge(pieces, i));
      if (rank != null && rank < bestRank) {
        best = merge(pieces, i);
        bestRank = rank;
      }
    }
    return best;
  }

  private static String merge(List<String> pieces, int at) {
    return pieces.get(at) + " " + pieces.get(at + 1);
  }

  private static String spell(String text) {
    StringBuilder spelled = new StringBuilder();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      spelled.append(symbol(value & 0xFF));
    }
    return spelled.toString();
  }

  /**
   * GPT-2's visible stand-in for a byte: printable Latin-1 stands for itself, the n-th of the
   * others for {@code U+0100 + n} (so a space is "Ġ").
   */
  private static String symbol(int value) {
    if (isPrintable(value)) {
      return Character.toString(value);
    }
    int unprintableBefore = 0;
    for (int other = 0; other < value; other++) {
      unprintableBefore += isPrintable(other) ? 0 : 1;
    }
    return Character.toString(0x100 + unprintableBefore);
  }

  private static boolean isPrintable(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }
}

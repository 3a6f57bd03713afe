package vitrine.engine.text;

import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What BERT does to a text before splitting it: cleaning, spaces around ideographs, accents, case.
 * After the BasicTokenizer of Devlin et al., "BERT", 2019; alignments as the reference keeps them.
 *
 * @param cleans whether control characters go and every white space becomes a blank
 * @param spacesIdeographs whether every CJK ideograph gets blanks around it
 * @param stripsAccents whether the text is decomposed (NFD) and loses its nonspacing marks
 * @param lowercases whether every character becomes its lower case, without regard to its
 *     neighbours
 */
record BertNormalizer(
    boolean cleans, boolean spacesIdeographs, boolean stripsAccents, boolean lowercases) {

  /** The first character with a decomposition; what lies below never combines or reorders. */
  private static final int FIRST_COMPOSED = 0xc0;

  /** The only code point that lower-cases to two. */
  private static final int CAPITAL_I_WITH_DOT = 0x130;

  /** BERT's own; upper case and accents go together. */
  static BertNormalizer of(Casing casing) {
    boolean folds = casing == Casing.UNCASED;
    return new BertNormalizer(true, true, folds, folds);
  }

  /** Normalises {@code text[from, to)}; alignments count from the start of {@code text}. */
  AlignedText normalize(String text, int from, int to) {
    AlignedText cleaned = new AlignedText(to - from + 16);
    int length;
    for (int at = from; at < to; at += length) {
      int c = text.codePointAt(at);
      length = Character.charCount(c);
      clean(c, at, at + length, cleaned);
    }
    if (!stripsAccents && !lowercases) {
      return cleaned;
    }
    AlignedText folded = new AlignedText(cleaned.length() + 16);
    fold(cleaned, folded);
    return folded;
  }

  private void clean(int codePoint, int start, int end, AlignedText to) {
    // Half a surrogate pair is no character; the reference never sees one.
    int c = codePoint >= 0xd800 && codePoint < 0xe000 ? 0xfffd : codePoint;
    if (cleans) {
      if (c == 0 || c == 0xfffd || TextClasses.isControl(c)) {
        return;
      }
      if (TextClasses.isWhitespace(c)) {
        c = ' ';
      }
    }
    if (spacesIdeographs && TextClasses.isIdeograph(c)) {
      to.append(' ', start, end);
      to.append(c, start, end);
      to.append(' ', start, end);
    } else {
      to.append(c, start, end);
    }
  }

  private void fold(AlignedText from, AlignedText to) {
    int at = 0;
    while (at < from.length()) {
      int c = Character.codePointAt(from, at);
      if (!stripsAccents || !composes(c)) {
        foldOne(c, from.start(at), from.end(at), to);
        at += Character.charCount(c);
        continue;
      }
      int end = at;
      while (end < from.length() && composes(Character.codePointAt(from, end))) {
        end += Character.charCount(Character.codePointAt(from, end));
      }
      decompose(from, at, end, to);
      at = end;
    }
  }

  private static boolean composes(int codePoint) {
    return codePoint >= FIRST_COMPOSED && !TextClasses.isInert(codePoint);
  }

  /**
   * NFD of a run of characters. Decomposition may reorder marks, and the reference then aligns by
   * count: what a character first decomposes to takes the place of the next original character,
   * whichever that is, and its further parts share the place of what stands before them.
   */
  private void decompose(AlignedText from, int begin, int end, AlignedText to) {
    String run = from.subSequence(begin, end);
    StringBuilder parts = new StringBuilder();
    StringBuilder first = new StringBuilder();
    for (int at = 0; at < run.length(); ) {
      int c = run.codePointAt(at);
      String decomposed = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
      for (int part = 0; part < decomposed.length(); ) {
        int d = decomposed.codePointAt(part);
        parts.appendCodePoint(d);
        first.append(part == 0 ? '1' : '0');
        part += Character.charCount(d);
      }
      at += Character.charCount(c);
    }
    String ordered = Normalizer.normalize(run, Normalizer.Form.NFD);
    String firsts =
        parts.compareTo(new StringBuilder(ordered)) == 0
            ? first.toString()
            : reorder(parts, first, ordered);
    int source = begin;
    int next = begin;
    int index = 0;
    for (int at = 0; at < ordered.length(); index++) {
      int d = ordered.codePointAt(at);
      if (firsts.charAt(index) == '1') {
        source = next;
        next += Character.charCount(Character.codePointAt(from, source));
      }
      foldOne(d, from.start(source), from.end(source), to);
      at += Character.charCount(d);
    }
  }

  /**
   * The flags of {@code parts} in the order of {@code ordered}. Canonical ordering is stable, so
   * equal code points keep their order and each is its first unused namesake.
   */
  private static String reorder(StringBuilder parts, StringBuilder flags, String ordered) {
    Map<Integer, ArrayDeque<Character>> unused = new HashMap<>();
    int index = 0;
    for (int c : parts.codePoints().toArray()) {
      unused.computeIfAbsent(c, key -> new ArrayDeque<>()).add(flags.charAt(index++));
    }
    StringBuilder reordered = new StringBuilder();
    ordered
        .codePoints()
        .forEach(c -> reordered.append(Objects.requireNonNull(unused.get(c)).remove().charValue()));
    return reordered.toString();
  }

  private void foldOne(int codePoint, int start, int end, AlignedText to) {
    if (stripsAccents && codePoint >= FIRST_COMPOSED && TextClasses.isNonspacingMark(codePoint)) {
      return;
    }
    if (!lowercases) {
      to.append(codePoint, start, end);
    } else if (codePoint == CAPITAL_I_WITH_DOT) {
      to.append('i', start, end);
      to.append(0x307, start, end);
    } else {
      to.append(Character.toLowerCase(codePoint), start, end);
    }
  }
}

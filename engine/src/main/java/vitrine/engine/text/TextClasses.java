package vitrine.engine.text;

import java.util.Arrays;

/**
 * The classes of characters that BERT's text cleaning and splitting ask about.
 *
 * <p>The reference implementation froze them at Unicode 8.0, while Java's own tables move with the
 * JDK. Models were trained on what the reference made of their text, so this class answers as
 * Unicode 8 did: code points assigned later are plain letters, and four whose class has changed
 * since keep the old one.
 */
final class TextClasses {
  private TextClasses() {}

  /**
   * Marks, format characters, punctuation and composed letters of Unicode 9 to 16, in hexadecimal:
   * unassigned in Unicode 8, hence neither removed nor split off.
   */
  private static final int[] LATER =
      ranges(
          "61d 7fd 890-891 897-89f 8ca-8e2 9fd-9fe a76 afa-aff b55 c04 c3c c77 c84 d00 "
              + "d3b-d3c d81 eba ece 180f 1885-1886 1abf-1ace 1b4e-1b4f 1b7d-1b7f 1df6-1dfb "
              + "2e43-2e4f 2e52-2e5d a82c a8c5 a8ff a9bd 105c9 105e4 10d24-10d27 10d69-10d6e "
              + "10eab-10ead 10efc-10eff 10f46-10f50 10f55-10f59 10f82-10f89 11070 11073-11074 "
              + "110c2 110cd 111cf 1123e 11241 1133b 11383 11385 1138e 11391 113bb-113c0 113c5 "
              + "113c7-113c8 113ce 113d0 113d2 113d4-113d5 113d7-113d8 113e1-113e2 11438-1143f "
              + "11442-11444 11446 1144b-1144f 1145a-1145b 1145d-1145e 11660-1166c 116b9 "
              + "1182f-11837 11839-1183b 11938 1193b-1193c 1193e 11943-11946 119d4-119d7 "
              + "119da-119db 119e0 119e2 11a01-11a0a 11a33-11a38 11a3b-11a47 11a51-11a56 "
              + "11a59-11a5b 11a8a-11a96 11a98-11a9c 11a9e-11aa2 11b00-11b09 11be1 11c30-11c36 "
              + "11c38-11c3d 11c3f 11c41-11c45 11c70-11c71 11c92-11ca7 11caa-11cb0 11cb2-11cb3 "
              + "11cb5-11cb6 11d31-11d36 11d3a 11d3c-11d3d 11d3f-11d45 11d47 11d90-11d91 11d95 "
              + "11d97 11ef3-11ef4 11ef7-11ef8 11f00-11f01 11f36-11f3a 11f40 11f42-11f4f 11f5a "
              + "11fff 12ff1-12ff2 13430-13440 13447-13455 1611e-16129 1612d-1612f 16d68-16d6a "
              + "16d6d-16d6f 16e97-16e9a 16f4f 16fe2 16fe4 1cf00-1cf2d 1cf30-1cf46 1e000-1e006 "
              + "1e008-1e018 1e01b-1e021 1e023-1e024 1e026-1e02a 1e08f 1e130-1e136 1e2ae "
              + "1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1e5ff 1e944-1e94a 1e95e-1e95f ");

  /** Those of {@link #LATER} whose canonical order the reference knows: marks of Unicode 9. */
  private static final int[] ORDERED =
      ranges(
          "8d4-8e1 1dfb 11442 11446 11c3f 1e000-1e006 1e008-1e018 1e01b-1e021 1e023-1e024 "
              + "1e026-1e02a 1e944-1e94a");

  /** The Unicode property White_Space, which is also what the reference calls white space. */
  static boolean isWhitespace(int codePoint) {
    if (codePoint <= 0x20) {
      return codePoint == 0x20 || (codePoint >= 0x09 && codePoint <= 0x0d);
    }
    if (codePoint < 0x1680) {
      return codePoint == 0x85 || codePoint == 0xa0;
    }
    return codePoint == 0x1680
        || (codePoint >= 0x2000 && codePoint <= 0x200a)
        || codePoint == 0x2028
        || codePoint == 0x2029
        || codePoint == 0x202f
        || codePoint == 0x205f
        || codePoint == 0x3000;
  }

  /** Cc, Cf and Co, except tab, line feed and carriage return, which count as white space. */
  static boolean isControl(int codePoint) {
    if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
      return false;
    }
    return switch (type(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> true;
      default -> false;
    };
  }

  /** P*, and every ASCII character that is neither letter, digit, control nor space. */
  static boolean isPunctuation(int codePoint) {
    if (codePoint < 0x80) {
      return codePoint > ' ' && codePoint < 0x7f && !Character.isLetterOrDigit(codePoint);
    }
    return switch (type(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** Mn, what stripping accents removes. */
  static boolean isNonspacingMark(int codePoint) {
    return type(codePoint) == Character.NON_SPACING_MARK;
  }

  /**
   * The CJK ideographs that are words by themselves. The gap from 2B820 to 2B91F is the
   * reference's.
   */
  static boolean isIdeograph(int codePoint) {
    if (codePoint < 0x3400) {
      return false;
    }
    return codePoint <= 0x4dbf
        || (codePoint >= 0x4e00 && codePoint <= 0x9fff)
        || (codePoint >= 0xf900 && codePoint <= 0xfaff)
        || (codePoint >= 0x20000 && codePoint <= 0x2a6df)
        || (codePoint >= 0x2a700 && codePoint <= 0x2b81f)
        || (codePoint >= 0x2b920 && codePoint <= 0x2ceaf)
        || (codePoint >= 0x2f800 && codePoint <= 0x2fa1f);
  }

  /** A character of a word in the sense of a regular expression's {@code \w} (UTS 18, annex C). */
  static boolean isWord(int codePoint) {
    if (Character.isAlphabetic(codePoint)) {
      return true;
    }
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.CONNECTOR_PUNCTUATION ->
          true;
      default -> codePoint == 0x200c || codePoint == 0x200d;
    };
  }

  /** Whether Unicode 8 did not know this mark, format character, punctuation or composed letter. */
  private static boolean isLater(int codePoint) {
    return codePoint >= LATER[0] && isIn(LATER, codePoint);
  }

  /** Whether the reference's decomposition, that of Unicode 9, passes a code point untouched. */
  static boolean isInert(int codePoint) {
    return isLater(codePoint) && !isIn(ORDERED, codePoint);
  }

  private static boolean isIn(int[] ranges, int codePoint) {
    int at = Arrays.binarySearch(ranges, codePoint);
    // Even places open a range, odd ones close it: found, or inside when the next place closes.
    return at >= 0 || (-at - 1) % 2 == 1;
  }

  private static int type(int codePoint) {
    return switch (codePoint) {
      case 0x1734, 0x1171e -> Character.NON_SPACING_MARK;
      case 0x166d, 0x111c9 -> Character.OTHER_PUNCTUATION;
      default -> isLater(codePoint) ? Character.UNASSIGNED : Character.getType(codePoint);
    };
  }

  private static int[] ranges(String text) {
    return Arrays.stream(text.strip().split(" "))
        .flatMapToInt(range -> {
          int dash = range.indexOf('-');
          int first = Integer.parseInt(range, 0, dash < 0 ? range.length() : dash, 16);
          int last = Integer.parseInt(range, dash + 1, range.length(), 16);
          return Arrays.stream(new int[] {first, last});
        })
        .toArray();
  }
}

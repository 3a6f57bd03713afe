package vitrine.engine.text;

import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/** Cuts one or two sequences to a number of tokens. */
final class Truncator {
  private Truncator() {}

  /**
   * Cuts in place.
   *
   * @param room how many tokens of the sequences may remain together
   */
  static void truncate(TokenBuffer first, @Nullable TokenBuffer second, int room, Truncation how) {
    int total = first.size() + (second == null ? 0 : second.size());
    int excess = total - room;
    if (excess <= 0) {
      return;
    }
    switch (how.strategy()) {
      case LONGEST_FIRST -> longestFirst(first, second, room, how.side());
      case ONLY_FIRST -> cut(first, "first", excess, how.side());
      case ONLY_SECOND -> {
        if (second == null) {
          throw new InputException(
              "tokenize: truncation: only one text, but only the second may be cut;"
                  + " expected a pair. Truncate the longest first.");
        }
        cut(second, "second", excess, how.side());
      }
    }
  }

  private static void longestFirst(
      TokenBuffer first, @Nullable TokenBuffer second, int room, Side side) {
    if (second == null) {
      keep(first, room, side);
      return;
    }
    int shorter = Math.min(first.size(), second.size());
    int longer = room - shorter;
    if (longer < shorter) {
      // Both are cut: to one length, and an odd token goes to the longer one (the second at a tie).
      shorter = room / 2;
      longer = room - shorter;
    }
    boolean swap = first.size() > second.size();
    keep(first, swap ? longer : shorter, side);
    keep(second, swap ? shorter : longer, side);
  }

  private static void cut(TokenBuffer tokens, String which, int excess, Side side) {
    if (tokens.size() <= excess) {
      throw new InputException(
          "tokenize: truncation: the %s text has %d tokens but %d are too many;"
                  .formatted(which, tokens.size(), excess)
              + " expected a longer one. Truncate the longest first.");
    }
    keep(tokens, tokens.size() - excess, side);
  }

  private static void keep(TokenBuffer tokens, int length, Side side) {
    switch (side) {
      case RIGHT -> tokens.truncate(length);
      case LEFT -> tokens.keepLast(length);
    }
  }
}

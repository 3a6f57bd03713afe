package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;

/**
 * A passage as one model reads it.
 *
 * @param example its tokens
 * @param rows of each row the positions whose mean it is; none for a word without a piece
 */
record Encoded(Example example, List<int[]> rows) {
  /**
   * Tokenizes.
   *
   * @throws InputException when the text yields no token, or more than the model has positions
   */
  static Encoded of(
      Passage passage, Tokenizer tokenizer, Architecture architecture, Unit unit, TooLong tooLong) {
    Encoding encoding =
        switch (tooLong) {
          case CUT -> tokenizer.encode(passage.text(), architecture.positions());
          case REFUSE -> tokenizer.encode(passage.text());
        };
    if (encoding.length() == 0 || passage.words().isEmpty()) {
      throw new InputException(
          "compare: %s: the text yields no token; expected at least one. Leave the line out"
              .formatted(passage.where()));
    }
    if (encoding.length() > architecture.positions()) {
      throw new InputException(
          "compare: %s: %d tokens; expected at most the model's %d positions. Shorten it, or add --truncate"
              .formatted(passage.where(), encoding.length(), architecture.positions()));
    }
    Example example = Example.of(encoding.ids());
    return new Encoded(
        architecture.segments() > 0 ? example.withTypeIds(encoding.typeIds()) : example,
        rows(passage, encoding, unit));
  }

  private static List<int[]> rows(Passage passage, Encoding encoding, Unit unit) {
    return switch (unit) {
      case TOKEN ->
          IntStream.range(0, encoding.length()).mapToObj(position -> new int[] {position}).toList();
      case WORD -> passage.words().stream().map(word -> pieces(encoding, word)).toList();
      case SENTENCE ->
          List.of(
              IntStream.range(0, encoding.length())
                  .filter(position ->
                      passage.words().stream().anyMatch(word -> meet(encoding, position, word)))
                  .toArray());
    };
  }

  /** Every piece that shares a char with the word; a piece may belong to two words. */
  private static int[] pieces(Encoding encoding, Passage.Span word) {
    return IntStream.range(0, encoding.length())
        .filter(position -> meet(encoding, position, word))
        .toArray();
  }

  private static boolean meet(Encoding encoding, int position, Passage.Span word) {
    return encoding.start(position) < word.end() && encoding.end(position) > word.start();
  }

  /** These without the rows that either side has no piece for; both have as many rows. */
  static List<Encoded> paired(Encoded a, Encoded b) {
    List<int[]> rowsOfA = new ArrayList<>();
    List<int[]> rowsOfB = new ArrayList<>();
    for (int i = 0; i < a.rows.size(); i++) {
      if (a.rows.get(i).length > 0 && b.rows.get(i).length > 0) {
        rowsOfA.add(a.rows.get(i));
        rowsOfB.add(b.rows.get(i));
      }
    }
    return List.of(new Encoded(a.example, rowsOfA), new Encoded(b.example, rowsOfB));
  }
}

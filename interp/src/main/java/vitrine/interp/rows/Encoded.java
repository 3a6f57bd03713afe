package vitrine.interp.rows;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.text.Tokenizer;

/**
 * A passage as one model reads it.
 *
 * @param example its tokens
 * @param rows of each row the positions that it is pooled from; none for a word without a piece
 * @param pooling how
 */
public record Encoded(Example example, List<int[]> rows, Pooling pooling) {
  /**
   * Tokenizes for a comparison; rows are means.
   *
   * @throws vitrine.engine.InputException as {@link Reading#of}
   */
  public static Encoded of(
      Passage passage, Tokenizer tokenizer, Architecture architecture, Unit unit, TooLong tooLong) {
    return new Reading("compare", tokenizer, architecture, unit, Pooling.MEAN, tooLong).of(passage);
  }

  /** These without the rows that either side has no piece for; both have as many rows. */
  public static List<Encoded> paired(Encoded a, Encoded b) {
    List<int[]> rowsOfA = new ArrayList<>();
    List<int[]> rowsOfB = new ArrayList<>();
    for (int i = 0; i < a.rows.size(); i++) {
      if (a.rows.get(i).length > 0 && b.rows.get(i).length > 0) {
        rowsOfA.add(a.rows.get(i));
        rowsOfB.add(b.rows.get(i));
      }
    }
    return List.of(
        new Encoded(a.example, rowsOfA, a.pooling), new Encoded(b.example, rowsOfB, b.pooling));
  }

  /** Without the rows that there is no piece for. */
  public Encoded whole() {
    return new Encoded(example, rows.stream().filter(row -> row.length > 0).toList(), pooling);
  }
}

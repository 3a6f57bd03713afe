package vitrine.engine.models;

import java.util.Arrays;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Batch;

/**
 * Which rows of the logits are wanted of each example: the vocabulary product is computed there and
 * nowhere else.
 */
public final class LogitRows {
  private final int[][] positions;

  private LogitRows(int[][] positions) {
    this.positions = positions;
  }

  /**
   * @param positions for each example its positions, from 0, in the order wanted
   */
  public static LogitRows of(int[]... positions) {
    return new LogitRows(Arrays.stream(positions).map(int[]::clone).toArray(int[][]::new));
  }

  /** One position of each example. */
  public static LogitRows each(int... positions) {
    return new LogitRows(
        Arrays.stream(positions).mapToObj(at -> new int[] {at}).toArray(int[][]::new));
  }

  /** The last real position of each example. */
  public static LogitRows last(Batch batch) {
    return each(IntStream.range(0, batch.batch()).map(batch::lastReal).toArray());
  }

  /** How many there are of all examples. */
  public int count() {
    return Arrays.stream(positions).mapToInt(each -> each.length).sum();
  }

  /**
   * Rows of (B,T), example by example.
   *
   * @throws InputException when an example is missing, or a position is none of its real ones
   */
  int[] rows(Batch batch) {
    if (positions.length != batch.batch()) {
      throw new InputException(
          "sweep: rows of logits: positions for "
              + positions.length
              + " examples; expected "
              + batch.batch()
              + ", one list an example.");
    }
    if (count() == 0) {
      throw new InputException("sweep: rows of logits: none; expected at least one position.");
    }
    return IntStream.range(0, positions.length)
        .flatMap(b -> Arrays.stream(positions[b]).map(t -> row(batch, b, t)))
        .toArray();
  }

  private static int row(Batch batch, int example, int position) {
    if (position < 0 || position >= batch.length() || !batch.real(example, position)) {
      throw new InputException(
          "sweep: rows of logits: position "
              + position
              + " of example "
              + example
              + "; expected one of its real tokens, from 0 to "
              + batch.lastReal(example)
              + ".");
    }
    return example * batch.length() + position;
  }
}

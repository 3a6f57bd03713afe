package vitrine.engine.data;

import java.util.Arrays;
import vitrine.engine.InputException;

/** A long list of token ids, two bytes each where the vocabulary allows it. */
public final class TokenIds {
  private static final int NARROW = 1 << Character.SIZE;
  private static final int FIRST = 1 << 12;
  private static final int MOST = Integer.MAX_VALUE - 8;

  private Cells cells;
  private int size;

  /** An array of numbers. */
  private sealed interface Cells {
    int length();

    int get(int index);

    void set(int index, int id);

    Cells resized(int length);
  }

  @SuppressWarnings("ArrayRecordComponent") // never leaves this file
  private record Narrow(char[] values) implements Cells {
    @Override
    public int length() {
      return values.length;
    }

    @Override
    public int get(int index) {
      return values[index];
    }

    @Override
    public void set(int index, int id) {
      values[index] = (char) id;
    }

    @Override
    public Cells resized(int length) {
      return new Narrow(Arrays.copyOf(values, length));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never leaves this file
  private record Wide(int[] values) implements Cells {
    @Override
    public int length() {
      return values.length;
    }

    @Override
    public int get(int index) {
      return values[index];
    }

    @Override
    public void set(int index, int id) {
      values[index] = id;
    }

    @Override
    public Cells resized(int length) {
      return new Wide(Arrays.copyOf(values, length));
    }
  }

  /**
   * An empty list.
   *
   * @param vocabulary one more than the largest id
   */
  public TokenIds(int vocabulary) {
    cells = vocabulary <= NARROW ? new Narrow(new char[FIRST]) : new Wide(new int[FIRST]);
  }

  /** A list of these. */
  public static TokenIds of(int... ids) {
    TokenIds list = new TokenIds(Arrays.stream(ids).max().orElse(0) + 1);
    for (int id : ids) {
      list.add(id);
    }
    return list;
  }

  void add(int id) {
    if (size == cells.length()) {
      if (size == MOST) {
        throw new InputException(
            "text: " + MOST + " tokens and more; expected fewer. Give less text.");
      }
      cells = cells.resized((int) Math.min(2L * size, MOST));
    }
    cells.set(size++, id);
  }

  public int size() {
    return size;
  }

  public int get(int index) {
    if (index >= size) {
      throw new IndexOutOfBoundsException(index);
    }
    return cells.get(index);
  }

  /** Gives back what was reserved for more. */
  void trim() {
    cells = cells.resized(size);
  }
}

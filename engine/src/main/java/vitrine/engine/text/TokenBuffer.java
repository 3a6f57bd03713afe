package vitrine.engine.text;

import java.util.Arrays;

/** The tokens of one sequence while they are found: id, and start and end in the original text. */
final class TokenBuffer {
  private int[] ids = new int[64];
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int size;

  void add(int id, int start, int end) {
    if (size == ids.length) {
      int capacity = Math.addExact(size, size >> 1);
      ids = Arrays.copyOf(ids, capacity);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    ids[size] = id;
    starts[size] = start;
    ends[size] = end;
    size++;
  }

  int size() {
    return size;
  }

  int id(int index) {
    return ids[index];
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  void moveTo(int index, int start, int end) {
    starts[index] = start;
    ends[index] = end;
  }

  /** Forgets the tokens from {@code length} on. */
  void truncate(int length) {
    size = Math.min(size, length);
  }

  /** Keeps the last {@code length} tokens. */
  void keepLast(int length) {
    int drop = Math.max(0, size - length);
    System.arraycopy(ids, drop, ids, 0, size - drop);
    System.arraycopy(starts, drop, starts, 0, size - drop);
    System.arraycopy(ends, drop, ends, 0, size - drop);
    size -= drop;
  }
}

package vitrine.engine.text;

import java.util.Arrays;

/**
 * A hash table from non-negative longs to ints, open addressing; read by many threads once filled.
 */
final class LongIntMap {
  private static final long EMPTY = -1;

  private long[] keys;
  private int[] values;
  private int size;

  LongIntMap(int expected) {
    int capacity = Integer.highestOneBit(Math.max(8, expected) * 2) * 2;
    keys = new long[capacity];
    values = new int[capacity];
    Arrays.fill(keys, EMPTY);
  }

  /** The value of {@code key}, or {@code otherwise}. */
  int get(long key, int otherwise) {
    int at = slot(key);
    return keys[at] == key ? values[at] : otherwise;
  }

  void put(long key, int value) {
    int at = slot(key);
    if (keys[at] == EMPTY) {
      keys[at] = key;
      size++;
    }
    values[at] = value;
    if (size * 2 > keys.length) {
      grow();
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    long mixed = key * 0x9e3779b97f4a7c15L;
    int at = (int) (mixed >>> 32) & mask;
    while (keys[at] != EMPTY && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new int[keys.length];
    Arrays.fill(keys, EMPTY);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        int at = slot(oldKeys[i]);
        keys[at] = oldKeys[i];
        values[at] = oldValues[i];
      }
    }
  }
}

package vitrine.engine.text;

import java.util.Arrays;

/** A prefix tree of strings with an int each: finds the longest that begins at a place. */
final class PieceTrie {
  static final int NONE = -1;
  static final int ROOT = 0;

  private final LongIntMap children;
  private int[] values;
  private int nodes = 1;

  /**
   * An empty one.
   *
   * @param expected about how many characters it will hold; more make it grow
   */
  PieceTrie(int expected) {
    children = new LongIntMap(expected);
    values = new int[Math.max(8, expected)];
    Arrays.fill(values, NONE);
  }

  /** Adds a string; the value is not negative, and the last one added for a string stays. */
  void add(String text, int value) {
    int node = ROOT;
    for (int i = 0; i < text.length(); i++) {
      long key = key(node, text.charAt(i));
      int child = children.get(key, NONE);
      if (child == NONE) {
        child = nodes++;
        children.put(key, child);
        if (child >= values.length) {
          int old = values.length;
          values = Arrays.copyOf(values, old * 2);
          Arrays.fill(values, old, values.length, NONE);
        }
      }
      node = child;
    }
    values[node] = value;
  }

  /** The node reached from {@code node} by one char, or {@link #NONE}. */
  int step(int node, char c) {
    return children.get(key(node, c), NONE);
  }

  /** The value of the string that ends at a node, or {@link #NONE}. */
  int value(int node) {
    return values[node];
  }

  /** The node reached from the root by a whole string, or {@link #NONE}. */
  int walk(String text) {
    int node = ROOT;
    for (int i = 0; i < text.length() && node != NONE; i++) {
      node = step(node, text.charAt(i));
    }
    return node;
  }

  private static long key(int node, char c) {
    return (long) node << 16 | c;
  }
}

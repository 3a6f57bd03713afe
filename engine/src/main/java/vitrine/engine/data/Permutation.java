package vitrine.engine.data;

/** The order of examples in an epoch. */
public final class Permutation {
  private Permutation() {}

  /**
   * The numbers from 0 to {@code size - 1} in an order that the key decides (Fisher and Yates
   * 1938).
   */
  public static int[] of(int size, long key) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int j = Draw.below(Draw.next(key, i), i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
    return order;
  }
}

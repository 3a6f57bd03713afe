package vitrine.engine.data;

import java.util.Arrays;
import vitrine.engine.InputException;

/**
 * Examples in two parts, one to train on and one to evaluate with.
 *
 * @param train what is left
 * @param validation what was set aside
 */
public record Split(Examples train, Examples validation) {
  /**
   * Sets the last ones aside: of a text, its end, so that neighbouring sentences do not fall on
   * both sides.
   *
   * @param fraction how many, in (0, 1); at least one of them
   * @throws InputException when nothing would be left to train on
   */
  public static Split tail(Examples all, double fraction) {
    return of(all, ascending(all.size()), aside(all, fraction));
  }

  /**
   * Sets ones aside that the seed decides on.
   *
   * @param fraction how many, in (0, 1); at least one of them
   * @throws InputException when nothing would be left to train on
   */
  public static Split drawn(Examples all, double fraction, long seed) {
    return of(
        all, Permutation.of(all.size(), Draw.key(seed, Draw.Use.SPLIT)), aside(all, fraction));
  }

  private static int aside(Examples all, double fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new InputException(
          "data: validation share: " + fraction + "; expected more than 0 and less than 1.");
    }
    int count = Math.max(1, (int) Math.round(all.size() * fraction));
    if (count >= all.size()) {
      throw new InputException(
          "data: validation share: "
              + count
              + " of "
              + all.size()
              + " examples; expected some to be left to train on. Give more data, or a smaller"
              + " share.");
    }
    return count;
  }

  private static Split of(Examples all, int[] order, int aside) {
    int left = order.length - aside;
    int[] train = Arrays.copyOf(order, left);
    int[] validation = Arrays.copyOfRange(order, left, order.length);
    Arrays.sort(train);
    Arrays.sort(validation);
    return new Split(new Chosen(all, train), new Chosen(all, validation));
  }

  private static int[] ascending(int size) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    return order;
  }
}

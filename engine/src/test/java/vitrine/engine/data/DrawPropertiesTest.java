package vitrine.engine.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class DrawPropertiesTest {
  @Property
  void should_have_every_number_once_when_permuted(
      @ForAll @IntRange(min = 1, max = 500) int size, @ForAll long key) {
    int[] order = Permutation.of(size, key);
    assertArrayEquals(order, Permutation.of(size, key));
    Arrays.sort(order);
    assertArrayEquals(IntStream.range(0, size).toArray(), order);
  }

  @Property
  void should_stay_below_the_bound_when_drawn(
      @ForAll long hash, @ForAll @IntRange(min = 1) int bound) {
    int drawn = Draw.below(hash, bound);
    assertTrue(drawn >= 0 && drawn < bound, drawn + " of " + bound);
  }

  @Property
  void should_depend_on_every_part_when_a_key_is_made(
      @ForAll long seed, @ForAll long a, @ForAll long b) {
    long key = Draw.key(seed, Draw.Use.ORDER, a, b);
    assertNotEquals(key, Draw.key(seed + 1, Draw.Use.ORDER, a, b));
    assertNotEquals(key, Draw.key(seed, Draw.Use.MASKING, a, b));
    assertNotEquals(key, Draw.key(seed, Draw.Use.ORDER, a + 1, b));
    assertNotEquals(key, Draw.key(seed, Draw.Use.ORDER, a, b + 1));
  }

  /** Chi-squared of 6 places by 6 numbers: 25 degrees of freedom, beyond 60 once in 10,000. */
  @Example
  void should_put_every_number_everywhere_alike_when_there_are_many_epochs() {
    int epochs = 60_000;
    int[][] counts = new int[6][6];
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] order = Permutation.of(6, Draw.key(11, Draw.Use.ORDER, epoch));
      for (int place = 0; place < 6; place++) {
        counts[place][order[place]]++;
      }
    }
    double expected = epochs / 6.0;
    double chi = 0;
    for (int[] row : counts) {
      for (int count : row) {
        chi += (count - expected) * (count - expected) / expected;
      }
    }
    assertTrue(chi < 60, "chi squared " + chi);
  }

  /**
   * By a separate implementation; a change here changes what every trained model is repeated from.
   */
  @Example
  void should_give_the_same_numbers_for_ever_when_the_key_is_the_same() {
    assertArrayEquals(
        new int[] {7, 4, 5, 0, 3, 6, 1, 2}, Permutation.of(8, Draw.key(1, Draw.Use.ORDER, 0)));
    assertEquals(0x34692e06da3fe9ccL, Draw.key(1, Draw.Use.DROPOUT, 2, 3));
  }
}

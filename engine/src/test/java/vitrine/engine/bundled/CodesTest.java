package vitrine.engine.bundled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CodesTest {
  private static final int COUNT = 1500;

  private final long[] codes = Codes.list(7, COUNT);

  @Test
  void should_sum_to_zero_when_all_entries_are_added() {
    for (long code : codes) {
      float sum = 0;
      for (int i = 0; i < Codes.LENGTH; i++) {
        sum += Codes.entry(code, i);
      }
      assertEquals(0f, sum);
    }
  }

  @Test
  void should_correlate_no_more_than_the_bound_when_two_words_differ() {
    double largest = -1;
    for (int a = 0; a < COUNT; a++) {
      for (int b = 0; b < a; b++) {
        double product = 0;
        for (int i = 0; i < Codes.LENGTH; i++) {
          product += Codes.entry(codes[a], i) * Codes.entry(codes[b], i);
        }
        largest = Math.max(largest, product / Codes.LENGTH);
      }
    }
    // Among 1500 words the bound is reached: it is not looser than it need be.
    assertEquals(Codes.MAX_CORRELATION, largest, 1e-12);
  }

  @Test
  void should_give_other_words_when_the_seed_is_another() {
    long[] others = Codes.list(1L << 40, COUNT);
    int same = 0;
    for (int i = 0; i < COUNT; i++) {
      same += codes[i] == others[i] ? 1 : 0;
    }
    assertTrue(same < 2, "equal words in two lists: " + same);
  }
}

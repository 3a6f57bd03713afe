package vitrine.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class StatsTest {
  @Test
  void should_be_the_middle_when_a_median() {
    assertEquals(2, Stats.median(3, 1, 2));
    assertEquals(2.5, Stats.median(4, 1, 2, 3));
  }

  /** By simulation: of many experiments with a known ratio, about 95% have it in their interval. */
  @Test
  void should_hold_the_truth_in_most_experiments_when_an_interval() {
    SplittableRandom random = new SplittableRandom(5);
    int held = 0;
    int experiments = 200;
    for (int experiment = 0; experiment < experiments; experiment++) {
      double[] a = new double[15];
      double[] b = new double[15];
      for (int round = 0; round < a.length; round++) {
        a[round] = 200 + 20 * random.nextDouble(-1, 1);
        b[round] = 100 + 10 * random.nextDouble(-1, 1);
      }
      Stats.Interval ratio = Stats.ratio(a, b);
      assertTrue(ratio.low() <= ratio.middle() && ratio.middle() <= ratio.high());
      held += ratio.low() <= 2 && 2 <= ratio.high() ? 1 : 0;
    }
    double share = (double) held / experiments;
    assertTrue(share > 0.88 && share <= 1, "holds the truth in " + share);
  }

  @Test
  void should_refuse_when_samples_are_no_pairs() {
    assertThrows(
        IllegalArgumentException.class, () -> Stats.ratio(new double[] {1, 2}, new double[] {1}));
  }
}

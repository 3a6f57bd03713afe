package vitrine.interp.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HeadSumsTest {
  private static final double[] FIRST = {1, 0, 1, 0};
  private static final double[] OWN = {1, 0, 0, 1};
  private static final double[] EVEN = {1, 0, 0.5, 0.5};

  @Test
  void should_be_one_for_the_same_and_fall_to_zero_when_no_key_is_shared() {
    assertEquals(1, HeadSums.similarity(EVEN, EVEN, 2), 1e-15);
    assertEquals(
        0, HeadSums.similarity(new double[] {1, 0, 1, 0}, new double[] {0, 1, 0, 1}, 2), 1e-15);
    // The second query: ln 2 of divergence; the first can but look at itself.
    assertEquals(0.5, HeadSums.similarity(FIRST, OWN, 2), 1e-15);
    double divergence =
        0.5 * Math.log(1 / 0.75) + 0.25 * Math.log(0.5 / 0.75) + 0.25 * Math.log(0.5 / 0.25);
    assertEquals(1 - divergence / 2 / Math.log(2), HeadSums.similarity(FIRST, EVEN, 2), 1e-15);
  }

  @Test
  void should_leave_out_what_may_not_be_seen_when_probabilities_are_correlated() {
    // Of (1, 1, 0) and (1, 0, 1): the key behind the first query is not among them.
    assertEquals(-0.5, HeadSums.correlation(FIRST, OWN, 2), 1e-15);
    assertTrue(Double.isNaN(HeadSums.correlation(new double[] {1}, new double[] {1}, 1)));
  }

  @Test
  void should_be_the_mean_over_texts_when_there_are_several() {
    HeadSums sums = new HeadSums(1, 2);
    HeadSums.Patterns first = new HeadSums.Patterns(2, List.of(FIRST));
    sums.add(first, new HeadSums.Patterns(2, List.of(FIRST, OWN)), new int[] {0, 1}, 1);
    sums.add(first, new HeadSums.Patterns(2, List.of(OWN, OWN)), new int[] {1, 0}, 1);
    assertEquals(0.75, sums.jensenShannon(0, 0).interval().estimate(), 1e-15);
    assertEquals(0.5, sums.jensenShannon(0, 1).interval().estimate(), 1e-15);
    assertEquals(0.25, sums.pearson(0, 0).interval().estimate(), 1e-15);
    // With its keys the other way round, OWN is FIRST.
    assertEquals(0.75, sums.jensenShannon(0, 1).shuffled(), 1e-15);
    assertEquals(2, sums.texts());
  }
}

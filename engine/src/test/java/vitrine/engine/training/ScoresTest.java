package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Expected values: scikit-learn 1.9.1 and scipy 1.17.1. */
final class ScoresTest {
  private static final int[] LABELS = {0, 1, 2, 2, 1, 0, 1, 2, 0, 0};
  private static final int[] PREDICTED = {0, 2, 2, 2, 1, 0, 0, 1, 0, 2};
  private static final double[] X = {1, 2, 2, 3.5, 5, 0, 4, 4};
  private static final double[] Y = {0.5, 2.5, 1, 3, 4.75, 1, 3, 5};

  @Test
  void should_be_the_reference_s_numbers_when_classes_are_compared() {
    assertEquals(0.6, Scores.accuracy(LABELS, PREDICTED), 1e-12);
    assertEquals(0.5738095238095238, Scores.f1(LABELS, PREDICTED, 3), 1e-12);
    assertEquals(0.40004734568283135, Scores.matthews(LABELS, PREDICTED, 3), 1e-12);
  }

  @Test
  void should_be_the_reference_s_numbers_when_there_are_two_classes() {
    int[] labels = {1, 1, 0, 1, 0, 0, 1, 0};
    int[] predicted = {1, 0, 0, 1, 1, 0, 1, 0};
    assertEquals(0.75, Scores.f1(labels, predicted, 2), 1e-12);
    assertEquals(0.5, Scores.matthews(labels, predicted, 2), 1e-12);
  }

  @Test
  void should_be_the_reference_s_numbers_when_values_are_compared() {
    assertEquals(0.8835293219481402, Scores.pearson(X, Y), 1e-12);
    assertEquals(0.8902439024390245, Scores.spearman(X, Y), 1e-12);
  }

  @Test
  void should_be_zero_when_nothing_varies() {
    int[] ones = {1, 1, 1};
    assertEquals(0, Scores.matthews(ones, new int[] {0, 1, 1}, 2));
    assertEquals(0, Scores.f1(new int[] {0, 0, 0}, new int[] {0, 0, 0}, 2));
    assertEquals(0, Scores.pearson(new double[] {1, 1}, new double[] {0, 3}));
  }
}

package vitrine.interp.neurons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;

final class FactorisationTest {
  private static NonNegative matrix(int n, int m, double... values) {
    return NonNegative.of("test", n, m, values, NonNegative.Negatives.REFUSE);
  }

  /** A product of two random ones. */
  private static NonNegative lowRank(int n, int m, int rank, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] left = random.doubles((long) n * rank).toArray();
    double[] right = random.doubles((long) rank * m).toArray();
    double[] values = new double[n * m];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        for (int t = 0; t < rank; t++) {
          values[i * m + j] += left[i * rank + t] * right[t * m + j];
        }
      }
    }
    return matrix(n, m, values);
  }

  private static double error(NonNegative x, Factors factors) {
    double squares = 0;
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        double left = x.byRow()[i * x.columns() + j];
        for (int t = 0; t < factors.count(); t++) {
          left -=
              factors.mixes()[i * factors.count() + t] * factors.patterns()[t * x.columns() + j];
        }
        squares += left * left;
      }
    }
    return Math.sqrt(squares);
  }

  @Test
  void should_leave_almost_nothing_when_the_matrix_has_that_rank() {
    NonNegative x = lowRank(30, 50, 4, 1);
    Factors factors = Factorisation.of(x, FactorSpec.of(4, 0, 1));
    assertTrue(factors.error() < 2e-3 * x.norm(), factors.error() + " of " + x.norm());
    assertEquals(error(x, factors), factors.error(), 1e-9);
    assertEquals(1 - Math.pow(factors.error() / x.norm(), 2), factors.explained(), 1e-12);
  }

  @Test
  void should_be_the_same_to_the_bit_when_threads_differ() {
    NonNegative x = lowRank(120, 4000, 9, 2);
    Factors one = Factorisation.of(x, FactorSpec.of(8, 3, 1));
    Factors two = Factorisation.of(x, FactorSpec.of(8, 3, 2));
    assertArrayEquals(one.mixes(), two.mixes());
    assertArrayEquals(one.patterns(), two.patterns());
    assertEquals(one.iterations(), two.iterations());
  }

  @Test
  void should_never_get_worse_when_more_iterations_are_allowed() {
    NonNegative x = lowRank(25, 35, 8, 4);
    for (FactorSpec.Algorithm algorithm : FactorSpec.Algorithm.values()) {
      double before = Double.MAX_VALUE;
      for (int most : new int[] {1, 2, 5, 10, 50, 200}) {
        Factors factors =
            Factorisation.of(
                x, new FactorSpec(3, algorithm, FactorSpec.Start.NNDSVDA, most, 1e-12, 0, 1));
        assertTrue(factors.error() <= before + 1e-9, algorithm + " " + most);
        assertTrue(factors.iterations() <= most);
        before = factors.error();
      }
    }
  }

  @Test
  void should_be_exact_when_there_are_as_many_factors_as_rows() {
    NonNegative x = lowRank(4, 9, 4, 5);
    Factors factors =
        Factorisation.of(
            x,
            new FactorSpec(
                4,
                FactorSpec.Algorithm.COORDINATE_DESCENT,
                FactorSpec.Start.BEST,
                5000,
                1e-9,
                0,
                1));
    assertTrue(factors.error() < 1e-3 * x.norm(), factors.error() + " of " + x.norm());
  }

  @Test
  void should_end_at_once_when_there_is_nothing() {
    Factors factors = Factorisation.of(matrix(3, 4, new double[12]), FactorSpec.of(2, 0, 1));
    assertEquals(0, factors.error());
    assertEquals(1, factors.explained());
    assertTrue(Arrays.stream(factors.mixes()).allMatch(Double::isFinite));
  }

  @Test
  void should_find_the_singular_values_when_they_are_known() {
    // Of a diagonal matrix they are the diagonal.
    double[] values = new double[6 * 8];
    for (int i = 0; i < 6; i++) {
      values[i * 8 + i] = 6 - i;
    }
    SingularVectors vectors = SingularVectors.of(matrix(6, 8, values), 3, 0, 1);
    assertArrayEquals(new double[] {6, 5, 4}, vectors.values(), 1e-9);
    assertEquals(1, Math.abs(vectors.left()[0]), 1e-9);
    assertEquals(1, Math.abs(vectors.right()[8 + 1]), 1e-9);
  }

  @Test
  void should_be_refused_when_numbers_or_factors_do_not_fit() {
    assertThrows(InputException.class, () -> matrix(1, 2, 1, -1));
    assertThrows(InputException.class, () -> matrix(1, 2, 1, Double.NaN));
    assertThrows(
        InputException.class,
        () -> Factorisation.of(matrix(2, 2, 1, 2, 3, 4), FactorSpec.of(3, 0, 1)));
    NonNegative clipped =
        NonNegative.of("test", 1, 2, new double[] {1, -1}, NonNegative.Negatives.CLIP);
    assertArrayEquals(new double[] {1, 0}, clipped.byRow());
  }
}

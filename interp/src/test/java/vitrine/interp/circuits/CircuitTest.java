package vitrine.interp.circuits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

/** Small products against the large ones that they stand for; the bundled model's known heads. */
final class CircuitTest {
  private static DMatrixRMaj random(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
    for (int i = 0; i < matrix.data.length; i++) {
      matrix.data[i] = random.nextGaussian();
    }
    return matrix;
  }

  @Test
  void should_be_the_product_when_the_terms_are_added_up() {
    DMatrixRMaj a = random(23, 5, 1);
    DMatrixRMaj b = random(5, 23, 2);
    DMatrixRMaj whole = Matrices.times(a, b);
    LowRank low = LowRank.of(a, b);
    for (int row = 0; row < 23; row++) {
      for (int column = 0; column < 23; column++) {
        double sum = 0;
        for (int term = 0; term < 5; term++) {
          sum += low.values()[term] * low.in().get(row, term) * low.out().get(column, term);
        }
        assertEquals(whole.get(row, column), sum, 1e-12);
      }
    }
    for (int term = 1; term < 5; term++) {
      assertTrue(low.values()[term - 1] >= low.values()[term]);
    }
  }

  @Test
  void should_have_the_norm_of_the_product_when_a_column_is_zero() {
    DMatrixRMaj a = random(23, 5, 3);
    for (int row = 0; row < 23; row++) {
      a.set(row, 2, 0);
    }
    DMatrixRMaj b = random(5, 23, 4);
    Matrices.Orthogonal qr = Matrices.Orthogonal.of(a);
    assertEquals(
        Matrices.norm(Matrices.times(a, b)), Matrices.norm(Matrices.times(qr.r(), b)), 1e-12);
    DMatrixRMaj again = Matrices.times(qr.q(), qr.r());
    for (int i = 0; i < a.data.length; i++) {
      assertEquals(a.data[i], again.data[i], 1e-12);
    }
    DMatrixRMaj zero = new DMatrixRMaj(23, 5);
    assertEquals(0, LowRank.of(zero, b).values()[0], 0.0);
    assertTrue(Double.isNaN(LowRank.positivity(new DMatrixRMaj(5, 5))));
  }

  @Test
  void should_have_the_singular_values_of_the_large_product_when_only_grams_are_known() {
    DMatrixRMaj p = random(40, 5, 5);
    DMatrixRMaj t = random(40, 5, 6);
    double[] whole = Spectra.singular(Matrices.timesTransposed(p, t)).values();
    double[] found =
        LowRank.valuesOfTall(
            Matrices.times(Matrices.transposed(p), p), Matrices.times(Matrices.transposed(t), t));
    for (int i = 0; i < 5; i++) {
      assertEquals(whole[i], found[i], 1e-10);
    }
    assertEquals(0, whole[5], 1e-10);
    DMatrixRMaj none = new DMatrixRMaj(5, 5);
    assertEquals(0, LowRank.valuesOfTall(none, none)[0], 0.0);
  }

  @Test
  void should_be_refused_in_one_line_when_there_is_no_decomposition() {
    DMatrixRMaj broken = random(5, 5, 7);
    broken.set(2, 3, Double.NaN);
    for (Runnable call :
        List.<Runnable>of(
            () -> LowRank.of(broken, broken),
            () -> LowRank.positivity(broken),
            () -> LowRank.valuesOfTall(broken, broken))) {
      String message = String.valueOf(assertThrows(InputException.class, call::run).getMessage());
      assertTrue(message.contains("; expected finite weights"), message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  @Test
  void should_tell_copying_from_its_opposite_when_eigenvalues_are_known() {
    DMatrixRMaj plus = new DMatrixRMaj(2, 2, true, 2, 1, 0, 3);
    assertEquals(1, LowRank.positivity(plus), 1e-12);
    DMatrixRMaj minus = new DMatrixRMaj(2, 2, true, -2, 1, 0, -3);
    assertEquals(-1, LowRank.positivity(minus), 1e-12);
    // A quarter turn: two imaginary eigenvalues.
    DMatrixRMaj turn = new DMatrixRMaj(2, 2, true, 0, -1, 1, 0);
    assertEquals(0, LowRank.positivity(turn), 1e-12);
  }

  /** The induction head says the token that it looks at: its codes' squared length, as derived. */
  @Test
  void should_copy_when_the_induction_head() {
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        ModelFiles files = new InductionModel().files();
        Model model =
            ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32)) {
      List<Integer> tokens = List.of(700, 3, 1200);
      CircuitResult result =
          Circuit.run(
              model,
              files,
              new Circuit.Spec(Layers.ALL, null, tokens, Circuit.Whole.NONE, 2, 4, 0),
              Integer::toString,
              "test");
      assertEquals(8, result.heads().size());
      for (CircuitResult.OfHead head : result.heads()) {
        boolean works = head.name().equals("0.1") || head.name().equals("1.2");
        assertEquals(works, head.ov().singular()[0] > 0, head.name());
        assertEquals(works, head.qk().singular()[0] > 0, head.name());
      }
      CircuitResult.Side ov = result.heads().get(6).ov();
      assertEquals(1, ov.positivity(), 1e-4);
      for (int i = 0; i < tokens.size(); i++) {
        assertEquals(tokens.get(i), Circuit.top(ov.rows()[i], 1).getFirst().id());
      }
      // What head 0.1 writes lies where no unembedding looks: it says nothing of any token.
      CircuitResult.Side previous = result.heads().get(1).ov();
      for (float[] row : previous.rows()) {
        assertEquals(0, Circuit.top(row, 1).getFirst().score(), 1e-4);
      }
      assertEquals(
          "[8, 3, 1447]", Arrays.toString(result.arrays().firstEntry().getValue().shape()));
      Plan plan = Plan.fromJson(result.provenance().plan().toString());
      assertEquals(result.runs().getFirst().plan(), plan);
      for (WeightSite site :
          List.of(WeightSite.W_E, WeightSite.W_U, WeightSite.LN_FINAL_W, WeightSite.W_Q)) {
        assertTrue(
            plan.reads().stream().anyMatch(read -> read.target() == site), site + " in the plan");
      }
      Circuit.Spec wrong =
          new Circuit.Spec(Layers.of(0), Indices.of(4), List.of(), Circuit.Whole.NONE, 2, 4, 0);
      assertThrows(
          InputException.class, () -> Circuit.run(model, files, wrong, Integer::toString, "test"));
    }
  }
}

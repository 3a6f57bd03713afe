package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.interp.compare.MatrixFile;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;

/** On real activations of two networks, with the values of google/svcca and of others. */
final class CcaReferenceTest {
  /** The directory's expected "pwcca" is google/svcca's; this is the paper's formula, by numpy. */
  private static final double PWCCA = 0.8074449347558396;

  @Test
  void should_equal_the_reference_when_two_networks_are_compared() {
    Path folder = OutsideData.folder("VITRINE_DATA").resolve("cca-reference");
    JsonNode expected =
        JsonMapper.shared().readTree(folder.resolve("expected.json").toFile()).get("MNIST_lay04");
    Options five = Options.usual(0).keeping(new Options.Count(5)).draws(0, 0);
    Comparison comparison =
        Comparison.of(
            activations(folder, 0),
            activations(folder, 1),
            List.of(Measure.CCA, Measure.SVCCA, Measure.PWCCA, Measure.CKA_LINEAR),
            five,
            1);
    double[] found = new double[4];
    for (int i = 0; i < 4; i++) {
      found[i] = comparison.findings().get(i).estimate();
    }
    JsonNode rho = expected.get("qr_svd_rho");
    assertEquals(10, rho.size());
    for (int i = 0; i < 10; i++) {
      double ours = Objects.requireNonNull(comparison.extras().canonical()).rho()[i];
      // The file's values come from single precision in between.
      assertEquals(rho.get(i).doubleValue(), ours, 1e-10, "coefficient " + i);
      assertEquals(expected.get("cca_core_rho").get(i).doubleValue(), ours, 5e-9);
    }
    assertEquals(expected.get("cca_core_mean_rho").doubleValue(), found[0], 1e-9);
    assertEquals(expected.get("svcca_top5_mean_rho").doubleValue(), found[1], 1e-9);
    assertEquals(PWCCA, found[2], 1e-12);
    assertEquals(expected.get("linear_cka").doubleValue(), found[3], 1e-12);
    System.out.printf(
        "cca-reference: cca %.10f, svcca of five %.10f, pwcca %.10f (google/svcca: %.10f), cka %.10f%n",
        found[0], found[1], found[2], expected.get("pwcca").doubleValue(), found[3]);
  }

  private static vitrine.interp.compare.measures.Activations activations(Path folder, int model) {
    Path file = folder.resolve("svcca_MNIST_model_" + model + "_lay04.npy");
    return MatrixFile.read("x", file, MatrixFile.Rows.UNITS).activations();
  }
}

package vitrine.engine.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.InputException;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.families.TinyGpt2;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;

/** A model with rounded matrices is the float32 model of the rounded numbers. */
class NarrowModelTest {
  private static final Inputs TEXT = Inputs.of(Example.of(3, 1, 4, 1, 5), Example.of(2, 6, 5));

  private final List<Model> models = new ArrayList<>();
  private final List<Kernels> backends = new ArrayList<>();

  @AfterEach
  void close() {
    models.forEach(Model::close);
    backends.forEach(Kernels::close);
  }

  private Model load(ModelFiles files, Kernels kernels, Precision precision) {
    Model model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, precision);
    models.add(model);
    return model;
  }

  private Kernels open(String backend) {
    Kernels kernels = Backends.open(backend, 2, note -> {});
    backends.add(kernels);
    return kernels;
  }

  /** The same model, in float32, of the numbers that another multiplies by. */
  private Model widened(Model narrow) {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : narrow.parameters()) {
      long[] shape = Arrays.stream(parameter.shape().toArray()).asLongStream().toArray();
      tensors.put(parameter.name(), FloatTensor.of(parameter.values(narrow.kernels()), shape));
    }
    ModelFiles files =
        ModelFiles.of(
            "widened", narrow.facts().config(), Checkpoints.inMemory(tensors), Optional.empty());
    return load(files, narrow.kernels(), Precision.F32);
  }

  @ParameterizedTest
  @CsvSource({"scalar,BF16", "scalar,INT8", "simd,BF16", "simd,INT8"})
  void should_be_the_model_of_the_rounded_numbers_when_matrices_are_rounded(
      String backend, Precision precision) {
    Kernels kernels = open(backend);
    Model whole = load(new TinyGpt2().files(), kernels, Precision.F32);
    Model narrow = load(new TinyGpt2().files(), kernels, precision);
    Model widened = widened(narrow);
    assertEquals(precision, narrow.facts().precision());
    assertTrue(narrow.weightBytes() < whole.weightBytes());
    Plan plan =
        Plan.of(whole.architecture()).read(Site.logits()).gradient(Site.embed()).loss(Loss.next());
    try (Trace exact = whole.run(plan, TEXT);
        Trace rounded = narrow.run(plan, TEXT);
        Trace reference = widened.run(plan, TEXT)) {
      float[] logits = rounded.value(Site.logits()).toArray();
      assertArrayEquals(reference.value(Site.logits()).toArray(), logits, 1e-5f);
      assertArrayEquals(
          reference.gradient(Site.embed()).toArray(),
          rounded.gradient(Site.embed()).toArray(),
          1e-5f);
      double lost = largestDifference(exact.value(Site.logits()).toArray(), logits);
      assertTrue(lost > 1e-5 && lost < 0.05, precision + ": logits differ by " + lost);
    }
    try (Decoder decoder = narrow.decoder(8);
        Decoder reference = widened.decoder(8)) {
      for (int token : new int[] {3, 1, 4, 1, 5}) {
        assertArrayEquals(reference.feed(token), decoder.feed(token), 1e-5f);
      }
    }
  }

  private static double largestDifference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({"BF16", "INT8"})
  void should_refuse_in_one_line_when_rounded_matrices_are_to_be_trained(Precision precision) {
    Model narrow = load(new TinyGpt2().files(), open("simd"), precision);
    Plan plan = Plan.of(narrow.architecture()).loss(Loss.next()).gradientOfParameters();
    for (InputException refused :
        List.of(
            assertThrows(InputException.class, () -> narrow.run(plan, TEXT)),
            assertThrows(InputException.class, narrow::gradients))) {
      String message = String.valueOf(refused.getMessage());
      assertTrue(
          message.contains("tiny: weights in " + precision.label() + "; expected f32"), message);
    }
  }
}

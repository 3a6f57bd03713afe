package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Sweep;
import vitrine.interp.metrics.Metric;
import vitrine.interp.patching.Direction;
import vitrine.interp.patching.PatchSpec;
import vitrine.interp.patching.PatchTarget;
import vitrine.interp.patching.Patching;
import vitrine.interp.patching.PromptPair;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/**
 * Attribution patching of all heads and positions is two forward passes and one backward pass:
 * counted in multiplications of the products, on a backend that counts.
 */
final class AttributionCostTest {
  private static final int[] CLEAN = {5, 17, 3, 29, 11, 8, 17};
  private static final int[] CORRUPTED = {5, 31, 3, 12, 11, 8, 17};

  /** Multiplications by op, as the op's shapes give them. */
  private final Map<String, Long> counted = new TreeMap<>();

  @Test
  void should_cost_at_most_four_forward_passes_when_all_heads_and_positions_are_estimated() {
    for (String name : List.of("gpt2-lm", "bert-pretraining")) {
      try (Kernels real = Backends.open("simd", 1, note -> {});
          ModelFiles files = ModelFiles.open(GoldenCase.named(name).directory());
          Model model = ModelLoader.load(files, Optional.empty(), counting(real), note -> {})) {
        long forward = count(() -> run(model));
        long attribution = count(() -> attribute(model, files));
        double passes = (double) attribution / forward;
        System.out.printf(
            "attribution patching of %s: %.2f forward passes %s%n", name, passes, counted);
        assertTrue(passes > 2 && passes <= 4, name + ": " + passes);
        assertEquals(
            2, forwards(model, files), name + ": passes through the first block's queries");
      }
    }
  }

  private static void run(Model model) {
    try (Trace trace = model.run(Plan.empty().read(Site.logits()), Inputs.of(CLEAN))) {
      assertTrue(trace.value(Site.logits()).shape().size() > 0);
    }
  }

  private static void attribute(Model model, ModelFiles files) {
    PromptPair pair =
        new PromptPair(
            "test",
            Example.of(CLEAN),
            Example.of(CORRUPTED),
            spelled(CLEAN),
            spelled(CORRUPTED),
            Metric.difference(3, 7, 21));
    PatchTarget heads =
        new PatchTarget(Site.parse("blocks.*.attn.z"), List.of(Axis.POSITION, Axis.HEAD), 1);
    PatchSpec spec =
        new PatchSpec(
            List.of(heads),
            Direction.DENOISE,
            PatchSpec.Method.ATTRIBUTION,
            0,
            Sweep.Limits.bytes(Long.MAX_VALUE));
    int components =
        Patching.run(model, files, List.of(pair), spec, "test", (done, all) -> {})
            .sites()
            .getFirst()
            .effects()
            .size();
    assertEquals(
        model.architecture().layers() * model.architecture().heads() * CLEAN.length, components);
  }

  private static List<String> spelled(int[] ids) {
    return Arrays.stream(ids).mapToObj(Integer::toString).toList();
  }

  private long count(Runnable work) {
    counted.clear();
    work.run();
    return counted.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How often attention runs forward, of as many blocks as the model has. */
  private int forwards(Model model, ModelFiles files) {
    calls = 0;
    attribute(model, files);
    return calls / model.architecture().layers();
  }

  private int calls;

  private Kernels counting(Kernels real) {
    return (Kernels)
        Proxy.newProxyInstance(
            AttributionCostTest.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("attention")) {
                calls++;
              }
              long products = products(method.getName(), arguments);
              if (products > 0) {
                counted.merge(method.getName(), products, Long::sum);
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException failed) {
                throw Objects.requireNonNull(failed.getCause());
              }
            });
  }

  /** Of what is linear in neither side alone: products with weights, and those of attention. */
  private static long products(String op, @Nullable Object @Nullable [] arguments) {
    if (arguments == null) {
      return 0;
    }
    return switch (op) {
      case "linear", "linearBackwardInput", "headResults", "headResultsBackwardInput" -> {
        Weight weight =
            (Weight)
                Arrays.stream(arguments).filter(Weight.class::isInstance).findFirst().orElseThrow();
        Tensor x = (Tensor) Objects.requireNonNull(arguments[0]);
        long rows = x.shape().size() / (op.contains("Backward") ? weight.out() : weight.in());
        yield rows * weight.in() * weight.out();
      }
      case "attention" -> 2 * ofAttention(arguments);
      case "attentionBackward" -> 5 * ofAttention(arguments);
      default -> 0;
    };
  }

  /** B T T H K: the multiplications of scores, or of the mix. */
  private static long ofAttention(@Nullable Object[] arguments) {
    Tensor q = (Tensor) Objects.requireNonNull(arguments[0]);
    int[] dims = q.shape().toArray();
    return IntStream.of(dims).asLongStream().reduce(1, Math::multiplyExact) * dims[1];
  }
}

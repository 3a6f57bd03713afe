package vitrine.engine.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.families.TinyGpt2;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.EditFunction;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.kernels.Backends;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/** What a backward pass computes, keeps and leaves out; its numbers are compared elsewhere. */
class ModelGradientTest {
  private static final Inputs TEXT = Inputs.of(Example.of(3, 1, 4, 1, 5), Example.of(2, 6, 5));

  private final WatchedKernels watch = new WatchedKernels(Backends.open("scalar", 1, note -> {}));
  private Model model;

  @BeforeEach
  void load() {
    model = ModelLoader.load(new TinyGpt2().files(), Optional.empty(), watch.kernels(), note -> {});
    watch.forget();
  }

  @AfterEach
  void close() {
    model.close();
    watch.kernels().close();
  }

  private Plan plan() {
    return Plan.of(model.architecture()).loss(Loss.next());
  }

  private List<float[]> gradients(Plan plan, Saving saving) {
    List<float[]> all = new ArrayList<>();
    try (Trace trace = model.run(plan, TEXT, saving)) {
      trace.gradients().forEach(each -> all.add(each.value().toArray()));
      if (plan.wantsParameterGradients()) {
        for (Parameter parameter : model.parameters()) {
          all.add(parameter.gradient(watch.kernels(), trace.parameterGradients()));
        }
      }
    }
    return all;
  }

  @Test
  void should_compute_no_gradients_of_weights_when_only_sites_are_asked() {
    gradients(plan().gradient(Site.embed()), Saving.KEEP);
    assertEquals(0, watch.calls("linearBackwardWeight"));
    assertEquals(0, watch.calls("sumRows"));
    assertEquals(1, watch.calls("gatherBackward")); // the head's rows
    assertEquals(0, watch.calls("gatherColumnsBackward"));
    assertEquals(2, watch.calls("attentionBackward"));
  }

  @Test
  void should_run_nothing_below_the_lowest_site_backward_when_sites_are_asked() {
    gradients(plan().gradient(Site.residPost(1), Site.z(1)), Saving.KEEP);
    assertEquals(1, watch.calls("attentionBackward"));
    watch.forget();
    gradients(plan().gradient(Site.logits()), Saving.KEEP);
    assertEquals(0, watch.calls("attentionBackward"));
    assertEquals(1, watch.calls("crossEntropyBackward"));
  }

  @Test
  void should_take_every_weight_once_when_parameters_are_asked() {
    gradients(plan().gradientOfParameters(), Saving.KEEP);
    assertEquals(2 * 6 + 1, watch.calls("linearBackwardWeight")); // of blocks, and the tied head
    assertEquals(2, watch.calls("gatherBackward")); // of positions, and the head's rows
    assertEquals(1, watch.calls("gatherColumnsBackward")); // of the tied table
  }

  @Test
  void should_give_the_same_bits_with_less_memory_when_blocks_are_run_again() {
    Plan plan =
        plan()
            .gradientOfParameters()
            .read(Site.pattern(0))
            .edit(Site.scores(1).head(0), Edit.mean())
            .edit(Site.z(0).head(1), Edit.noise(0.1f))
            .gradient(Site.embed(), Site.pattern(1), Site.mlpPost(Layers.ALL));
    List<float[]> kept = gradients(plan, Saving.KEEP);
    List<float[]> again = gradients(plan, Saving.RECOMPUTE);
    assertEquals(4 + model.parameters().size(), kept.size());
    for (int i = 0; i < kept.size(); i++) {
      assertArrayEquals(kept.get(i), again.get(i), "gradient " + i);
    }
    try (Trace keeping = model.run(plan, TEXT);
        Trace recomputing = model.run(plan, TEXT, Saving.RECOMPUTE)) {
      assertTrue(recomputing.saved().total() < keeping.saved().total());
      assertEquals(2 * 5 * 8 * 4L, recomputing.saved().bytes().get("blocks.1.input"));
      assertEquals(2 * 5 * 32 * 4L, keeping.saved().bytes().get("blocks.0.mlp.pre"));
    }
  }

  @Test
  void should_leave_nothing_behind_but_what_was_asked_for_when_the_pass_is_done() {
    for (Saving saving : Saving.values()) {
      Plan plan =
          plan()
              .gradientOfParameters()
              .gradient(Site.pattern(0), Site.residPre(1), Site.result(1), Site.ln1Scale(0))
              .edit(Site.pattern(1), Edit.scale(0.5f))
              .edit(Site.scores(1), Edit.mean())
              .read(Site.embed());
      watch.forget();
      try (Trace trace = model.run(plan, TEXT, saving)) {
        long expected =
            bytes(trace.value(Site.embed()))
                + trace.gradients().stream().mapToLong(each -> bytes(each.value())).sum();
        assertEquals(
            expected, watch.bytesInUse() - trace.parameterGradients().bytes(), saving.toString());
      }
      assertEquals(0, watch.bytesInUse());
    }
  }

  @Test
  void should_be_zero_when_a_constant_stands_between_site_and_loss() {
    Plan plan =
        plan()
            .edit(Site.residPost(0), Edit.zero())
            .gradient(Site.embed(), Site.z(1), Site.residPost(0));
    try (Trace trace = model.run(plan, TEXT)) {
      assertArrayEquals(new float[80], trace.gradient(Site.embed()).toArray());
      assertTrue(size(trace.gradient(Site.residPost(0)).toArray()) > 0);
      assertTrue(size(trace.gradient(Site.z(1)).toArray()) > 0);
    }
  }

  @Test
  void should_give_a_slice_its_part_when_a_slice_is_asked() {
    Site slice = Site.z(0).head(1).position(2);
    try (Trace trace = model.run(plan().gradient(Site.z(0), slice), TEXT)) {
      float[] whole = trace.gradient(Site.z(0)).toArray();
      float[] part = trace.gradient(slice).toArray();
      assertEquals(Shape.of(2, 1, 1, 4), trace.gradient(slice).shape());
      for (int b = 0; b < 2; b++) {
        for (int k = 0; k < 4; k++) {
          assertEquals(whole[((b * 5 + 2) * 2 + 1) * 4 + k], part[b * 4 + k]);
        }
      }
      assertThrows(InputException.class, () -> trace.gradient(Site.z(1)));
      assertThrows(InputException.class, trace::parameterGradients);
    }
  }

  @Test
  void should_refuse_beforehand_when_an_edit_of_ones_own_has_no_derivative() {
    EditFunction half = (value, context) -> context.kernels().scale(value, 0.5f, value);
    Plan above =
        plan().edit(Site.z(1), Edit.custom("half", half)).gradient(Site.residPost(1), Site.z(0));
    InputException refused = assertThrows(InputException.class, () -> model.run(above, TEXT));
    assertTrue(String.valueOf(refused.getMessage()).contains("custom:half"));
    Plan below = plan().edit(Site.z(0), Edit.custom("half", half)).gradient(Site.z(1));
    model.run(below, TEXT).close();
    Plan own =
        plan().edit(Site.z(1), Edit.custom("half", half.withDerivative(half))).gradient(Site.z(0));
    Plan builtIn = plan().edit(Site.z(1), Edit.scale(0.5f)).gradient(Site.z(0));
    assertArrayEquals(
        gradients(builtIn, Saving.KEEP).getFirst(), gradients(own, Saving.KEEP).getFirst());
  }

  @Test
  void should_add_up_when_passes_are_accumulated() {
    List<float[]> whole = gradients(plan().gradientOfParameters(), Saving.KEEP);
    try (Gradients gradients = model.gradients()) {
      Inputs first = Inputs.of(TEXT.examples().get(0));
      Inputs second = Inputs.of(TEXT.examples().get(1));
      // 4 and 2 predicted tokens of 6.
      TrainingPass share = new TrainingPass(4 / 6.0, Dropout.NONE, 1, Saving.KEEP);
      model.accumulate(first, Loss.next(), share, gradients);
      share = new TrainingPass(2 / 6.0, Dropout.NONE, 1, Saving.RECOMPUTE);
      model.accumulate(second, Loss.next(), share, gradients);
      for (int i = 0; i < whole.size(); i++) {
        Parameter parameter = model.parameters().get(i);
        assertArrayEquals(
            whole.get(i), parameter.gradient(watch.kernels(), gradients), 2e-6f, parameter.name());
      }
    }
  }

  @Test
  void should_repeat_itself_and_not_otherwise_when_elements_are_dropped() {
    Dropout rates = new Dropout(0.2f, 0.3f, 0.1f, 0);
    float[] first = dropped(rates, 5, Saving.KEEP);
    assertArrayEquals(first, dropped(rates, 5, Saving.KEEP));
    assertArrayEquals(first, dropped(rates, 5, Saving.RECOMPUTE));
    assertTrue(size(first) > 0);
    float[] other = dropped(rates, 6, Saving.KEEP);
    assertTrue(!java.util.Arrays.equals(first, other));
  }

  private float[] dropped(Dropout rates, long seed, Saving saving) {
    try (Gradients gradients = model.gradients()) {
      model.accumulate(TEXT, Loss.next(), new TrainingPass(1, rates, seed, saving), gradients);
      return model.parameters().get(2).gradient(watch.kernels(), gradients);
    }
  }

  /** Of a tensor in memory, where each begins at a multiple of 64 bytes. */
  private static long bytes(Tensor tensor) {
    return (4 * tensor.shape().size() + 63) / 64 * 64;
  }

  private static double size(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return sum;
  }
}

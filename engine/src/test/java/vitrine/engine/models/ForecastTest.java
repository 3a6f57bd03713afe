package vitrine.engine.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.SavedMemory;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;
import vitrine.kernels.Backends;

/** What asking beforehand does and does not do; both families and all heads are in tests. */
class ForecastTest {
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

  @Test
  void should_ask_nothing_of_the_backend_when_a_run_is_foreseen() {
    Plan plan =
        plan()
            .gradientOfParameters()
            .read(Site.pattern(0), Site.of(WeightSite.W_Q, 1), Site.of(WeightSite.W_O, 0))
            .edit(Site.z(0), Edit.noise(0.1f));
    Forecast forecast = model.forecast(plan, TEXT, Saving.KEEP);
    assertEquals(0, watch.calls());
    try (Trace trace = model.run(plan, TEXT)) {
      assertEquals(trace.saved(), forecast.saved());
      assertEquals(trace.parameterGradients().bytes(), forecast.gradients());
      assertEquals(trace.peakBytes(), forecast.peakBytes());
    }
  }

  @Test
  void should_name_what_a_block_keeps_when_its_gradients_are_asked() {
    long rows = 4L * 2 * 5;
    SavedMemory saved =
        model.forecast(plan().gradient(Site.residPre(1)), TEXT, Saving.KEEP).saved();
    assertEquals(
        List.of(
            "blocks.1.ln1.x",
            "blocks.1.attn.q",
            "blocks.1.attn.k",
            "blocks.1.attn.v",
            "blocks.1.ln2.x",
            "blocks.1.mlp.pre",
            "head.final.x",
            "head.x.gradient"),
        List.copyOf(saved.bytes().keySet()));
    assertEquals(rows * (7 * 8 + 32), saved.total());
    assertEquals(SavedMemory.NONE, model.forecast(plan(), TEXT, Saving.KEEP).saved());
  }

  @Test
  void should_take_less_when_blocks_are_run_again() {
    Plan plan = plan().gradientOfParameters();
    Forecast kept = model.forecast(plan, TEXT, Saving.KEEP);
    Forecast again = model.forecast(plan, TEXT, Saving.RECOMPUTE);
    assertTrue(again.saved().total() < kept.saved().total());
    assertTrue(again.peakBytes() < kept.peakBytes());
    assertEquals(kept.gradients(), again.gradients());
  }

  @Test
  void should_not_call_a_persons_own_edit_when_a_run_is_foreseen() {
    AtomicInteger calls = new AtomicInteger();
    EditFunction half =
        (value, context) -> {
          calls.incrementAndGet();
          context.kernels().scale(value, 0.5f, value);
        };
    Edit edit = Edit.custom("half", half.withDerivative(half));
    Plan plan = plan().edit(Site.z(1).head(0), edit).gradient(Site.z(0), Site.z(1)).seed(3);
    Forecast forecast = model.forecast(plan, TEXT, Saving.KEEP);
    assertEquals(0, calls.get());
    try (Trace trace = model.run(plan, TEXT)) {
      assertEquals(2, calls.get());
      assertEquals(trace.peakBytes(), forecast.peakBytes());
    }
  }

  @Test
  void should_refuse_what_the_run_refuses_when_plan_or_inputs_do_not_fit() {
    EditFunction half = (value, context) -> context.kernels().scale(value, 0.5f, value);
    for (Plan plan :
        List.of(
            Plan.empty().gradient(Site.z(0)),
            Plan.empty().read(Site.z(7)),
            plan().read(Site.z(0).position(9)),
            plan().edit(Site.z(1), Edit.custom("half", half)).gradient(Site.z(0)))) {
      InputException asked =
          assertThrows(
              InputException.class, () -> model.forecast(plan, TEXT, Saving.KEEP).peakBytes());
      InputException run = assertThrows(InputException.class, () -> model.run(plan, TEXT));
      assertEquals(run.getMessage(), asked.getMessage());
    }
  }

  @Test
  void should_foresee_a_pass_of_training_when_gradients_are_there_already() {
    for (Dropout dropout : List.of(Dropout.NONE, new Dropout(0.1f, 0.2f, 0.1f, 0))) {
      for (Saving saving : Saving.values()) {
        TrainingPass pass = new TrainingPass(1, dropout, 1, saving);
        Forecast forecast = model.forecast(TEXT, Loss.next(), pass);
        watch.forget();
        try (Gradients gradients = model.gradients()) {
          model.parameters().forEach(parameter -> parameter.storage().gradient(gradients));
          model.accumulate(TEXT, Loss.next(), pass, gradients);
          assertEquals(gradients.bytes(), forecast.gradients());
          assertEquals(watch.peakBytes(), forecast.peakBytes());
        }
      }
    }
  }
}

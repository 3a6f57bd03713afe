package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Forecast;
import vitrine.engine.models.Model;
import vitrine.engine.models.TrainingPass;

/** What a run would take, asked beforehand, against what it took: every head, many plans. */
final class ForecastTest {
  /** The losses of all fixtures times plans times ways of saving: 48 * 7 * 2 at first. */
  private static final int FORECASTS = 672;

  private int forecasts;

  @Test
  void should_say_what_a_run_takes_when_asked_before_it() {
    for (GoldenCase golden : GoldenCase.all()) {
      try (Engine engine = Engine.open(golden.directory(), "simd", 1)) {
        for (GoldenCase.Run run : golden.runs()) {
          for (String loss : run.losses().keySet()) {
            for (Plan plan : plans(engine.model(), Loss.parse(loss))) {
              for (Saving saving : Saving.values()) {
                check(golden.name() + ": " + plan, engine.model(), plan, run.inputs(), saving);
              }
            }
          }
        }
      }
    }
    System.out.printf(
        "forecast: %d runs, what is kept and the peak foreseen to the byte%n", forecasts);
    assertTrue(forecasts >= FORECASTS, forecasts + " forecasts");
  }

  /** From nothing to everything: below the forward pass, at one block, tapped, edited, all. */
  private static List<Plan> plans(Model model, Loss loss) {
    int last = model.architecture().layers() - 1;
    Plan plan = Plan.of(model.architecture()).loss(loss);
    Plan edited =
        plan.edit(Site.scores(0).head(0), Edit.mean())
            .edit(Site.pattern(last), Edit.scale(0.5f))
            .edit(Site.residPre(last), Edit.noise(0.1f))
            .edit(Site.mlpPre(0), Edit.zero());
    List<Plan> plans = new ArrayList<>();
    plans.add(plan.read(Site.of(Tap.RESID_POST, Layers.ALL), Site.logits()));
    plans.add(plan.gradient(Site.logits()));
    plans.add(plan.gradient(Site.z(last), Site.residPre(last).position(0)));
    plans.add(plan.gradient(Site.embed(), Site.pattern(0)).read(Site.ln1Scale(0)));
    plans.add(edited.gradient(Site.of(Tap.MLP_POST, Layers.ALL), Site.result(0)));
    plans.add(plan.gradientOfParameters());
    plans.add(edited.gradientOfParameters().read(Site.residPost(0)).gradient(Site.posEmbed()));
    return plans;
  }

  private void check(String name, Model model, Plan plan, Inputs inputs, Saving saving) {
    Forecast forecast = model.forecast(plan, inputs, saving);
    try (Trace trace = model.run(plan, inputs, saving)) {
      String which = name + " " + saving;
      assertEquals(trace.saved(), forecast.saved(), which);
      assertEquals(
          List.copyOf(trace.saved().bytes().keySet()),
          List.copyOf(forecast.saved().bytes().keySet()),
          which);
      long gradients = plan.wantsParameterGradients() ? all(model, trace.parameterGradients()) : 0;
      assertEquals(gradients, forecast.gradients(), which);
      assertEquals(trace.peakBytes(), forecast.peakBytes(), which);
    }
    forecasts++;
  }

  private static long all(Model model, Gradients gradients) {
    model.parameters().forEach(parameter -> parameter.storage().gradient(gradients));
    return gradients.bytes();
  }

  @Test
  void should_say_what_a_training_pass_takes_when_asked_before_it() {
    int passes = 0;
    for (String name : List.of("gpt2-sequence", "bert-mlm", "bert-sequence")) {
      GoldenCase golden = GoldenCase.named(name);
      try (Engine engine = Engine.open(golden.directory(), "simd", 1)) {
        Model model = engine.model();
        for (GoldenCase.Run run : golden.runs()) {
          if (!run.losses().containsKey("labels")) {
            continue;
          }
          for (Dropout dropout : List.of(Dropout.NONE, new Dropout(0.1f, 0.1f, 0.1f, 0.1f))) {
            TrainingPass pass = new TrainingPass(1, dropout, 1, Saving.RECOMPUTE);
            Forecast again = model.forecast(run.inputs(), Loss.labels(), pass);
            pass = new TrainingPass(1, dropout, 1, Saving.KEEP);
            Forecast kept = model.forecast(run.inputs(), Loss.labels(), pass);
            try (Gradients gradients = model.gradients()) {
              model.accumulate(run.inputs(), Loss.labels(), pass, gradients);
              assertEquals(all(model, gradients), kept.gradients(), name);
            }
            assertTrue(again.peakBytes() < kept.peakBytes(), name);
            assertTrue(kept.peakBytes() > kept.gradients() + kept.saved().total(), name);
            passes++;
          }
        }
      }
    }
    assertTrue(passes >= 6, passes + " passes");
  }
}

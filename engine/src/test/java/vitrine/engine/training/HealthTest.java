package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class HealthTest {
  private static final Examples COPIES = new Toy.Copies(50, 4, 9, 1);

  private final Kernels kernels = Backends.open("scalar", 1, note -> {});

  @AfterEach
  void close() {
    kernels.close();
  }

  private Model gpt2() {
    return Toy.load(Toy.gpt2(8, 9, 8), kernels);
  }

  @Test
  void should_name_step_and_tensor_when_a_number_is_not_finite() {
    try (Model model = gpt2()) {
      Parameter spoilt = model.parameters().get(5);
      float[] values = spoilt.values(kernels);
      values[3] = Float.NaN;
      spoilt.storage().upload(kernels, values);
      String message = failure(model, Toy.recipe(Objective.NEXT, 2, 2));
      assertTrue(message.startsWith("train: step 1: the loss is NaN; expected finite"), message);
      assertTrue(message.contains("The first tensor that is not: " + spoilt.name()), message);
    }
  }

  @Test
  void should_name_step_and_tensor_when_the_loss_explodes() {
    Recipe wild =
        Toy.recipe(Objective.NEXT, 500, 2)
            .with(new AdamSettings(30, 0.9, 0.999, 1e-8, 0, null))
            .with(new Schedule(Schedule.Shape.CONSTANT, new Schedule.Warmup.Steps(5000), 1));
    try (Model model = gpt2()) {
      String message = failure(model, wild);
      assertTrue(
          message.matches(
              "train: step \\d+: the loss is [0-9.e+]+, of the last steps [0-9.e+]+; expected at"
                  + " most [0-9.e+]+, as the first 20 steps have it\\. .*"),
          message);
      assertTrue(message.contains("begin another with a lower learning rate"), message);
      assertTrue(message.contains("another loss_limit"), message);
      assertTrue(message.contains("The largest gradient is that of transformer."), message);
      assertEquals(1, message.lines().count());
    }
  }

  private static String failure(Model model, Recipe recipe) {
    return String.valueOf(
        assertThrows(
                InputException.class,
                () -> new Trainer(model, recipe, TrainingData.of(COPIES), event -> {}).train())
            .getMessage());
  }

  /** Weights that are finite and too large: of all that is not finite after them, the first. */
  @Test
  void should_name_the_first_value_when_only_the_loss_is_not_finite() {
    try (Model model = gpt2()) {
      for (Parameter each : model.parameters()) {
        if (each.name().equals("transformer.h.1.mlp.c_fc.weight")) {
          float[] values = new float[(int) each.shape().size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? -3e38f : 3e38f;
          }
          each.storage().upload(kernels, values);
        }
      }
      String message = failure(model, Toy.recipe(Objective.NEXT, 2, 2));
      assertTrue(message.startsWith("train: step 1: the loss is NaN; expected finite"), message);
      assertTrue(
          message.contains("The first value that is not: blocks.1.mlp.pre. Resumed"), message);
    }
  }

  /** The backward pass goes from the last block to the first, and to the tied table at the end. */
  @Test
  void should_name_the_first_gradient_of_the_way_back_when_only_gradients_are_not_finite() {
    List<String> bad =
        List.of(
            "transformer.wte.weight",
            "transformer.h.0.attn.c_attn.weight",
            "transformer.h.1.attn.c_proj.weight",
            "transformer.h.1.mlp.c_fc.weight");
    try (Model model = gpt2();
        var gradients = model.gradients();
        AdamW optimizer = new AdamW(model, gradients, AdamSettings.of(1e-3))) {
      for (AdamW.Slot slot : optimizer.slots()) {
        if (bad.contains(slot.parameter().name())) {
          float[] values = new float[(int) slot.parameter().shape().size()];
          Arrays.fill(values, Float.POSITIVE_INFINITY);
          slot.gradient().upload(kernels, values);
        }
      }
      String message =
          String.valueOf(
              assertThrows(
                      InputException.class,
                      () -> Health.check(3, 1, optimizer.norm(), null, optimizer, Optional::empty))
                  .getMessage());
      assertTrue(message.startsWith("train: step 3: the gradient is not finite"), message);
      assertTrue(message.contains("that is not: transformer.h.1.mlp.c_fc.weight."), message);
    }
  }

  /** A position that no text reaches: neither the loss nor a gradient sees it. */
  @Test
  void should_keep_no_weights_when_one_is_not_finite(@TempDir Path directory) throws IOException {
    Path out = directory.resolve("out");
    try (Model model = Toy.load(Toy.gpt2(8, 9, 16), kernels);
        RunDirectory run = RunDirectory.create(out, "{}")) {
      List<String> problems = new ArrayList<>();
      Recipe recipe = Toy.recipe(Objective.NEXT, 10, 2);
      String message =
          String.valueOf(
              assertThrows(
                      InputException.class,
                      () ->
                          new Trainer(
                                  model,
                                  recipe,
                                  TrainingData.of(COPIES),
                                  event -> {
                                    if (event instanceof TrainingEvent.Step step
                                        && step.step() == 7) {
                                      spoil(model, "transformer.wpe.weight", 15 * 8 + 3);
                                      problems.add("spoilt");
                                    }
                                  })
                              .train(run))
                  .getMessage());
      assertEquals(List.of("spoilt"), problems);
      assertTrue(message.startsWith("train: step 10: a weight is not finite"), message);
      assertTrue(message.contains("transformer.wpe.weight. Resumed as it is"), message);
      assertEquals(5, CheckpointFile.read(run.checkpoint()).state().step());
      // Without a directory too, at the end.
      String atEnd = failure(model, Toy.recipe(Objective.NEXT, 3, 2));
      assertTrue(atEnd.startsWith("train: step 3: a weight is not finite"), atEnd);
    }
  }

  private void spoil(Model model, String name, int at) {
    for (Parameter each : model.parameters()) {
      if (each.name().equals(name)) {
        float[] values = each.values(kernels);
        values[at] = Float.NaN;
        each.storage().upload(kernels, values);
        return;
      }
    }
    throw new AssertionError(name);
  }

  @Test
  void should_bear_a_jump_and_no_explosion_when_losses_are_watched() {
    Watch watch = Watch.EPOCHS;
    LossWatch calm = LossWatch.START;
    for (int step = 0; step < 200; step++) {
      // As regressions have it: now and then a batch with an outlier.
      calm = calm.with(step > 30 && step % 20 == 0 ? 400 : 5);
      assertEquals(null, calm.limited(watch), "step " + step);
    }
    LossWatch wild = calm;
    int steps = 0;
    while (wild.limited(watch) == null) {
      wild = wild.with(400);
      steps++;
    }
    assertTrue(steps > 1 && steps < 10, steps + " steps");
    assertEquals(null, wild.limited(new Watch(1, 1, null, Measure.LOSS, Watch.Keep.LAST, null)));
    assertEquals(null, wild.limited(new Watch(1, 1, null, Measure.LOSS, Watch.Keep.LAST, 1000.0)));
  }
}

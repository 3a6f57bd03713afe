package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Model;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class ResumeTest {
  private static final Examples TRAIN = new Toy.Classed(30, 7, 12, 2);
  private static final Examples OTHER = new Toy.Classed(9, 7, 12, 5);
  private static final TrainingData DATA = new TrainingData(TRAIN, OTHER);

  /** With dropout; a checkpoint every 4 steps, an evaluation every 3. */
  private static final Recipe RECIPE =
      Toy.recipe(Objective.LABELS, 14, 4)
          .with(Schedule.cosine(0.2, 0))
          .with(AdamSettings.of(0.01))
          .with(new Watch(3, 4, null, Measure.LOSS, Watch.Keep.BEST));

  @TempDir private Path directory;
  private final Kernels kernels = Backends.open("scalar", 1, note -> {});

  @AfterEach
  void close() {
    kernels.close();
  }

  private Model model() {
    return Toy.load(Toy.bert(8, 12, 8, Head.SEQUENCE), kernels);
  }

  private static RunDirectory create(Path out) {
    return RunDirectory.create(out, RECIPE.toJson());
  }

  /** What a process that is killed leaves: an exception from the listener ends it at once. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static Consumer<TrainingEvent> killedAt(int step) {
    return event -> {
      if (event instanceof TrainingEvent.Step taken && taken.step() == step) {
        throw new Killed();
      }
    };
  }

  private Map<String, float[]> weights(RunDirectory run, Consumer<TrainingEvent> listener) {
    return weights(RECIPE, run, listener);
  }

  private Map<String, float[]> weights(
      Recipe recipe, RunDirectory run, Consumer<TrainingEvent> listener) {
    try (run;
        Model model = model()) {
      new Trainer(model, recipe, DATA, listener).train(run);
      return Toy.weights(model);
    }
  }

  private static List<String> metrics(Path directory) {
    try {
      return Files.readAllLines(directory.resolve("metrics.jsonl")).stream()
          .map(line -> line.replaceAll(",\"(tokens_per_second|seconds)\":[^,}]*", ""))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void should_end_with_the_same_bits_and_lines_when_killed_after_any_step() {
    Path whole = directory.resolve("whole");
    Map<String, float[]> expected = weights(create(whole), event -> {});
    try (Model model = model()) {
      new Trainer(model, RECIPE, DATA, event -> {}).train();
      assertSame(expected, Toy.weights(model));
    }
    assertEquals(14 + 5 + 1, metrics(whole).size());
    for (int step = 1; step <= 14; step++) {
      Path out = directory.resolve("killed-" + step);
      int at = step;
      assertThrows(Killed.class, () -> weights(create(out), killedAt(at)));
      assertSame(expected, weights(RunDirectory.resume(out), event -> {}));
      assertEquals(metrics(whole), metrics(out), "killed after step " + step);
    }
  }

  /** Recipes that go other ways, each killed at every single thing that it tells. */
  @Test
  void should_end_with_the_same_bits_when_killed_at_any_event() {
    Map<String, Recipe> recipes =
        Map.of(
            "accumulated", RECIPE.with(new Batching(2, 3, null)).with(Extent.steps(7)),
            "patient", RECIPE.with(new Watch(1, 3, 2, Measure.LOSS, Watch.Keep.BEST)),
            "recomputed", RECIPE.with(Saving.RECOMPUTE).with(Extent.steps(7)),
            "epochs",
                RECIPE
                    .with(Extent.epochs(1.7))
                    .with(new Watch(null, null, null, Measure.ACCURACY, Watch.Keep.LAST)));
    Map<Class<?>, Integer> killed = new HashMap<>();
    recipes.forEach((name, recipe) -> {
      Path whole = directory.resolve(name);
      List<TrainingEvent> events = new ArrayList<>();
      Map<String, float[]> expected = weights(recipe, create(whole), events::add);
      for (int i = 0; i < events.size(); i++) {
        Path out = directory.resolve(name + "-" + i);
        int last = i;
        int[] told = new int[1];
        assertThrows(
            Killed.class,
            () ->
                weights(
                    recipe,
                    create(out),
                    event -> {
                      if (told[0]++ == last) {
                        throw new Killed();
                      }
                    }));
        assertSame(expected, weights(recipe, RunDirectory.resume(out), event -> {}));
        assertEquals(metrics(whole), metrics(out), name + ", killed at " + events.get(i));
        killed.merge(events.get(i).getClass(), 1, Integer::sum);
      }
    });
    assertEquals(4, killed.get(TrainingEvent.Started.class));
    assertEquals(4, killed.get(TrainingEvent.Stopped.class));
    assertTrue(
        killed.getOrDefault(TrainingEvent.Step.class, 0) >= 7 + 3 + 7 + 13, killed.toString());
    assertTrue(
        killed.getOrDefault(TrainingEvent.Evaluated.class, 0) >= 3 + 3 + 3 + 2, killed.toString());
    assertTrue(
        killed.getOrDefault(TrainingEvent.Checkpointed.class, 0) >= 3 + 2 + 3 + 3,
        killed.toString());
  }

  @Test
  void should_end_with_the_same_bits_when_killed_again_and_again() {
    Map<String, float[]> expected = weights(create(directory.resolve("whole")), event -> {});
    Path out = directory.resolve("out");
    assertThrows(Killed.class, () -> weights(create(out), killedAt(2)));
    for (int step = 3; step <= 14; step += 2) {
      int at = step;
      assertThrows(Killed.class, () -> weights(RunDirectory.resume(out), killedAt(at)));
    }
    assertSame(expected, weights(RunDirectory.resume(out), event -> {}));
    // All is done: going on takes no step.
    List<TrainingEvent> events = new ArrayList<>();
    assertSame(expected, weights(RunDirectory.resume(out), events::add));
    assertTrue(events.stream().noneMatch(TrainingEvent.Step.class::isInstance), events.toString());
    assertEquals(14 + 5 + 1, metrics(out).size());
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  @Test
  void should_end_with_a_checkpoint_when_asked_to_stop() {
    Path out = directory.resolve("out");
    try (Model model = model();
        RunDirectory run = create(out)) {
      List<Trainer> self = new ArrayList<>();
      Trainer trainer =
          new Trainer(
              model,
              RECIPE,
              DATA,
              event -> {
                if (event instanceof TrainingEvent.Step step && step.step() == 6) {
                  self.getFirst().stop();
                }
              });
      self.add(trainer);
      Trainer.Outcome outcome = trainer.train(run);
      assertEquals(new Trainer.Outcome(6, TrainingEvent.Reason.ASKED, 6), outcome);
    }
    List<TrainingEvent> events = new ArrayList<>();
    weights(RunDirectory.resume(out), events::add);
    assertEquals(new TrainingEvent.Started(6, 14, 8, 30, 9), events.getFirst());
    assertEquals(14 + 5 + 1, metrics(out).size());
  }

  /** As {@code --minutes} ends one. */
  @Test
  void should_keep_the_best_and_go_on_with_the_same_bits_when_time_is_up() {
    Path whole = directory.resolve("whole");
    Map<String, float[]> expected = weights(create(whole), event -> {});
    int looks = 0;
    for (int step = 1; step < 14; step++) {
      Path out = directory.resolve("time-" + step);
      List<TrainingEvent> events = new ArrayList<>();
      try (Model model = model();
          RunDirectory run = create(out)) {
        Trainer.Outcome outcome = overtime(model, run, step, events);
        assertEquals(TrainingEvent.Reason.TIME, outcome.reason());
        assertEquals(step, outcome.step());
        List<TrainingEvent.Evaluated> evaluated =
            events.stream()
                .filter(TrainingEvent.Evaluated.class::isInstance)
                .map(TrainingEvent.Evaluated.class::cast)
                .toList();
        assertEquals(step, evaluated.getLast().step(), "the last look");
        assertEquals((step + 2) / 3, evaluated.size(), "one only where there was none yet");
        looks += step % 3 == 0 ? 0 : 1;
        TrainingEvent.Evaluated best =
            evaluated.stream()
                .min(Comparator.comparingDouble(each -> each.evaluation().loss()))
                .orElseThrow();
        assertEquals(best.step(), outcome.kept());
        Evaluation again = Evaluator.evaluate(model, Objective.LABELS, OTHER, 4, RECIPE.seed());
        assertEquals(best.evaluation(), again, "the weights that the model has");
      }
      assertSame(expected, weights(RunDirectory.resume(out), event -> {}));
      assertEquals(metrics(whole), metrics(out), "out of time after step " + step);
    }
    assertEquals(9, looks);
  }

  private static Trainer.Outcome overtime(
      Model model, RunDirectory run, int step, List<TrainingEvent> events) {
    List<Trainer> self = new ArrayList<>();
    Trainer trainer =
        new Trainer(
            model,
            RECIPE,
            DATA,
            event -> {
              events.add(event);
              if (event instanceof TrainingEvent.Step taken && taken.step() == step) {
                self.getFirst().endInTime();
              }
            });
    self.add(trainer);
    return trainer.train(run);
  }

  /** What a process leaves that is killed between its first file and its first checkpoint. */
  @Test
  void should_begin_from_the_start_when_killed_before_the_first_checkpoint() throws IOException {
    Map<String, float[]> expected = weights(create(directory.resolve("whole")), event -> {});
    List<String> whole = metrics(directory.resolve("whole"));
    String part = ".01234567-89ab-cdef-0123-456789abcdef.tmp";
    Path out = directory.resolve("out");
    // Nothing is known of the training yet: it begins anew.
    for (List<String> left : List.of(List.of(part), List.of("metrics.jsonl", part))) {
      for (String name : left) {
        Files.createDirectories(out);
        Files.createFile(out.resolve(name));
      }
      assertTrue(RunDirectory.isFree(out) && !RunDirectory.canResume(out), left.toString());
      try (RunDirectory run = create(out)) {
        assertTrue(!Files.exists(out.resolve(part)));
        run.discard();
      }
    }
    // The recipe is there: it goes on from the start.
    for (String left : List.of("metrics.jsonl", "checkpoint/", "checkpoint/" + part)) {
      Path begun = directory.resolve("begun-" + left.replace('/', '-'));
      Files.createDirectories(left.endsWith("/") ? begun.resolve(left) : begun);
      Files.writeString(begun.resolve("recipe.json"), RECIPE.toJson());
      if (!left.endsWith("/")) {
        Files.createDirectories(begun.resolve(left).getParent());
        Files.createFile(begun.resolve(left));
      }
      assertTrue(!RunDirectory.isFree(begun) && RunDirectory.canResume(begun), left);
      assertSame(expected, weights(RunDirectory.resume(begun), event -> {}));
      assertEquals(whole, metrics(begun), left);
    }
    assertThrows(
        Killed.class,
        () ->
            weights(
                create(out),
                event -> {
                  if (event instanceof TrainingEvent.Started) {
                    throw new Killed();
                  }
                }));
    assertSame(expected, weights(RunDirectory.resume(out), event -> {}));
  }

  @Test
  void should_go_on_when_only_what_changes_no_bit_is_another() {
    Map<String, float[]> expected = weights(create(directory.resolve("whole")), event -> {});
    Path out = directory.resolve("out");
    assertThrows(Killed.class, () -> weights(create(out), killedAt(5)));
    Recipe other =
        RECIPE
            .with(Saving.RECOMPUTE)
            .with(new Watch(3, 2, null, Measure.LOSS, Watch.Keep.BEST, null));
    try (Model model = model();
        RunDirectory run = RunDirectory.resume(out)) {
      new Trainer(model, other, DATA, event -> {}).train(run);
      assertSame(expected, Toy.weights(model));
    }
  }

  @Test
  void should_note_the_arithmetic_when_another_one_goes_on() {
    Path out = directory.resolve("out");
    assertThrows(Killed.class, () -> weights(create(out), killedAt(5)));
    List<String> notes = new ArrayList<>();
    try (Kernels simd = Backends.open("simd", 2, note -> {});
        Model model = Toy.load(Toy.bert(8, 12, 8, Head.SEQUENCE), simd);
        RunDirectory run = RunDirectory.resume(out)) {
      new Trainer(
              model,
              RECIPE,
              DATA,
              event -> {
                if (event instanceof TrainingEvent.Note note) {
                  notes.add(note.text());
                }
              })
          .train(run);
    }
    assertEquals(1, notes.size(), notes.toString());
    assertTrue(
        notes
            .getFirst()
            .matches(
                "begun on the backend scalar \\(plain Java, sums in double\\), going on with simd"
                    + " \\(Vector API, \\d+-bit vectors \\(\\d+ lanes\\)\\): the weights will not .*"),
        notes.getFirst());
  }

  @Test
  void should_keep_no_more_than_two_best_weights_when_checkpoints_are_seldom() {
    Recipe often = RECIPE.with(new Watch(1, 14, null, Measure.LOSS, Watch.Keep.BEST));
    Path out = directory.resolve("out");
    List<Integer> kept = new ArrayList<>();
    try (Model model = model();
        RunDirectory run = create(out)) {
      new Trainer(
              model,
              often,
              DATA,
              event -> {
                if (event instanceof TrainingEvent.Step) {
                  kept.add(
                      (int) names(out).stream().filter(each -> each.contains("best-")).count());
                }
              })
          .train(run);
    }
    assertTrue(kept.stream().allMatch(count -> count <= 2) && kept.contains(1), kept.toString());
  }

  @Test
  void should_leave_nothing_else_when_it_is_done() {
    Path out = directory.resolve("out");
    try (Model model = model();
        RunDirectory run = create(out)) {
      Trainer.Outcome outcome = new Trainer(model, RECIPE, DATA, event -> {}).train(run);
      assertEquals(
          List.of(
              "checkpoint",
              "checkpoint/best-" + outcome.kept() + ".safetensors",
              "checkpoint/training.safetensors",
              "metrics.jsonl",
              "recipe.json"),
          names(out));
      run.discard();
    }
    assertEquals(List.of(), names(out));
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> !file.equals(directory))
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void should_sweep_up_when_a_killed_process_left_a_part() throws IOException {
    Path out = directory.resolve("out");
    assertThrows(Killed.class, () -> weights(create(out), killedAt(5)));
    Path part = out.resolve("checkpoint/.01234567-89ab-cdef-0123-456789abcdef.tmp");
    Files.writeString(part, "half");
    Path model = out.resolve(".01234567-89ab-cdef-0123-456789abcdff.tmp");
    Files.writeString(model, "half a model");
    Files.writeString(out.resolve("metrics.jsonl"), "{\"torn", StandardOpenOption.APPEND);
    weights(RunDirectory.resume(out), event -> {});
    assertTrue(!Files.exists(part) && !Files.exists(model));
    assertEquals(14 + 5 + 1, metrics(out).size());
  }

  @Test
  void should_say_which_when_something_else_is_resumed() {
    Path out = directory.resolve("out");
    assertThrows(Killed.class, () -> weights(create(out), killedAt(5)));
    refused(
        out,
        RECIPE.with(AdamSettings.of(0.02)),
        DATA,
        "recipe: learning_rate: 0.02; expected 0.01");
    refused(out, RECIPE.withSeed(3), DATA, "recipe: seed: 3; expected 0");
    refused(out, RECIPE.with(Extent.epochs(2)), DATA, "recipe: steps: none; expected 14");
    refused(
        out,
        RECIPE,
        new TrainingData(new Toy.Classed(31, 7, 12, 2), OTHER),
        "training data: examples: 31; expected 30");
    refused(
        out,
        RECIPE,
        new TrainingData(TRAIN, new Toy.Classed(9, 7, 12, 6)),
        "validation data: hash: ");
    try (Model other = Toy.load(Toy.bert(16, 12, 8, Head.SEQUENCE), kernels);
        RunDirectory run = RunDirectory.resume(out)) {
      String message = message(() -> new Trainer(other, RECIPE, DATA, event -> {}).train(run));
      assertTrue(message.contains("model: numbers"), message);
    }
    // As many numbers, but computed with in another way.
    try (Model other = Toy.load(Toy.bert(8, 4, 12, 8, Head.SEQUENCE), kernels);
        RunDirectory run = RunDirectory.resume(out)) {
      String message = message(() -> new Trainer(other, RECIPE, DATA, event -> {}).train(run));
      assertTrue(message.contains("model config: num_attention_heads: 4; expected 2"), message);
    }
    weights(RunDirectory.resume(out), event -> {}); // nothing was spoilt
  }

  private void refused(Path out, Recipe recipe, TrainingData data, String fragment) {
    try (Model model = model();
        RunDirectory run = RunDirectory.resume(out)) {
      String message = message(() -> new Trainer(model, recipe, data, event -> {}).train(run));
      assertTrue(message.startsWith("resume: ") && message.contains(fragment), message);
    }
  }

  private static String message(Runnable action) {
    return String.valueOf(assertThrows(InputException.class, action::run).getMessage());
  }

  @Test
  void should_touch_nothing_when_the_directory_is_not_free() throws IOException {
    Path full = Files.createDirectory(directory.resolve("full"));
    Path mine = Files.writeString(full.resolve("mine.txt"), "mine");
    assertTrue(message(() -> create(full)).contains("not empty"));
    assertTrue(message(() -> create(mine)).contains("a file"));
    assertTrue(
        message(() -> RunDirectory.resume(full)).contains("neither recipe.json nor checkpoint/"));
    assertEquals(List.of("mine.txt"), names(full));
    assertEquals("mine", Files.readString(mine));
    try (RunDirectory run = create(directory.resolve("new/deep"))) {
      assertTrue(Files.isDirectory(run.path()));
      assertTrue(
          message(() -> MetricsFile.open(run.path().resolve("metrics.jsonl")))
              .contains("another process"));
    }
  }

  /** A device that refuses every byte. */
  @Test
  void should_say_so_when_metrics_cannot_be_written() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no such device here");
    try (MetricsFile file = MetricsFile.open(full)) {
      String message =
          message(() -> file.write(new TrainingEvent.Step(1, 2, 0.5, 1, 1, 1, 1, 1, 1, 1)));
      assertTrue(message.contains("No space left"), message);
      assertTrue(message.contains("The last checkpoint is whole"), message);
    }
  }
}

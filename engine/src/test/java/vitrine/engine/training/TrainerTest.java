package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class TrainerTest {
  private static final Examples COPIES = new Toy.Copies(50, 4, 9, 1);
  private static final Examples CLASSED = new Toy.Classed(60, 7, 12, 2);

  private final Kernels kernels = Backends.open("scalar", 1, note -> {});

  @AfterEach
  void close() {
    kernels.close();
  }

  private Model gpt2() {
    return Toy.load(Toy.gpt2(8, 9, 8), kernels);
  }

  private Model classifier() {
    return Toy.load(Toy.bert(8, 12, 8, Head.SEQUENCE), kernels);
  }

  private static List<TrainingEvent.Step> train(Model model, Recipe recipe, TrainingData data) {
    List<TrainingEvent.Step> steps = new ArrayList<>();
    new Trainer(
            model,
            recipe,
            data,
            event -> {
              if (event instanceof TrainingEvent.Step step) {
                steps.add(step);
              }
            })
        .train();
    return steps;
  }

  private Map<String, float[]> weightsAfter(Recipe recipe, TrainingData data) {
    try (Model model = recipe.objective() == Objective.NEXT ? gpt2() : classifier()) {
      train(model, recipe, data);
      return Toy.weights(model);
    }
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  private static double largest(Map<String, float[]> a, Map<String, float[]> b) {
    double largest = 0;
    for (Map.Entry<String, float[]> each : a.entrySet()) {
      float[] other = b.getOrDefault(each.getKey(), new float[0]);
      for (int i = 0; i < other.length; i++) {
        largest = Math.max(largest, Math.abs(each.getValue()[i] - other[i]));
      }
    }
    return largest;
  }

  @Test
  void should_end_with_the_same_bits_when_repeated() {
    Recipe recipe = Toy.recipe(Objective.NEXT, 4, 3);
    TrainingData data = TrainingData.of(COPIES);
    assertSame(weightsAfter(recipe, data), weightsAfter(recipe, data));
    assertNotEquals(0, largest(weightsAfter(recipe, data), weightsAfter(recipe.withSeed(1), data)));
  }

  @Test
  void should_have_the_gradient_of_the_whole_batch_when_it_is_accumulated() {
    // Texts of different lengths: a pass with more tokens must count for more.
    Recipe whole = Toy.recipe(Objective.NEXT, 3, 12).withDropout(0.0);
    Examples uneven = new Uneven(COPIES);
    Map<String, float[]> expected = weightsAfter(whole, TrainingData.of(uneven));
    for (int batch : new int[] {1, 3, 4, 6}) {
      Recipe parts = whole.with(new Batching(batch, 12 / batch, null));
      double error = largest(expected, weightsAfter(parts, TrainingData.of(uneven)));
      assertTrue(error < 2e-6, "passes of " + batch + ": off by " + error);
    }
    Recipe labels = Toy.recipe(Objective.LABELS, 3, 6).withDropout(0.0);
    double error =
        largest(
            weightsAfter(labels, TrainingData.of(CLASSED)),
            weightsAfter(labels.with(new Batching(2, 3, null)), TrainingData.of(CLASSED)));
    assertTrue(error < 2e-6, "labels: off by " + error);
  }

  /** The same examples, every third cut short. */
  private record Uneven(Examples whole) implements Examples {
    @Override
    public int size() {
      return whole.size();
    }

    @Override
    public Example get(int index, long key) {
      int[] ids = whole.get(index, key).ids();
      return Example.of(index % 3 == 0 ? Arrays.copyOf(ids, 2 + index % 5) : ids);
    }

    @Override
    public int longest() {
      return whole.longest();
    }

    @Override
    public String fingerprint() {
      return whole.fingerprint();
    }
  }

  @Test
  void should_give_the_same_bits_when_values_are_computed_again() {
    Recipe keep = Toy.recipe(Objective.NEXT, 3, 4);
    TrainingData data = TrainingData.of(COPIES);
    assertSame(weightsAfter(keep, data), weightsAfter(keep.with(Saving.RECOMPUTE), data));
  }

  private Batches batches() {
    try (Model model = gpt2()) {
      return new Batches(COPIES, new Terms(Objective.NEXT, model.architecture()), 5);
    }
  }

  @Test
  void should_see_every_example_once_an_epoch_when_it_steps() {
    Batches batches = batches();
    for (int epoch = 0; epoch < 3; epoch++) {
      boolean[] seen = new boolean[50];
      for (int place = 50 * epoch; place < 50 * (epoch + 1); place++) {
        int index = batches.index(place);
        assertTrue(!seen[index], "twice in epoch " + epoch);
        seen[index] = true;
      }
    }
    // From the position alone: what a resumed training has.
    assertEquals(batches.index(120), batches().index(120));
    Recipe recipe = Toy.recipe(Objective.NEXT, 1, 8).with(Extent.epochs(1.5));
    Progress progress = new Progress(recipe, 50);
    assertEquals(10, progress.steps());
    assertEquals(8, progress.count(9));
    assertEquals(3, progress.count(10));
    assertTrue(progress.endsEpoch(7));
    assertTrue(!progress.endsEpoch(6) && !progress.endsEpoch(8));
  }

  @Test
  void should_follow_schedule_and_clip_when_it_steps() {
    Recipe recipe =
        Toy.recipe(Objective.NEXT, 8, 4)
            .with(Schedule.linear(0.25))
            .with(new AdamSettings(1e-3, 0.9, 0.999, 1e-8, 0.01, 0.5));
    try (Model model = gpt2()) {
      List<TrainingEvent.Step> steps = train(model, recipe, TrainingData.of(COPIES));
      assertEquals(8, steps.size());
      for (TrainingEvent.Step step : steps) {
        assertEquals(1e-3 * recipe.schedule().factor(step.step(), 8), step.learningRate(), 1e-12);
        assertTrue(step.gradientNorm() > 0.5, "it would be clipped: " + step.gradientNorm());
        assertEquals(4 * 8, step.tokens());
      }
      assertEquals(8 * 4 / 50.0, steps.getLast().epoch(), 1e-12);
    }
  }

  /**
   * With an epsilon of 1, the first step of Adam is {@code g / (|g| + 1)} for a rate of 1, so that
   * it tells the gradient that it was given.
   */
  @Test
  void should_step_by_the_clipped_gradient_when_it_is_above_the_limit() {
    double limit = 0.1;
    Recipe plain =
        Toy.recipe(Objective.NEXT, 1, 4)
            .withDropout(0.0)
            .with(new AdamSettings(1, 0.9, 0.999, 1, 0, null));
    Recipe clipped = plain.with(new AdamSettings(1, 0.9, 0.999, 1, 0, limit));
    TrainingData data = TrainingData.of(COPIES);
    Map<String, float[]> before;
    double norm;
    try (Model model = gpt2()) {
      before = Toy.weights(model);
      norm = train(model, clipped, data).getFirst().gradientNorm();
    }
    assertTrue(norm > 2 * limit, "it would be clipped: " + norm);
    double scale = limit / norm;
    Map<String, float[]> whole = weightsAfter(plain, data);
    Map<String, float[]> short1 = weightsAfter(clipped, data);
    double largest = 0;
    int moved = 0;
    for (Map.Entry<String, float[]> each : before.entrySet()) {
      float[] from = each.getValue();
      float[] far = whole.getOrDefault(each.getKey(), new float[0]);
      float[] near = short1.getOrDefault(each.getKey(), new float[0]);
      for (int i = 0; i < from.length; i++) {
        double step = far[i] - from[i];
        double gradient = scale * step / (1 - Math.abs(step));
        double expected = gradient / (Math.abs(gradient) + 1);
        largest = Math.max(largest, Math.abs(near[i] - from[i] - expected));
        moved += Math.abs(step) > 1e-3 ? 1 : 0;
      }
    }
    assertTrue(moved > 100, "moved: " + moved);
    assertTrue(largest < 1e-6, "off by " + largest);
  }

  @Test
  void should_scale_the_gradient_to_the_limit_when_it_is_above() {
    try (Model model = gpt2();
        var gradients = model.gradients()) {
      AdamSettings settings = AdamSettings.of(1);
      try (AdamW optimizer = new AdamW(model, gradients, settings)) {
        assertEquals(1, optimizer.clipScale(0.3));
        assertEquals(0.25, optimizer.clipScale(4), 1e-6);
        assertEquals(0, optimizer.norm());
        for (AdamW.Slot slot : optimizer.slots()) {
          slot.gradient().upload(kernels, filled((int) slot.parameter().shape().size()));
        }
        double numbers = model.facts().parameters();
        assertEquals(2 * Math.sqrt(numbers), optimizer.norm(), 1e-9 * numbers);
      }
    }
  }

  private static float[] filled(int size) {
    float[] values = new float[size];
    Arrays.fill(values, -2);
    return values;
  }

  /** With gradients of zero, a step is the decay alone. */
  @Test
  void should_leave_biases_and_norms_alone_when_weights_decay() {
    try (Model model = gpt2();
        var gradients = model.gradients()) {
      Map<String, float[]> before = Toy.weights(model);
      AdamSettings settings = new AdamSettings(0.5, 0.9, 0.999, 1e-8, 0.1, null);
      try (AdamW optimizer = new AdamW(model, gradients, settings)) {
        optimizer.step(1, 1, 1);
      }
      int decayed = 0;
      for (Parameter parameter : model.parameters()) {
        boolean matrix = parameter.shape().rank() == 2;
        decayed += matrix ? 1 : 0;
        float[] old = before.getOrDefault(parameter.name(), new float[0]);
        float[] now = parameter.values(kernels);
        for (int i = 0; i < now.length; i++) {
          assertEquals(matrix ? old[i] * 0.95f : old[i], now[i], 1e-7f, parameter.name());
        }
      }
      assertEquals(2 + 2 * 4, decayed);
    }
  }

  @Test
  void should_stop_early_and_keep_the_best_when_evaluations_get_worse() {
    // A rate so high that the model soon forgets; seldom enough not to explode.
    Recipe recipe =
        Toy.recipe(Objective.LABELS, 200, 4)
            .with(AdamSettings.of(0.02))
            .with(new Watch(1, null, 3, Measure.LOSS, Watch.Keep.BEST));
    Examples other = new Toy.Classed(20, 7, 12, 99);
    List<Double> losses = new ArrayList<>();
    List<TrainingEvent.Standing> standings = new ArrayList<>();
    try (Model model = classifier()) {
      Trainer.Outcome outcome =
          new Trainer(
                  model,
                  recipe,
                  new TrainingData(CLASSED, other),
                  event -> {
                    if (event instanceof TrainingEvent.Evaluated evaluated) {
                      losses.add(evaluated.evaluation().loss());
                      standings.add(evaluated.standing());
                    }
                  })
              .train();
      assertEquals(TrainingEvent.Reason.PATIENCE, outcome.reason());
      int best = losses.indexOf(losses.stream().min(Double::compare).orElseThrow());
      assertEquals(best + 1, outcome.kept());
      assertEquals(best + 1 + 3, outcome.step());
      assertEquals(outcome.step(), losses.size());
      assertEquals(TrainingEvent.Standing.BEST, standings.get(best));
      assertEquals(
          losses.get(best),
          Evaluator.evaluate(model, Objective.LABELS, other, 4, recipe.seed()).loss());
    }
  }

  @Test
  void should_say_so_when_recipe_model_and_data_do_not_fit() {
    try (Model model = gpt2()) {
      Recipe recipe = Toy.recipe(Objective.NEXT, 1, 1);
      refused(model, recipe, TrainingData.of(new Toy.Copies(5, 5, 9, 1)), "10 tokens");
      refused(
          model,
          recipe.with(new Watch(1, 1, 2, Measure.LOSS, Watch.Keep.LAST)),
          TrainingData.of(COPIES),
          "patience: no validation data");
      refused(model, Toy.recipe(Objective.MASKED, 1, 1), TrainingData.of(COPIES), "head is 'lm'");
      refused(
          model,
          recipe.with(measuring(Measure.ACCURACY)),
          new TrainingData(COPIES, COPIES),
          "measure: accuracy: not measured for the head 'lm' and its labels; expected one of loss,"
              + " perplexity.");
      refused(
          model,
          recipe,
          TrainingData.of(new Brief(COPIES, 1)),
          "no example asks anything; expected");
    }
    try (Model model = classifier()) {
      Recipe recipe = Toy.recipe(Objective.LABELS, 1, 1);
      refused(
          model,
          recipe.with(measuring(Measure.PEARSON)),
          new TrainingData(CLASSED, CLASSED),
          "expected one of loss, accuracy, f1, matthews.");
      // Of texts with any number of classes, only the loss is measured.
      refused(
          model,
          recipe.with(measuring(Measure.ACCURACY)),
          new TrainingData(CLASSED, new Several(CLASSED)),
          "measure: accuracy: not measured for the head 'sequence' and its labels; expected one of"
              + " loss.");
      new Trainer(
          model,
          recipe.with(measuring(Measure.F1)),
          new TrainingData(CLASSED, CLASSED),
          event -> {});
    }
  }

  private static Watch measuring(Measure measure) {
    return new Watch(1, 1, null, measure, Watch.Keep.LAST);
  }

  /** The same texts, each with both of two classes. */
  private record Several(Examples whole) implements Examples {
    @Override
    public int size() {
      return whole.size();
    }

    @Override
    public Example get(int index, long key) {
      return whole.get(index, key).withLabels(new Labels.Many(new int[] {1, 1}));
    }

    @Override
    public int longest() {
      return whole.longest();
    }

    @Override
    public String fingerprint() {
      return whole.fingerprint();
    }
  }

  /**
   * The same examples, all but every so manyth cut to their first token, which predicts nothing.
   */
  private record Brief(Examples whole, int every) implements Examples {
    @Override
    public int size() {
      return whole.size();
    }

    @Override
    public Example get(int index, long key) {
      int[] ids = whole.get(index, key).ids();
      return Example.of(every > 1 && index % every == 0 ? ids : Arrays.copyOf(ids, 1));
    }

    @Override
    public int longest() {
      return whole.longest();
    }

    @Override
    public String fingerprint() {
      return whole.fingerprint();
    }
  }

  @Test
  void should_pass_over_a_step_when_its_examples_ask_nothing() {
    Recipe recipe = Toy.recipe(Objective.NEXT, 1, 1).with(Extent.epochs(1));
    List<Integer> steps = new ArrayList<>();
    List<Integer> passedOver = new ArrayList<>();
    try (Model model = gpt2()) {
      new Trainer(
              model,
              recipe,
              TrainingData.of(new Brief(COPIES, 3)),
              event -> {
                switch (event) {
                  case TrainingEvent.Step step -> {
                    steps.add(step.step());
                    assertTrue(Double.isFinite(step.loss()));
                  }
                  case TrainingEvent.Note note -> {
                    assertTrue(note.text().contains("ask nothing; the weights stay"), note.text());
                    passedOver.add(note.step());
                  }
                  default -> {}
                }
              })
          .train();
    }
    assertEquals(17, steps.size());
    assertEquals(33, passedOver.size());
  }

  private static void refused(Model model, Recipe recipe, TrainingData data, String fragment) {
    String message =
        String.valueOf(
            assertThrows(InputException.class, () -> new Trainer(model, recipe, data, event -> {}))
                .getMessage());
    assertTrue(message.contains(fragment), message);
  }
}

package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Permutation;
import vitrine.engine.hooks.Example;
import vitrine.engine.models.Parameter;
import vitrine.engine.training.AdamSettings;
import vitrine.engine.training.Batching;
import vitrine.engine.training.Extent;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.Schedule;
import vitrine.engine.training.Trainer;
import vitrine.engine.training.TrainingData;
import vitrine.engine.training.TrainingEvent;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/**
 * The trainer against PyTorch: the ten AdamW steps of {@link AdamWGoldenTest}, each batch whole and
 * each cut into passes of one example, whose gradients are accumulated.
 */
final class TrainerGoldenTest {
  private static final int STEPS = 10;
  private static final double TOLERANCE = 1e-4;

  static Stream<List<String>> everywhere() {
    return Stream.of("scalar", "simd")
        .flatMap(backend -> Stream.of("gpt2-odd", "bert-mlm").map(name -> List.of(backend, name)));
  }

  /** The batches of the fixture one after the other, shuffled so that the trainer's order is it. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this file
  private record InOrder(List<Example> wanted, int[] place) implements Examples {
    static InOrder of(List<Example> wanted, long seed) {
      int[] order = Permutation.of(wanted.size(), Draw.key(seed, Draw.Use.ORDER, 0));
      int[] place = new int[order.length];
      for (int i = 0; i < order.length; i++) {
        place[order[i]] = i;
      }
      return new InOrder(wanted, place);
    }

    @Override
    public int size() {
      return wanted.size();
    }

    @Override
    public Example get(int index, long key) {
      return wanted.get(place[index]);
    }

    @Override
    public int longest() {
      return wanted.stream().mapToInt(example -> example.ids().length).max().orElseThrow();
    }

    @Override
    public String fingerprint() {
      return "in order";
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_reproduce_losses_and_weights_when_it_trains(List<String> where) {
    GoldenCase golden = GoldenCase.named(where.get(1));
    JsonNode runs = GoldenCase.json(golden.directory().resolve("adamw.json")).get("runs");
    assertEquals(2, runs.size(), "a plain run and a clipped one");
    try (Checkpoint expected = Checkpoints.open(golden.directory().resolve("adamw.safetensors"))) {
      int compared = 0;
      for (JsonNode run : runs) {
        int whole = largest(run.get("batches"));
        for (int batch : new int[] {whole, 1}) {
          try (Engine engine = Engine.open(golden.directory(), where.get(0), 2)) {
            train(where + ", passes of " + batch, run, batch, engine);
            compared += compareWeights(where.toString(), run, engine, expected);
          }
        }
      }
      // Each weight of each run, after passes of either size.
      assertEquals(2 * expected.names().size(), compared);
    }
  }

  private static int largest(JsonNode batches) {
    return batches.valueStream().mapToInt(batch -> batch.get("inputs").size()).max().orElseThrow();
  }

  private static void train(String what, JsonNode run, int batch, Engine engine) {
    JsonNode batches = run.get("batches");
    List<Example> examples = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      JsonNode each = batches.get(step % batches.size());
      examples.addAll(GoldenCase.inputs(each.get("inputs"), each.get("labels")).examples());
      while (examples.size() < (step + 1) * largest(batches)) {
        examples.add(Example.of(0)); // one token predicts nothing, and so does not count
      }
    }
    List<TrainingEvent.Step> steps = new ArrayList<>();
    Recipe recipe = recipe(run, batch, largest(batches) / batch);
    new Trainer(
            engine.model(),
            recipe,
            TrainingData.of(InOrder.of(examples, recipe.seed())),
            event -> {
              if (event instanceof TrainingEvent.Step step) {
                steps.add(step);
              }
            })
        .train();
    assertEquals(STEPS, steps.size());
    Tally tally = new Tally();
    for (int step = 0; step < STEPS; step++) {
      tally.compare(
          Tally.Kind.TRAINING,
          what + ": loss and norm at step " + step,
          new double[] {
            run.get("losses").get(step).doubleValue(), run.get("norms").get(step).doubleValue()
          },
          new float[] {(float) steps.get(step).loss(), (float) steps.get(step).gradientNorm()});
    }
    System.out.println("Trainer: " + what + ": " + tally);
  }

  private static Recipe recipe(JsonNode run, int batch, int passes) {
    boolean next = run.get("loss").stringValue().equals("next");
    Double clip = run.has("clip") ? run.get("clip").doubleValue() : null;
    return Recipe.forText(next ? Objective.NEXT : Objective.MASKED)
        .with(Extent.epochs(1))
        .with(new Batching(batch, passes, null))
        .with(
            new AdamSettings(
                run.get("learning_rate").doubleValue(),
                run.get("beta1").doubleValue(),
                run.get("beta2").doubleValue(),
                run.get("epsilon").doubleValue(),
                run.get("weight_decay").doubleValue(),
                clip))
        .with(Schedule.constant())
        .withDropout(0.0);
  }

  private static int compareWeights(String what, JsonNode run, Engine engine, Checkpoint expected) {
    for (Parameter parameter : engine.model().parameters()) {
      double[] wanted = expected.doubles(run.get("name").stringValue() + "/" + parameter.name());
      float[] found = parameter.values(engine.kernels());
      assertEquals(wanted.length, found.length);
      for (int i = 0; i < found.length; i++) {
        // NaN: a bias of keys, whose exact gradient is zero.
        int at = i;
        assertTrue(
            Double.isNaN(wanted[i]) || Math.abs(found[i] - wanted[i]) <= TOLERANCE,
            () ->
                "%s: %s: at %d is %s, expected %s"
                    .formatted(what, parameter.name(), at, found[at], wanted[at]));
      }
    }
    return engine.model().parameters().size();
  }
}

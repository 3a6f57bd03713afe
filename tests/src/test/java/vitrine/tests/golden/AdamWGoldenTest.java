package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Parameter;
import vitrine.engine.models.Storage;
import vitrine.engine.models.TrainingPass;
import vitrine.kernels.AdamStep;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/**
 * Ten AdamW steps from the weights of a fixture, dropout off: each step's loss and gradient norm,
 * and the weights after the last, against PyTorch's, on every backend; a tied GPT-2 and a tied
 * BERT, once as they come and once with the gradient's norm clipped.
 *
 * <p>The steps are taken with what the engine offers to a program of its own: {@code accumulate}
 * and {@code Kernels.adamW} over the parameters' storages.
 */
final class AdamWGoldenTest {
  private static final int STEPS = 10;

  /** Of a tensor's length, and of a loss or norm. */
  private static final double TOLERANCE = 1e-4;

  /**
   * Ten steps at a learning rate of 1e-3 move a weight by about 1e-2: each is a hundredth of that
   * close.
   */
  private static final double NUMBER_TOLERANCE = 1e-4;

  /** What PyTorch's clip_grad_norm_ adds to the norm before it divides. */
  private static final double CLIPPING_EPSILON = 1e-6;

  private static final TrainingPass PASS = new TrainingPass(1, Dropout.NONE, 0, Saving.KEEP);

  /** A parameter and what AdamW remembers of it. */
  private record State(Parameter parameter, Storage mean, Storage square) {}

  static Stream<List<String>> everywhere() {
    return Engine.BACKENDS.stream()
        .flatMap(backend -> Stream.of("gpt2-odd", "bert-mlm").map(name -> List.of(backend, name)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_reproduce_losses_and_weights_when_ten_steps_are_taken(List<String> where) {
    GoldenCase golden = GoldenCase.named(where.get(1));
    JsonNode runs = GoldenCase.json(golden.directory().resolve("adamw.json")).get("runs");
    assertEquals(2, runs.size(), "a plain run and a clipped one");
    try (Checkpoint expected = Checkpoints.open(golden.directory().resolve("adamw.safetensors"))) {
      for (JsonNode run : runs) {
        try (Engine engine = Engine.open(golden.directory(), where.get(0), 2)) {
          train(where + ": " + run.get("name").stringValue(), run, engine, expected);
        }
      }
    }
  }

  private static void train(String what, JsonNode run, Engine engine, Checkpoint expected) {
    Kernels kernels = engine.kernels();
    Loss loss = Loss.parse(run.get("loss").stringValue());
    Tally tally = new Tally();
    try (Workspace workspace = kernels.workspace();
        Gradients gradients = engine.model().gradients()) {
      List<State> states =
          engine.model().parameters().stream()
              .map(each ->
                  new State(
                      each,
                      each.storage().zeros(kernels, workspace),
                      each.storage().zeros(kernels, workspace)))
              .toList();
      for (int step = 0; step < STEPS; step++) {
        JsonNode batch = run.get("batches").get(step % run.get("batches").size());
        Inputs inputs = GoldenCase.inputs(batch.get("inputs"), batch.get("labels"));
        gradients.clear();
        double found = engine.model().accumulate(inputs, loss, PASS, gradients);
        double norm = norm(kernels, states, gradients);
        tally.compare(
            Tally.Kind.TRAINING,
            what + ": loss and norm at step " + step,
            new double[] {
              run.get("losses").get(step).doubleValue(), run.get("norms").get(step).doubleValue()
            },
            new float[] {(float) found, (float) norm});
        double scale =
            run.has("clip")
                ? Math.min(1, run.get("clip").doubleValue() / (norm + CLIPPING_EPSILON))
                : 1;
        AdamStep options = options(run, step + 1, scale);
        states.forEach(state -> update(kernels, state, gradients, options));
      }
    }
    assertEquals(2 * STEPS, tally.compared());
    System.out.println(
        "AdamW: " + what + ": " + tally + "; " + compareWeights(what, run, engine, expected));
  }

  private static double norm(Kernels kernels, List<State> states, Gradients gradients) {
    double sum = 0;
    for (State state : states) {
      for (Tensor part : state.parameter().storage().gradient(gradients).elements()) {
        sum += kernels.sumOfSquares(part);
      }
    }
    return Math.sqrt(sum);
  }

  private static AdamStep options(JsonNode run, int t, double scale) {
    return new AdamStep(
        run.get("learning_rate").floatValue(),
        run.get("beta1").floatValue(),
        run.get("beta2").floatValue(),
        run.get("epsilon").floatValue(),
        run.get("weight_decay").floatValue(),
        t,
        (float) scale);
  }

  private static void update(Kernels kernels, State state, Gradients gradients, AdamStep options) {
    Storage storage = state.parameter().storage();
    List<Tensor> gradient = storage.gradient(gradients).elements();
    AdamStep step =
        switch (state.parameter().kind()) {
          case MATRIX, EMBEDDING -> options;
          case BIAS, NORM ->
              new AdamStep(
                  options.learningRate(),
                  options.beta1(),
                  options.beta2(),
                  options.eps(),
                  0,
                  options.t(),
                  options.gradientScale());
        };
    for (int part = 0; part < gradient.size(); part++) {
      kernels.adamW(
          storage.elements().get(part),
          gradient.get(part),
          state.mean().elements().get(part),
          state.square().elements().get(part),
          step);
    }
  }

  private static Lengths compareWeights(
      String what, JsonNode run, Engine engine, Checkpoint expected) {
    Lengths lengths = new Lengths(TOLERANCE);
    List<String> names = GoldenCase.strings(run.get("parameters"));
    List<Parameter> parameters = engine.model().parameters();
    assertEquals(
        Set.copyOf(names), Set.copyOf(parameters.stream().map(Parameter::name).toList()), what);
    for (Parameter parameter : parameters) {
      double[] wanted = expected.doubles(run.get("name").stringValue() + "/" + parameter.name());
      float[] found = parameter.values(engine.kernels());
      lengths.compare(what + ": " + parameter.name(), wanted, found, 0);
      for (int i = 0; i < found.length; i++) {
        int at = i;
        // NaN: a bias of keys, whose exact gradient is zero.
        assertTrue(
            Double.isNaN(wanted[i]) || Math.abs(found[i] - wanted[i]) <= NUMBER_TOLERANCE,
            () ->
                "%s: %s: at %d is %s, expected %s"
                    .formatted(what, parameter.name(), at, found[at], wanted[at]));
      }
    }
    long keys = names.stream().filter(name -> name.endsWith("self.key.bias")).count();
    assertEquals(names.size() - keys, lengths.compared());
    return lengths;
  }
}

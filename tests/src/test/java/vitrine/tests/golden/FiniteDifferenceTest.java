package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.EditFunction;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;
import vitrine.kernels.scalar.DoubleKernels;

/**
 * Every site and every parameter of whole models against central differences, in double precision:
 * nudged along random directions, the loss must change as the gradient says.
 *
 * <p>The loss is computed here from the logits in double, so that the difference quotient is as
 * exact as the pass itself. One direction's error is measured against the size of the gradient
 * along all of a tensor's directions.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiniteDifferenceTest {
  private static final double TOLERANCE = 1e-6;
  private static final int DIRECTIONS = 3;
  private static final double STEP = 1e-5;
  private static final Inputs TWO_ROWS = Inputs.of(Example.of(5, 1, 3, 9, 11), Example.of(7, 2, 4));

  private final Kernels kernels = DoubleKernels.open();
  private final SplittableRandom random = new SplittableRandom(17);
  private int sites;
  private int parameters;
  private double worst;

  @AfterAll
  void close() {
    kernels.close();
    assertEquals(785, sites, "sites");
    assertEquals(642, parameters, "parameters");
    System.out.printf(
        "finite differences of whole models: %d sites, %d parameters, largest relative error"
            + " %.1e%n",
        sites, parameters, worst);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpt2-odd | logit:1,7",
        "gpt2-untied | diff:0,3,1",
        "gpt2-sequence | class:1",
        "gpt2-regression | class:0",
        "gpt2-act-relu | logit:2,3",
        "bert-odd | logit:1,7",
        "bert-pretraining | logit:2,5",
        "bert-pretraining | class:1",
        "bert-sequence | class:2",
        "bert-tokens | logit:1,3",
        "bert-nsp | class:0",
        "bert-act-silu | logit:0,4",
        "gpt2-lm | next",
        "bert-qa | start:1",
        "bert-qa | startlogit:1",
        "bert-qa | endlogit:0",
        "bert-sequence | classdiff:2,0",
      })
  void should_change_the_loss_as_the_gradient_says_when_anything_is_nudged(
      String directory, String loss) {
    try (ModelFiles files = ModelFiles.open(GoldenCase.named(directory.strip()).directory());
        Model model = ModelLoader.load(files, Optional.empty(), kernels, note -> {})) {
      Loss of = Loss.parse(loss.strip());
      checkSites(model, of);
      checkParameters(model, of);
    }
  }

  private void checkSites(Model model, Loss loss) {
    for (Site site : sites(model.architecture())) {
      Plan plan = Plan.of(model.architecture()).loss(loss).gradient(site);
      double[] gradient;
      try (Trace trace = model.run(plan, TWO_ROWS)) {
        gradient = DoubleKernels.toDoubles(trace.gradient(site));
      }
      double[][] pairs = new double[DIRECTIONS][];
      for (int i = 0; i < DIRECTIONS; i++) {
        float[] direction = direction(gradient.length);
        double change =
            value(model, nudged(model, loss, site, direction, 1))
                - value(model, nudged(model, loss, site, direction, -1));
        pairs[i] = new double[] {dot(gradient, direction), change / 2};
      }
      check(site.name(), pairs);
      sites++;
    }
  }

  private void checkParameters(Model model, Loss loss) {
    Plan plan = Plan.of(model.architecture()).loss(loss).gradientOfParameters();
    Plan plain = Plan.of(model.architecture()).loss(loss);
    try (Trace trace = model.run(plan, TWO_ROWS)) {
      for (Parameter parameter : model.parameters()) {
        List<Tensor> gradients =
            parameter.storage().gradient(trace.parameterGradients()).elements();
        double[][] pairs = new double[DIRECTIONS][];
        for (int i = 0; i < DIRECTIONS; i++) {
          pairs[i] = nudge(model, plain, parameter, gradients);
        }
        check(parameter.name(), pairs);
        parameters++;
      }
    }
  }

  /** What the gradient says and what happens, along one direction. */
  private double[] nudge(Model model, Plan plan, Parameter parameter, List<Tensor> gradients) {
    List<Tensor> elements = parameter.storage().elements();
    double expected = 0;
    double change = 0;
    try (Workspace workspace = kernels.workspace()) {
      List<Tensor> directions = new ArrayList<>();
      for (int i = 0; i < elements.size(); i++) {
        // Where the packed form is padded the direction is zero, as the parameter is.
        float[] direction = trained(plan, parameter, unpadded(elements.get(i)));
        directions.add(kernels.upload(workspace, elements.get(i).shape(), direction));
        expected += dot(DoubleKernels.toDoubles(gradients.get(i)), direction);
      }
      for (int sign : new int[] {1, -1}) {
        move(parameter, directions, sign, workspace);
        change += sign * value(model, plan);
        move(parameter, directions, -sign, workspace);
      }
    }
    return new double[] {expected, change / 2};
  }

  /**
   * Without BERT's padding row where its look-ups count: a span's softmax goes over padded
   * positions too. The loss depends on that row, and by the reference's rule its look-ups get no
   * gradient, so no difference quotient can agree with it.
   */
  private static float[] trained(Plan plan, Parameter parameter, float[] direction) {
    if (plan.loss().orElseThrow() instanceof Loss.Start
        && parameter.name().endsWith("word_embeddings.weight")) {
      Arrays.fill(direction, 0, parameter.shape().dim(-1), 0);
    }
    return direction;
  }

  private float[] unpadded(Tensor elements) {
    float[] direction = direction(Math.toIntExact(elements.shape().size()));
    float[] values = elements.toArray();
    for (int i = 0; i < values.length; i++) {
      // Weights of the fixtures are random and no bias is exactly zero.
      direction[i] = values[i] == 0 ? 0 : direction[i];
    }
    return direction;
  }

  private void move(Parameter parameter, List<Tensor> directions, int sign, Workspace workspace) {
    List<Tensor> elements = parameter.storage().elements();
    for (int i = 0; i < elements.size(); i++) {
      Tensor step = workspace.allocate(directions.get(i).shape());
      kernels.scale(directions.get(i), sign, step);
      kernels.add(elements.get(i), step, elements.get(i));
      workspace.release(step);
    }
  }

  private Plan nudged(Model model, Loss loss, Site site, float[] direction, int sign) {
    EditFunction nudge =
        (value, context) -> {
          Tensor step = context.kernels().upload(context.workspace(), value.shape(), direction);
          context.kernels().scale(step, sign, step);
          context.kernels().add(value, step, value);
        };
    return Plan.of(model.architecture()).loss(loss).edit(site, Edit.custom("nudge", nudge));
  }

  /** The loss, in double. */
  private static double value(Model model, Plan plan) {
    Architecture architecture = model.architecture();
    Loss loss = plan.loss().orElseThrow();
    Tap output = read(loss, architecture);
    try (Trace trace = model.run(plan.read(Site.of(output)), TWO_ROWS)) {
      Tensor logits = trace.value(Site.of(output));
      double[] values = DoubleKernels.toDoubles(logits);
      int width = logits.shape().dim(-1);
      int length = logits.shape().rank() == 3 ? logits.shape().dim(1) : 1;
      double sum = 0;
      for (int b = 0; b < trace.batch().batch(); b++) {
        sum +=
            switch (loss) {
              case Loss.Logit logit ->
                  values[(b * length + logit.position()) * width + logit.token()];
              case Loss.Difference difference ->
                  values[(b * length + difference.position()) * width + difference.token()]
                      - values[(b * length + difference.position()) * width + difference.minus()];
              case Loss.ClassLogit logit -> values[b * width + logit.label()];
              case Loss.ClassDifference difference ->
                  values[b * width + difference.label()] - values[b * width + difference.minus()];
              case Loss.StartLogit start -> values[b * width + start.position()];
              case Loss.EndLogit end -> values[b * width + end.position()];
              case Loss.Start start ->
                  crossEntropy(values, b * width, width, start.position()) / trace.batch().batch();
              case Loss.Next _ -> next(values, width, trace.batch(), b);
              default -> throw new IllegalArgumentException(loss.toString());
            };
      }
      return sum;
    }
  }

  private static Tap read(Loss loss, Architecture architecture) {
    return switch (loss) {
      case Loss.ClassLogit _ when architecture.output(Tap.LOGITS_NSP).isPresent() -> Tap.LOGITS_NSP;
      case Loss.Start _, Loss.StartLogit _ -> Tap.LOGITS_START;
      case Loss.EndLogit _ -> Tap.LOGITS_END;
      default -> Tap.LOGITS;
    };
  }

  /** One row's share of the mean over the 4 + 2 tokens that are predicted. */
  private static double next(double[] logits, int width, Batch batch, int b) {
    double sum = 0;
    for (int t = 0; t + 1 < batch.length() && batch.real(b, t + 1); t++) {
      int row = b * batch.length() + t;
      sum += crossEntropy(logits, row * width, width, batch.ids()[row + 1]);
    }
    return sum / 6;
  }

  private static double crossEntropy(double[] logits, int at, int width, int target) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.exp(logits[at + i] - logits[at + target]);
    }
    return Math.log(sum);
  }

  private static List<Site> sites(Architecture architecture) {
    List<Site> sites = new ArrayList<>();
    for (Tap tap : Tap.values()) {
      if (tap.absence(architecture).isEmpty()) {
        Site every = tap.perBlock() ? Site.of(tap, Layers.ALL) : Site.of(tap);
        sites.addAll(every.expand(architecture));
      }
    }
    return sites;
  }

  private float[] direction(int length) {
    float[] direction = new float[length];
    for (int i = 0; i < length; i++) {
      direction[i] = (float) (STEP * (random.nextDouble() - 0.5));
    }
    return direction;
  }

  private static double dot(double[] gradient, float[] direction) {
    double sum = 0;
    for (int i = 0; i < gradient.length; i++) {
      sum += gradient[i] * direction[i];
    }
    return sum;
  }

  private void check(String what, double[][] pairs) {
    double error = 0;
    double size = 0;
    for (double[] pair : pairs) {
      error += (pair[0] - pair[1]) * (pair[0] - pair[1]);
      size += pair[0] * pair[0];
    }
    // Gradients that are nothing, such as those of key biases, have no relative error: below this
    // what is measured is the rounding of the logits.
    double relative = Math.sqrt(error) / Math.max(Math.sqrt(size), STEP * 1e-3);
    worst = Math.max(worst, relative);
    assertTrue(
        relative < TOLERANCE, () -> what + ": " + relative + " of " + Arrays.deepToString(pairs));
  }
}

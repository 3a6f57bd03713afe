package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Tensor;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/**
 * Every gradient of the fixtures on every backend against PyTorch's: of all sites, of all
 * parameters by their names, of every kind of loss, and through every kind of edit.
 */
final class GradientGoldenTest {

  // What the fixtures hold; a fixture that is lost or not looked at shows here.
  private static final int CASES = 43;
  private static final int RUNS = 209;
  private static final int EDITED_RUNS = 112;
  private static final int DISTINCT_SITES = 32;
  private static final int SITE_GRADIENTS = 1263;
  private static final int PARAMETER_GRADIENTS = 1983;

  /** Of the difference's length to the expected gradient's. */
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path scratch;

  /** What has been checked on one backend. */
  private static final class Checked {
    private final Lengths sites = new Lengths(TOLERANCE);
    private final Lengths parameters = new Lengths(TOLERANCE);
    private final Tally losses = new Tally();
    private final Set<String> distinct = new HashSet<>();
    private final Set<String> kindsOfLoss = new HashSet<>();
    private int cases;
    private int runs;
    private int edited;
  }

  @TestFactory
  Stream<DynamicContainer> should_agree_with_pytorch_when_run_on_each_backend() {
    return Engine.BACKENDS.stream().map(backend -> dynamicContainer(backend, tests(backend)));
  }

  private List<DynamicNode> tests(String backend) {
    Checked checked = new Checked();
    List<DynamicNode> tests = new ArrayList<>();
    for (GradientCase each : GradientCase.all()) {
      tests.add(dynamicTest(each.golden().name(), () -> check(each, backend, checked)));
    }
    tests.add(dynamicTest("nothing was left out", () -> assertComplete(backend, checked)));
    return tests;
  }

  private void check(GradientCase each, String backend, Checked checked) throws IOException {
    Path directory = each.golden().directory();
    try (Engine engine = Engine.open(directory, backend, 2);
        Checkpoint values = Checkpoints.open(directory.resolve("expected.safetensors"));
        Checkpoint expected = Checkpoints.open(each.expected())) {
      for (GradientCase.Run run : each.runs()) {
        Plan plan = plan(run);
        for (String edit : run.edits()) {
          plan = EditFiles.edited(plan, edit, run.files(), values, scratch);
        }
        String what = backend + ": " + each.golden().name() + ": " + run.name();
        try (Trace trace = engine.model().run(plan, run.inputs(), Saving.KEEP)) {
          checked.losses.compare(
              Tally.Kind.LOSS,
              what + ": loss",
              new double[] {run.value()},
              new float[] {(float) trace.loss().orElseThrow()});
          compareSites(what, run, trace, expected, checked);
          if (!run.parameters().isEmpty()) {
            compareParameters(what, run, engine, trace, expected, checked);
          }
        }
        checked.kindsOfLoss.add(run.loss().split(":", 2)[0]);
        checked.edited += run.edits().isEmpty() ? 0 : 1;
        checked.runs++;
      }
    }
    checked.cases++;
  }

  private static Plan plan(GradientCase.Run run) {
    Plan plan =
        Plan.empty()
            .loss(Loss.parse(run.loss()))
            .gradient(run.sites().stream().map(Site::parse).toArray(Site[]::new));
    return run.parameters().isEmpty() ? plan : plan.gradientOfParameters();
  }

  private static void compareSites(
      String what, GradientCase.Run run, Trace trace, Checkpoint expected, Checked checked) {
    double widest = widest(run, run.sites(), "/", expected);
    for (String site : run.sites()) {
      String key = run.name() + "/" + site;
      Tensor gradient = trace.gradient(Site.parse(site));
      assertArrayEquals(shape(expected, key), gradient.shape().toArray(), () -> what + "/" + site);
      checked.sites.compare(what + "/" + site, expected.doubles(key), gradient.toArray(), widest);
      checked.distinct.add(site.replaceAll("blocks\\.\\d+", "blocks.N"));
    }
  }

  private static void compareParameters(
      String what,
      GradientCase.Run run,
      Engine engine,
      Trace trace,
      Checkpoint expected,
      Checked checked) {
    List<Parameter> parameters = engine.model().parameters();
    assertEquals(
        Set.copyOf(run.parameters()),
        Set.copyOf(parameters.stream().map(Parameter::name).toList()),
        what);
    double widest = widest(run, run.parameters(), "/parameters/", expected);
    for (Parameter parameter : parameters) {
      String key = run.name() + "/parameters/" + parameter.name();
      assertArrayEquals(
          shape(expected, key), parameter.shape().toArray(), () -> what + ": " + parameter.name());
      checked.parameters.compare(
          what + ": " + parameter.name(),
          expected.doubles(key),
          parameter.gradient(engine.kernels(), trace.parameterGradients()),
          widest);
    }
  }

  /** The length of the largest gradient that is expected of these. */
  private static double widest(
      GradientCase.Run run, List<String> names, String between, Checkpoint expected) {
    return names.stream()
        .mapToDouble(name -> Lengths.of(expected.doubles(run.name() + between + name)))
        .max()
        .orElseThrow();
  }

  private static int[] shape(Checkpoint expected, String key) {
    return expected.info(key).shape().stream().mapToInt(Math::toIntExact).toArray();
  }

  private static void assertComplete(String backend, Checked checked) {
    System.out.printf(
        "gradients: %s: %d cases, %d runs, %d of them edited, %d kinds of loss, %d sites; sites: %s;"
            + " parameters: %s; %s%n",
        backend,
        checked.cases,
        checked.runs,
        checked.edited,
        checked.kindsOfLoss.size(),
        checked.distinct.size(),
        checked.sites,
        checked.parameters,
        checked.losses);
    assertEquals(CASES, checked.cases);
    assertEquals(RUNS, checked.runs);
    assertEquals(EDITED_RUNS, checked.edited);
    assertEquals(DISTINCT_SITES, checked.distinct.size());
    assertEquals(Loss.class.getPermittedSubclasses().length, checked.kindsOfLoss.size());
    assertEquals(SITE_GRADIENTS, checked.sites.compared());
    assertEquals(PARAMETER_GRADIENTS, checked.parameters.compared());
  }
}

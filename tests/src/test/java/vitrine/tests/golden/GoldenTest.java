package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.kernels.Shape;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/**
 * Every fixture on every backend: each site, edit, loss and continuation against the reference
 * implementation.
 */
final class GoldenTest {

  // What the fixtures hold; a fixture that is lost or not looked at shows here.
  private static final int CASES = 52;
  private static final int EDITED_RUNS = 100;
  private static final int LOSSES = 48;
  private static final int CONTINUATIONS = 5;
  private static final int DISTINCT_SITES = 57;

  @TempDir private Path scratch;

  /** What has been checked on one backend. */
  private static final class Checked {
    private final Tally tally = new Tally();
    private final Set<String> sites = new HashSet<>();
    private int cases;
    private int edited;
    private int losses;
    private int continuations;
  }

  @TestFactory
  Stream<DynamicContainer> should_agree_with_the_reference_when_run_on_each_backend() {
    return Engine.BACKENDS.stream().map(backend -> dynamicContainer(backend, tests(backend)));
  }

  private List<DynamicNode> tests(String backend) {
    Checked checked = new Checked();
    List<DynamicNode> tests = new ArrayList<>();
    for (GoldenCase golden : GoldenCase.all()) {
      tests.add(dynamicTest(golden.name(), () -> check(golden, backend, checked)));
    }
    tests.add(dynamicTest("nothing was left out", () -> assertComplete(backend, checked)));
    return tests;
  }

  private void check(GoldenCase golden, String backend, Checked checked) throws IOException {
    try (Engine engine = Engine.open(golden.directory(), backend, 2);
        Checkpoint expected =
            Checkpoints.open(golden.directory().resolve("expected.safetensors"))) {
      for (GoldenCase.Run run : golden.runs()) {
        Plan plan = reads(run);
        for (String edit : run.edits()) {
          plan = EditFiles.edited(plan, edit, run.files(), expected, scratch);
        }
        try (Trace trace = engine.model().run(plan, run.inputs())) {
          for (String site : run.reads()) {
            compare(golden.name(), run.name() + "/" + site, site, trace, expected, checked);
          }
        }
        checked.edited += run.edits().isEmpty() ? 0 : 1;
        checkLosses(golden, run, engine, checked);
      }
      for (GoldenCase.Continuation each : golden.continuations()) {
        Generator.Result result =
            Generator.generate(
                engine.model(),
                each.prompt().stream().mapToInt(id -> id).toArray(),
                each.most(),
                Sampling.greedy(),
                engine.files().endOfText(),
                id -> {});
        assertEquals(each.ids(), result.ids(), golden.name() + ": ids after the prompt");
        checked.continuations++;
      }
    }
    checked.cases++;
  }

  private static Plan reads(GoldenCase.Run run) {
    return Plan.empty().read(run.reads().stream().map(Site::parse).toArray(Site[]::new));
  }

  private static void compare(
      String name, String key, String site, Trace trace, Checkpoint expected, Checked checked) {
    checked.tally.compare(
        Tally.Kind.of(site),
        name + ": " + key,
        shape(expected, key),
        expected.doubles(key),
        trace.value(Site.parse(site)));
    checked.sites.add(site.replaceAll("blocks\\.\\d+", "blocks.N"));
  }

  private static Shape shape(Checkpoint expected, String key) {
    return Shape.of(expected.info(key).shape().stream().mapToInt(Math::toIntExact).toArray());
  }

  private static void checkLosses(
      GoldenCase golden, GoldenCase.Run run, Engine engine, Checked checked) {
    run.losses()
        .forEach((text, each) -> {
          Plan plan = Plan.empty().loss(Loss.parse(text));
          try (Trace trace = engine.model().run(plan, run.inputs())) {
            double sum = each.stream().mapToDouble(x -> x).sum();
            checked.tally.compare(
                Tally.Kind.LOSS,
                golden.name() + ": " + run.name() + ": loss " + text,
                new double[] {isQuantity(text) ? sum : sum / each.size()},
                new float[] {(float) trace.loss().orElseThrow()});
          }
          checked.losses++;
        });
  }

  /**
   * Summed over the examples, so that each one's gradient is what it is alone; the others are
   * means.
   */
  private static boolean isQuantity(String loss) {
    return Set.of("logit", "logprob", "diff", "class").contains(loss.split(":", 2)[0]);
  }

  private static void assertComplete(String backend, Checked checked) {
    System.out.printf(
        "golden: %s: %d cases, %d sites, %d edited runs, %d losses, %d continuations, %d numbers;"
            + " largest errors: %s%n",
        backend,
        checked.cases,
        checked.sites.size(),
        checked.edited,
        checked.losses,
        checked.continuations,
        checked.tally.compared(),
        checked.tally);
    assertEquals(CASES, checked.cases);
    assertEquals(DISTINCT_SITES, checked.sites.size());
    assertEquals(EDITED_RUNS, checked.edited);
    assertEquals(LOSSES, checked.losses);
    assertEquals(CONTINUATIONS, checked.continuations);
    assertTrue(checked.tally.compared() > 100_000);
  }
}

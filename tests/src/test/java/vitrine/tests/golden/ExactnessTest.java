package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Decoder;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Tensor;

/**
 * The promises of the design's section on exactness, each on both families and on each backend.
 * "The same bits" means equal patterns of bits: not close, equal.
 */
final class ExactnessTest {
  private static final List<String> CASES = List.of("gpt2-lm", "bert-pretraining");
  private static final int SMALL_VOCABULARY = 40;
  private static final Plan LOGITS = Plan.empty().read(Site.logits());

  static Stream<List<String>> everywhere() {
    return Engine.BACKENDS.stream()
        .flatMap(backend -> CASES.stream().map(name -> List.of(backend, name)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_give_the_same_bits_when_threads_differ(List<String> where) {
    Inputs inputs = batch(RandomModel.VOCABULARY, 37, 100, 64, 1);
    Map<Site, float[]> tapped = Map.of();
    Map<Site, float[]> fused = Map.of();
    for (int threads : new int[] {1, 2, 3}) {
      try (Engine engine = Engine.open(large(where), where.get(0), threads)) {
        List<Site> sites = everySite(engine);
        Map<Site, float[]> all = run(engine, Plan.empty().read(array(sites)), sites, inputs);
        Map<Site, float[]> logits = run(engine, LOGITS, List.of(Site.logits()), inputs);
        if (threads > 1) {
          assertSameBits(tapped, all);
          assertSameBits(fused, logits);
        }
        tapped = all;
        fused = logits;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_give_a_row_the_same_bits_when_other_rows_are_longer(List<String> where) {
    Inputs together = batch(RandomModel.VOCABULARY, 37, 71, 1, 64, 9);
    int compared = 0;
    try (Engine engine = Engine.open(large(where), where.get(0), 2)) {
      List<Site> sites = everySite(engine);
      Map<Plan, List<Site>> plans =
          Map.of(Plan.empty().read(array(sites)), sites, LOGITS, List.of(Site.logits()));
      for (Map.Entry<Plan, List<Site>> plan : plans.entrySet()) {
        try (Trace batched = engine.model().run(plan.getKey(), together)) {
          for (int b = 0; b < together.examples().size(); b++) {
            Inputs alone = Inputs.of(together.examples().get(b));
            try (Trace single = engine.model().run(plan.getKey(), alone)) {
              for (Site site : plan.getValue()) {
                assertRowIsEqual(site, b, batched.value(site), single.value(site));
                compared++;
              }
            }
          }
        }
      }
      assertEquals(5 * (sites.size() + 1), compared);
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_give_the_bits_of_reading_when_an_edit_changes_nothing(List<String> where) {
    Inputs inputs = batch(SMALL_VOCABULARY, 5, 12, 9);
    try (Engine engine = Engine.open(small(where), where.get(0), 2)) {
      List<Site> sites = everySite(engine);
      for (Site site : sites) {
        List<Site> both = List.of(site, Site.logits());
        Plan reading = Plan.empty().read(array(both));
        Map<Site, float[]> plain = run(engine, reading, both, inputs);
        assertSameBits(plain, run(engine, reading.edit(site, Edit.scale(1)), both, inputs));
        Edit nothing = Edit.custom("nothing", (value, context) -> {});
        assertSameBits(plain, run(engine, reading.edit(site, nothing), both, inputs));
      }
      // 22 taps a block in BERT, 20 in GPT-2; 3 blocks.
      assertTrue(sites.size() >= 60, () -> "only " + sites.size() + " sites");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_agree_to_1e_5_when_fused_and_tapped(List<String> where) {
    Inputs inputs = batch(SMALL_VOCABULARY, 5, 23, 9);
    Tally tally = new Tally();
    try (Engine engine = Engine.open(small(where), where.get(0), 2)) {
      float[] fused =
          Objects.requireNonNull(
              run(engine, LOGITS, List.of(Site.logits()), inputs).get(Site.logits()));
      for (Site site : everySite(engine)) {
        Plan plan = LOGITS.read(site);
        float[] tapped =
            Objects.requireNonNull(
                run(engine, plan, List.of(Site.logits()), inputs).get(Site.logits()));
        tally.compare(
            Tally.Kind.FUSED, where + ": logits with a tap at " + site, widen(fused), tapped);
      }
    }
    System.out.println("fused against tapped: " + where + ": " + tally);
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_leave_the_bits_before_an_edit_untouched_when_a_later_block_is_edited(
      List<String> where) {
    Inputs inputs = batch(SMALL_VOCABULARY, 5, 23, 9);
    try (Engine engine = Engine.open(small(where), where.get(0), 2)) {
      List<Site> sites = everySite(engine);
      Site edited = Site.attnOut(1);
      Plan plan = Plan.empty().read(array(sites));
      Map<Site, float[]> clean = run(engine, plan, sites, inputs);
      Map<Site, float[]> changed = run(engine, plan.edit(edited, Edit.zero()), sites, inputs);
      int untouched = 0;
      for (Site site : sites) {
        boolean early =
            switch (site.target()) {
              case Tap tap when tap.perBlock() -> site.name().startsWith("blocks.0.");
              default -> site.name().contains("embed");
            };
        if (early) {
          assertSameBits(
              Map.of(site, Objects.requireNonNull(clean.get(site))),
              Map.of(site, Objects.requireNonNull(changed.get(site))));
          untouched++;
        }
      }
      int count = untouched;
      assertTrue(untouched >= 20, () -> "only " + count + " sites");
      assertFalse(Arrays.equals(clean.get(Site.logits()), changed.get(Site.logits())));
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void should_repeat_its_bits_when_run_twice(List<String> where) {
    Inputs inputs = batch(SMALL_VOCABULARY, 5, 23, 9);
    try (Engine engine = Engine.open(small(where), where.get(0), 2)) {
      List<Site> sites = everySite(engine);
      Plan plan = Plan.empty().read(array(sites));
      assertSameBits(run(engine, plan, sites, inputs), run(engine, plan, sites, inputs));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void should_agree_to_1e_4_when_decoded_with_and_without_the_cache(String backend) {
    GoldenCase golden = GoldenCase.named("gpt2-lm");
    Tally tally = new Tally();
    int[] ids = ids(new SplittableRandom(3), SMALL_VOCABULARY, 32);
    try (Engine engine = Engine.open(golden.directory(), backend, 2)) {
      for (int first : new int[] {1, 5, 31}) {
        try (Decoder decoder = engine.model().decoder(ids.length);
            Trace trace = engine.model().run(LOGITS, Inputs.of(ids))) {
          Tensor whole = trace.value(Site.logits());
          int v = whole.shape().dim(2);
          float[] cached = decoder.feed(Arrays.copyOf(ids, first));
          for (int t = first; ; t++) {
            float[] uncached = new float[v];
            whole.download((long) (t - 1) * v, uncached, 0, v);
            tally.compare(Tally.Kind.HIDDEN, "logits after " + t, widen(uncached), cached);
            if (t == ids.length) {
              break;
            }
            cached = decoder.feed(ids[t]);
          }
        }
      }
    }
    System.out.println("cached against uncached: " + backend + ": " + tally);
    assertEquals((32 + 28 + 2) * 40L, tally.compared());
  }

  static List<String> backends() {
    return Engine.BACKENDS;
  }

  // ---- helpers ----

  /** Every activation that the model has, layer by layer. */
  private static List<Site> everySite(Engine engine) {
    Architecture architecture = engine.model().architecture();
    return Arrays.stream(Tap.values())
        .filter(tap -> tap.absence(architecture).isEmpty())
        .map(tap -> tap.perBlock() ? Site.of(tap, Layers.ALL) : Site.of(tap))
        .flatMap(site -> site.expand(architecture).stream())
        .toList();
  }

  private static ModelFiles small(List<String> where) {
    return ModelFiles.open(GoldenCase.named(where.get(1)).directory());
  }

  private static ModelFiles large(List<String> where) {
    return where.get(1).startsWith("gpt2") ? RandomModel.gpt2() : RandomModel.bert();
  }

  private static Site[] array(List<Site> sites) {
    return sites.toArray(Site[]::new);
  }

  /** Rows of those lengths; the engine pads them. */
  private static Inputs batch(int vocabulary, int... lengths) {
    SplittableRandom random = new SplittableRandom(lengths.length);
    List<Example> examples = new ArrayList<>();
    for (int length : lengths) {
      examples.add(Example.of(ids(random, vocabulary, length)));
    }
    return Inputs.batch(examples);
  }

  private static int[] ids(SplittableRandom random, int vocabulary, int length) {
    return random.ints(length, 0, vocabulary).toArray();
  }

  private static Map<Site, float[]> run(Engine engine, Plan plan, List<Site> sites, Inputs inputs) {
    Map<Site, float[]> values = new LinkedHashMap<>();
    try (Trace trace = engine.model().run(plan, inputs)) {
      sites.forEach(site -> values.put(site, trace.value(site).toArray()));
    }
    return values;
  }

  private static void assertSameBits(Map<Site, float[]> expected, Map<Site, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((site, values) -> {
      float[] others = Objects.requireNonNull(actual.get(site));
      assertEquals(values.length, others.length);
      for (int i = 0; i < values.length; i++) {
        assertBits(site, i, values[i], others[i]);
      }
    });
  }

  private static void assertBits(Site site, int at, float expected, float actual) {
    if (Float.floatToRawIntBits(expected) != Float.floatToRawIntBits(actual)) {
      assertEquals(expected, actual, () -> site + ": bits differ at " + at);
      throw new AssertionError(
          site + ": bits of " + expected + " and " + actual + " differ at " + at);
    }
  }

  /** Row b of a padded batch, at its real positions, against the same text alone. */
  private static void assertRowIsEqual(Site site, int b, Tensor batched, Tensor single) {
    int[] shape = batched.shape().toArray();
    int[] alone = single.shape().toArray();
    assertEquals(shape.length, alone.length);
    float[] many = batched.toArray();
    float[] one = single.toArray();
    int[] index = new int[shape.length];
    for (int i = 0; i < one.length; i++) {
      int rest = i;
      for (int axis = alone.length - 1; axis >= 0; axis--) {
        index[axis] = rest % alone[axis];
        rest /= alone[axis];
      }
      int at = b;
      for (int axis = 1; axis < shape.length; axis++) {
        at = at * shape[axis] + index[axis];
      }
      assertBits(site, i, one[i], many[at]);
    }
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }
}

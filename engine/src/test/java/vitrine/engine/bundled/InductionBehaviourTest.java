package vitrine.engine.bundled;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.LogitRows;
import vitrine.engine.models.Model;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;

/** What the bundled model's documentation says of it, through the engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InductionBehaviourTest {
  private static final Site PREVIOUS_TOKEN =
      Site.z(InductionModel.PREVIOUS_TOKEN_LAYER).head(InductionModel.PREVIOUS_TOKEN_HEAD);
  private static final Site INDUCTION =
      Site.z(InductionModel.INDUCTION_LAYER).head(InductionModel.INDUCTION_HEAD);

  private final InductionModel bundled = new InductionModel();
  private final Tokenizer tokenizer = bundled.tokenizer();
  private final int vocabulary = tokenizer.size();
  private Kernels kernels;
  private Model model;

  @BeforeAll
  void load() {
    kernels = Backends.open("scalar", 1, note -> {});
    model =
        ModelLoader.load(
            bundled.files(),
            Optional.empty(),
            kernels,
            note -> {
              throw new AssertionError(note);
            });
  }

  @AfterAll
  void close() {
    model.close();
    kernels.close();
  }

  /** The documented rule: what came after the latest earlier occurrence, else the same again. */
  private static int[] rule(int[] ids) {
    int[] expected = ids.clone();
    for (int t = 0; t < ids.length; t++) {
      for (int s = 1; s <= t; s++) {
        if (ids[s - 1] == ids[t]) {
          expected[t] = ids[s];
        }
      }
    }
    return expected;
  }

  private Plan plan() {
    return Plan.of(model.architecture());
  }

  private int[] predictions(Plan plan, int... ids) {
    try (Trace trace = model.run(plan.read(Site.logits()), Inputs.of(ids))) {
      Tensor logits = trace.value(Site.logits());
      float[] values = logits.toArray();
      int[] best = new int[ids.length];
      for (int t = 0; t < ids.length; t++) {
        for (int v = 0; v < vocabulary; v++) {
          if (values[t * vocabulary + v] > values[t * vocabulary + best[t]]) {
            best[t] = v;
          }
        }
      }
      return best;
    }
  }

  private int[] different(Random random, int count) {
    return random.ints(0, vocabulary).distinct().limit(count).toArray();
  }

  private static int[] twice(int... ids) {
    int[] both = new int[2 * ids.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = ids[i % ids.length];
    }
    return both;
  }

  private static int right(int[] predicted, int... ids) {
    int right = 0;
    for (int t = ids.length / 2; t < ids.length - 1; t++) {
      right += predicted[t] == ids[t + 1] ? 1 : 0;
    }
    return right;
  }

  @ParameterizedTest(name = "{0} kinds of token")
  @CsvSource({"1", "2", "3", "5", "10", "40", "1447"})
  void should_follow_the_rule_at_every_position_when_tokens_are_random(int kinds) {
    Random random = new Random(kinds);
    for (int sequence = 0; sequence < 8; sequence++) {
      int[] pool = different(random, kinds);
      int[] ids = random.ints(2 + random.nextInt(80), 0, kinds).map(i -> pool[i]).toArray();
      assertArrayEquals(rule(ids), predictions(plan(), ids));
    }
  }

  @Test
  void should_follow_the_rule_when_every_position_is_used() {
    int[] ids = twice(different(new Random(5), InductionWeights.POSITIONS / 2));
    assertArrayEquals(rule(ids), predictions(plan(), ids));
  }

  @Test
  void should_never_be_right_when_either_head_is_off() {
    Random random = new Random(11);
    for (int sequence = 0; sequence < 10; sequence++) {
      int[] ids = twice(different(random, 4 + random.nextInt(20)));
      assertEquals(ids.length / 2 - 1, right(predictions(plan(), ids), ids));
      for (Site head : new Site[] {PREVIOUS_TOKEN, INDUCTION}) {
        assertEquals(0, right(predictions(plan().edit(head, Edit.zero()), ids), ids), "" + head);
      }
    }
  }

  @ParameterizedTest(name = "head {0}.{1}")
  @CsvSource({"0,0", "0,2", "0,3", "1,0", "1,1", "1,3"})
  void should_change_nothing_when_another_head_is_off(int layer, int head) {
    int[] ids = twice(different(new Random(3), 12));
    Plan off = plan().edit(Site.z(layer).head(head), Edit.zero());
    assertArrayEquals(predictions(plan(), ids), predictions(off, ids));
    try (Trace trace = model.run(plan().read(Site.result(layer).head(head)), Inputs.of(ids))) {
      for (float value : trace.value(Site.result(layer).head(head)).toArray()) {
        assertEquals(0f, value);
      }
    }
  }

  @Test
  void should_be_these_two_heads_and_no_other_when_all_are_swept() {
    Random random = new Random(29);
    List<int[]> texts =
        IntStream.range(0, 5)
            .mapToObj(_ -> twice(different(random, 4 + random.nextInt(20))))
            .toList();
    int[][] secondHalves =
        texts.stream()
            .map(ids -> IntStream.range(ids.length / 2, ids.length - 1).toArray())
            .toArray(int[][]::new);
    int[] expected =
        texts.stream()
            .flatMapToInt(ids -> Arrays.stream(ids, ids.length / 2 + 1, ids.length))
            .toArray();
    List<Site> heads = IntStream.range(0, 8).mapToObj(i -> Site.z(i / 4).head(i % 4)).toList();
    List<Plan> plans = heads.stream().map(head -> plan().edit(head, Edit.zero())).toList();
    Map<Site, Integer> right = new HashMap<>();
    try (Prefix prefix = model.prefix(new Inputs(texts.stream().map(Example::of).toList()))) {
      prefix
          .sweep(plans, LogitRows.of(secondHalves))
          .run(
              Sweep.Limits.bytes(1 << 28),
              outcome ->
                  right.put(
                      heads.get(outcome.variant()),
                      right(Objects.requireNonNull(outcome.logits()), expected)));
    }
    for (Site head : heads) {
      boolean needed = head.equals(PREVIOUS_TOKEN) || head.equals(INDUCTION);
      assertEquals(needed ? 0 : expected.length, right.get(head), "without " + head);
    }
  }

  /**
   * @param logits (n,V)
   */
  private int right(Tensor logits, int... expected) {
    float[] values = logits.toArray();
    int right = 0;
    for (int row = 0; row < expected.length; row++) {
      int best = 0;
      for (int v = 0; v < vocabulary; v++) {
        best = values[row * vocabulary + v] > values[row * vocabulary + best] ? v : best;
      }
      right += best == expected[row] ? 1 : 0;
    }
    return right;
  }

  @Test
  void should_attend_where_the_documentation_says_when_a_sequence_is_repeated() {
    int period = 20;
    int[] ids = twice(different(new Random(17), period));
    Site previous =
        Site.pattern(InductionModel.PREVIOUS_TOKEN_LAYER).head(InductionModel.PREVIOUS_TOKEN_HEAD);
    Site induction =
        Site.pattern(InductionModel.INDUCTION_LAYER).head(InductionModel.INDUCTION_HEAD);
    try (Trace trace = model.run(plan().read(previous, induction), Inputs.of(ids))) {
      for (int t = 1; t < ids.length; t++) {
        assertEquals(1, trace.value(previous).get(0, 0, t, t - 1), 1e-6, "previous token, " + t);
        int expected = t < period ? 0 : t - period + 1;
        assertEquals(1, trace.value(induction).get(0, 0, t, expected), 1e-6, "induction, " + t);
      }
    }
  }

  @Test
  void should_prefer_the_latest_when_a_token_stood_several_times() {
    int[] ids = tokenizer.encode(" cat one cat two cat three cat").ids();
    Site pattern = Site.pattern(InductionModel.INDUCTION_LAYER).head(InductionModel.INDUCTION_HEAD);
    try (Trace trace = model.run(plan().read(pattern), Inputs.of(ids))) {
      double expected = 1 / (1 + Math.exp(-3) + Math.exp(-6));
      assertEquals(expected, trace.value(pattern).get(0, 0, 6, 5), 1e-3);
    }
  }

  @Test
  void should_be_active_at_the_start_only_when_it_is_the_start_neuron() {
    int[] ids = different(new Random(23), 30);
    Site site = Site.mlpPost(InductionModel.START_LAYER);
    try (Trace trace = model.run(plan().read(site), Inputs.of(ids))) {
      Tensor neurons = trace.value(site);
      for (int t = 0; t < ids.length; t++) {
        for (int n = 0; n < InductionWeights.NEURONS; n++) {
          boolean active = t == 0 && n == InductionModel.START_NEURON;
          assertEquals(active ? 16 : 0, neurons.get(0, t, n), 1e-3);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"red green blue red green\",\" blue red green blue\"",
        "\"the cat sat on the mat . the cat sat on the\",\" cat sat on the\"",
        "\"one two three four one two\",\" three four one two\"",
        "\"Alice met Bob in Paris. Alice met Bob in\",\" Paris. Alice\"",
        "\"A B C D A B\",\" C D A B\"",
      })
  void should_continue_the_repetition_when_it_generates(String prompt, String expected) {
    int[] ids = tokenizer.encode(prompt).ids();
    int count = tokenizer.encode(expected).ids().length;
    Generator.Result result =
        Generator.generate(model, ids, count, Sampling.greedy(), Set.of(vocabulary - 1), id -> {});
    assertEquals(
        expected, tokenizer.decode(result.ids().stream().mapToInt(Integer::intValue).toArray()));
  }

  @Test
  void should_be_one_token_when_a_word_was_taught() {
    for (String word : Words.all()) {
      assertEquals(1, tokenizer.encode(word).ids().length, word);
      assertEquals(1, tokenizer.encode(" " + word).ids().length, " " + word);
    }
  }

  @ParameterizedTest
  @CsvSource({"The unknown zebra qwx.", "naïve 日本語 🙂 e\u0301", "'  two  blanks\n\n\ttab '"})
  void should_come_back_when_any_text_is_encoded(String text) {
    int[] ids = tokenizer.encode(text).ids();
    assertTrue(ids.length > 0);
    assertEquals(text, tokenizer.decode(ids));
  }
}

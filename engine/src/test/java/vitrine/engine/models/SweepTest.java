package vitrine.engine.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import vitrine.engine.InputException;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.families.TinyGpt2;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;
import vitrine.kernels.Backends;
import vitrine.kernels.Tensor;

/** What a sweep computes, takes and refuses; that it has the right bits is a test of the whole. */
class SweepTest {
  private static final Inputs TEXT = Inputs.of(Example.of(3, 1, 4, 1, 5), Example.of(2, 6, 5));
  private static final Sweep.Limits ALL = Sweep.Limits.bytes(Long.MAX_VALUE);

  private final WatchedKernels watch = new WatchedKernels(Backends.open("scalar", 1, note -> {}));
  private Model model;

  @BeforeEach
  void load() {
    model = ModelLoader.load(new TinyGpt2().files(), Optional.empty(), watch.kernels(), note -> {});
    watch.forget();
  }

  @AfterEach
  void close() {
    model.close();
    watch.kernels().close();
  }

  private Plan plan() {
    return Plan.of(model.architecture());
  }

  /** Each head of both blocks switched off. */
  private List<Plan> heads() {
    return IntStream.range(0, 4)
        .mapToObj(i -> plan().edit(Site.z(i / 2).head(i % 2), Edit.zero()))
        .toList();
  }

  @Test
  void should_run_what_lies_above_the_edit_and_no_more_when_heads_are_switched_off() {
    try (Prefix prefix = model.prefix(TEXT)) {
      Sweep sweep = prefix.sweep(heads(), LogitRows.last(prefix.batch()));
      assertEquals(
          List.of(new Sweep.Group(0, List.of(0, 1)), new Sweep.Group(1, List.of(2, 3))),
          sweep.groups());
      watch.forget();
      List<Integer> done = new ArrayList<>();
      sweep.run(ALL, outcome -> done.add(outcome.variant()));
      assertEquals(List.of(0, 1, 2, 3), done);
      // Two blocks for the first group, one for the second; each group's rows of logits.
      assertEquals(3, watch.calls("attention"));
      assertEquals(3 * 6 + 2, watch.calls("linear"));
      assertEquals(0, watch.calls("attentionScores"));
    }
  }

  @Test
  void should_compute_what_differs_and_is_looked_at_when_heads_are_switched_off() {
    try (Prefix prefix = model.prefix(TEXT)) {
      Sweep sweep = prefix.sweep(heads(), LogitRows.last(prefix.batch()));
      int text = 2 * 5; // both examples padded to one length
      int variants = 2 * text;
      watch.forget();
      sweep.run(ALL, outcome -> {});
      // W_O reads (B,T,H,K), whose rows are those of H = 2 heads.
      int first = 3 * text + 4 * variants; // Q, K, V once; W_O and the MLP of each variant
      int last = 2 * variants + 5 * 2 * 2; // K and V; all else at one position of each example
      assertEquals(first + last + first + 2 * 2 * 2, watch.rows("linear"));
    }
  }

  @Test
  void should_compute_the_MLP_of_all_neurons_once_when_neurons_are_switched_off() {
    List<Plan> plans =
        IntStream.range(0, 4)
            .mapToObj(i -> plan().edit(Site.mlpPost(1).neuron(i), Edit.zero()))
            .toList();
    try (Prefix prefix = model.prefix(TEXT)) {
      Sweep sweep = prefix.sweep(plans);
      watch.forget();
      sweep.run(new Sweep.Limits(Long.MAX_VALUE, 2), outcome -> {});
      // The block up to its neurons once, although two batches follow; W_out of each variant.
      assertEquals(6 * 10 + 4 * 10, watch.rows("linear"));
    }
  }

  @Test
  void should_compute_every_position_when_more_than_one_is_looked_at() {
    List<Plan> plans = List.of(plan().edit(Site.z(0).head(0), Edit.zero()).loss(Loss.next()));
    try (Prefix prefix = model.prefix(TEXT)) {
      watch.forget();
      prefix.sweep(plans, LogitRows.last(prefix.batch())).run(ALL, outcome -> {});
      assertTrue(watch.rows("linear") >= 6 * 10 + 6 * 10, () -> "" + watch.rows("linear"));
    }
  }

  @Test
  void should_keep_plans_apart_when_they_take_apart_other_steps() {
    List<Plan> plans =
        List.of(
            plan().edit(Site.z(1), Edit.zero()),
            plan().edit(Site.pattern(1).head(0), Edit.uniform()),
            plan().edit(Site.attnOut(1), Edit.mean()).read(Site.residPost(1)),
            plan().read(Site.scores(1)),
            plan(),
            plan().read(Site.logits()),
            plan().edit(Site.posEmbed(), Edit.zero()),
            plan().read(Site.mlpPre(1)));
    try (Prefix prefix = model.prefix(TEXT)) {
      assertEquals(
          List.of(
              new Sweep.Group(1, List.of(0, 2)),
              new Sweep.Group(1, List.of(1, 3)),
              new Sweep.Group(2, List.of(4, 5)),
              new Sweep.Group(-1, List.of(6)),
              new Sweep.Group(1, List.of(7))),
          prefix.sweep(plans).groups());
    }
  }

  @Test
  void should_stay_within_the_limit_and_give_the_same_when_memory_is_short() {
    List<Plan> plans = heads().stream().map(plan -> plan.read(Site.mlpPost(1))).toList();
    try (Prefix prefix = model.prefix(TEXT)) {
      Sweep sweep = prefix.sweep(plans);
      List<float[]> expected = values(sweep, ALL);
      long least = sweep.leastBytes();
      for (long limit : new long[] {least, least * 3 / 2, least * 2}) {
        watch.forget();
        List<float[]> found = values(sweep, Sweep.Limits.bytes(limit));
        assertTrue(watch.largestBytes() <= limit, watch.largestBytes() + " of " + limit);
        assertEquals(0, watch.bytesInUse());
        for (int i = 0; i < 4; i++) {
          assertArrayEquals(expected.get(i), found.get(i));
        }
      }
      InputException e =
          assertThrows(
              InputException.class, () -> sweep.run(Sweep.Limits.bytes(least - 1), outcome -> {}));
      assertTrue(
          String.valueOf(e.getMessage())
              .contains(least + " bytes; expected at most the limit, " + (least - 1)),
          e.getMessage());
    }
  }

  private static List<float[]> values(Sweep sweep, Sweep.Limits limits) {
    List<float[]> values = new ArrayList<>();
    sweep.run(limits, outcome -> values.add(outcome.trace().value(Site.mlpPost(1)).toArray()));
    return values;
  }

  @Test
  void should_take_what_was_foreseen_when_run() {
    List<Plan> plans =
        List.of(
            plan()
                .edit(Site.z(0), Edit.noise(0.1f))
                .read(Site.pattern(0), Site.of(WeightSite.W_Q, 1))
                .loss(Loss.next()));
    try (Prefix prefix = model.prefix(TEXT)) {
      assertEquals(3 * 2 * 5 * 8 * Float.BYTES, prefix.bytes());
      Sweep sweep = prefix.sweep(plans);
      watch.forget();
      long foreseen = sweep.leastBytes();
      assertEquals(0, watch.calls());
      sweep.run(ALL, outcome -> assertEquals(foreseen, outcome.trace().peakBytes()));
    }
    watch.forget();
    Prefix.Memory foreseen = model.forecastPrefix(TEXT, 1);
    assertEquals(0, watch.calls());
    try (Prefix prefix = model.prefix(TEXT, 1)) {
      assertEquals(foreseen.kept(), prefix.bytes());
      assertEquals(2 * 2 * 5 * 8 * Float.BYTES, prefix.bytes());
      assertTrue(foreseen.peak() > foreseen.kept());
    }
  }

  @Test
  void should_free_everything_and_say_so_when_the_listener_does_not_go_on() {
    try (Prefix prefix = model.prefix(TEXT)) {
      Sweep sweep = prefix.sweep(heads());
      watch.forget();
      List<String> steps = new ArrayList<>();
      Sweep.Listener listener =
          new Sweep.Listener() {
            @Override
            public void outcome(Sweep.Outcome outcome) {
              steps.add("variant " + outcome.variant());
            }

            @Override
            public void progress(long done, long all) {
              steps.add(done + " of " + all);
            }

            @Override
            public boolean goesOn() {
              return steps.size() < 5;
            }
          };
      assertThrows(CancellationException.class, () -> sweep.run(ALL, listener));
      assertEquals(List.of("2 of 6", "4 of 6", "variant 0", "variant 1", "6 of 6"), steps);
      assertEquals(0, watch.bytesInUse());
    }
  }

  @Test
  void should_say_what_does_not_fit_when_plans_or_rows_are_wrong() {
    try (Prefix prefix = model.prefix(TEXT, 1)) {
      refused(
          "sweep: plan 1: blocks.0.attn.z[head=1]: below block 1",
          () -> prefix.sweep(List.of(plan(), plan().edit(Site.z(0).head(1), Edit.zero()))));
      refused(
          "sweep: plan 0: pos_embed: below block 1",
          () -> prefix.sweep(List.of(plan().read(Site.posEmbed()))));
      refused(
          "sweep: plan 0: gradients",
          () -> prefix.sweep(List.of(plan().loss(Loss.next()).gradient(Site.z(1)))));
      refused("sweep: no plan", () -> prefix.sweep(List.of()));
      List<Plan> one = List.of(plan());
      refused("positions for 1 examples", () -> prefix.sweep(one, LogitRows.each(0)));
      refused("position 3 of example 1", () -> prefix.sweep(one, LogitRows.each(4, 3)));
      refused(
          "rows of logits: none", () -> prefix.sweep(one, LogitRows.of(new int[0], new int[0])));
      refused("pos", () -> prefix.sweep(List.of(plan().edit(Site.z(1).position(5), Edit.zero()))));
      refused("is padding", () -> prefix.sweep(List.of(plan().loss(Loss.logit(4, 1)))));
    }
    refused("prefix: from block 3", () -> model.prefix(TEXT, 3));
  }

  private static void refused(String expected, Executable what) {
    String message = String.valueOf(assertThrows(InputException.class, what).getMessage());
    assertTrue(message.contains(expected), message);
  }

  @Test
  void should_give_rows_in_the_order_asked_when_examples_want_several() {
    LogitRows rows = LogitRows.of(new int[] {4, 0}, new int[] {1});
    int[] wanted = {4, 0, 5 + 1};
    Plan edited = plan().edit(Site.logits(), Edit.scale(2));
    try (Prefix prefix = model.prefix(TEXT);
        Trace alone = model.run(plan().read(Site.logits()), TEXT)) {
      float[] all = alone.value(Site.logits()).toArray();
      prefix
          .sweep(List.of(plan(), edited), rows)
          .run(
              ALL,
              outcome -> {
                float[] found = Objects.requireNonNull(outcome.logits()).toArray();
                assertEquals(3 * 11, found.length);
                for (int i = 0; i < found.length; i++) {
                  int row = wanted[i / 11];
                  float once = all[row * 11 + i % 11];
                  assertEquals(outcome.variant() == 0 ? once : 2 * once, found[i]);
                }
              });
    }
  }

  @Test
  void should_say_so_when_a_value_or_a_prefix_is_used_too_late() {
    List<Tensor> kept = new ArrayList<>();
    Prefix prefix = model.prefix(TEXT);
    Sweep sweep = prefix.sweep(List.of(plan().read(Site.residPost(1))));
    sweep.run(ALL, outcome -> kept.add(outcome.trace().value(Site.residPost(1))));
    assertThrows(IllegalStateException.class, () -> kept.getFirst().toArray());
    prefix.close();
    String message =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> sweep.run(ALL, outcome -> {}))
                .getMessage());
    assertTrue(message.contains("prefix: of tiny: used after it was closed"), message);
  }

  @Test
  void should_call_a_persons_own_edit_once_when_its_memory_is_foreseen() {
    List<Integer> batches = new ArrayList<>();
    Edit own = Edit.custom("own", (value, context) -> batches.add(value.shape().dim(0)));
    try (Prefix prefix = model.prefix(TEXT)) {
      prefix
          .sweep(List.of(plan().edit(Site.z(1), own), plan().edit(Site.z(1), own)))
          .run(ALL, outcome -> {});
    }
    assertEquals(List.of(2, 2), batches);
  }
}

package vitrine.engine.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.families.TinyGpt2;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/** One model under several threads, paddings that hide, and memory that does not grow. */
class ModelConcurrencyTest {
  private final Kernels kernels = Backends.open("simd", 3, note -> {});
  private Model model;

  @BeforeEach
  void load() {
    TinyGpt2 tiny = new TinyGpt2().config("pad_token_id", "50257");
    model = ModelLoader.load(tiny.files(), Optional.empty(), kernels, note -> {});
  }

  @AfterEach
  void close() {
    model.close();
    kernels.close();
  }

  private float[] run(int seed) {
    Plan plan =
        Plan.of(model.architecture())
            .seed(seed)
            .edit(Site.z(0).head(1), Edit.noise(1))
            .read(Site.pattern(1), Site.logits());
    int[] ids = new int[5 + seed % 7];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (seed + 3 * i) % 11;
    }
    try (Trace trace = model.run(plan, Inputs.of(ids))) {
      return trace.value(Site.logits()).toArray();
    }
  }

  @Test
  void should_give_the_bits_of_running_alone_when_threads_share_the_model() throws Exception {
    List<float[]> alone = new ArrayList<>();
    for (int seed = 0; seed < 16; seed++) {
      alone.add(run(seed));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<float[]>> together = new ArrayList<>();
      for (int i = 0; i < 160; i++) {
        int seed = i % 16;
        together.add(threads.submit(() -> run(seed)));
      }
      for (int i = 0; i < 160; i++) {
        assertArrayEquals(alone.get(i % 16), together.get(i).get(), "run " + i);
      }
    }
  }

  @Test
  void should_give_the_bits_of_one_sweep_when_threads_share_it() throws Exception {
    List<Plan> plans = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Edit off = i % 2 == 0 ? Edit.zero() : Edit.noise(0.5f);
      plans.add(Plan.of(model.architecture()).seed(i).edit(Site.z(i / 2).head(0), off));
    }
    Prefix prefix = model.prefix(Inputs.of(Example.of(3, 1, 4, 1, 5), Example.of(2, 6)));
    Sweep sweep = prefix.sweep(plans, LogitRows.last(prefix.batch()));
    List<float[]> alone = rows(sweep);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<List<float[]>>> together = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        together.add(threads.submit(() -> rows(sweep)));
      }
      for (Future<List<float[]>> each : together) {
        for (int i = 0; i < plans.size(); i++) {
          assertArrayEquals(alone.get(i), each.get().get(i));
        }
      }
    }
    prefix.close();
    assertThrows(IllegalStateException.class, () -> rows(sweep));
  }

  private static List<float[]> rows(Sweep sweep) {
    List<float[]> rows = new ArrayList<>();
    sweep.run(
        Sweep.Limits.bytes(1 << 20),
        outcome -> rows.add(Objects.requireNonNull(outcome.logits()).toArray()));
    return rows;
  }

  @Test
  void should_hold_no_more_memory_when_more_tokens_are_decoded() {
    try (Decoder decoder = model.decoder(16)) {
      for (int i = 0; i < 4; i++) {
        decoder.feed(i);
      }
      long early = decoder.peakBytes();
      for (int i = 4; i < 16; i++) {
        decoder.feed(i % 11);
      }
      assertEquals(early, decoder.peakBytes());
    }
  }

  @Test
  void should_pad_with_another_id_when_the_config_names_one_outside_the_vocabulary() {
    Plan plan = Plan.of(model.architecture()).read(Site.logits().position(1));
    Inputs both = Inputs.of(Example.of(1, 2), Example.of(3, 4, 5));
    try (Trace alone = model.run(plan, Inputs.of(1, 2));
        Trace padded = model.run(plan, both)) {
      float[] expected = alone.value(Site.logits().position(1)).toArray();
      float[] found = new float[expected.length];
      padded.value(Site.logits().position(1)).download(0, found, 0, found.length);
      assertArrayEquals(expected, found);
    }
  }

  @Test
  void should_refuse_a_loss_when_its_position_is_padding_in_some_example() {
    Inputs both = Inputs.of(Example.of(3, 4, 5), Example.of(1, 2));
    for (Loss loss : List.of(Loss.logit(-1, 3), Loss.logProbability(2, 3))) {
      Plan plan = Plan.of(model.architecture()).loss(loss);
      String message =
          Objects.requireNonNull(
              assertThrows(InputException.class, () -> model.run(plan, both)).getMessage());
      assertTrue(message.contains("is padding in example 1"), message);
    }
    Plan next = Plan.of(model.architecture()).loss(Loss.next());
    Inputs one = Inputs.of(Example.of(3, 4).withMask(true, false));
    assertThrows(InputException.class, () -> model.run(next, one));
  }

  @Test
  void should_find_a_value_when_its_layer_is_counted_from_the_end() {
    Plan plan = Plan.of(model.architecture()).read(Site.z(-1));
    try (Trace trace = model.run(plan, Inputs.of(1, 2))) {
      assertArrayEquals(trace.value(Site.z(1)).toArray(), trace.value(Site.z(-1)).toArray());
    }
    assertThrows(InputException.class, Indices::list);
  }

  @Test
  void should_finish_runs_under_way_and_refuse_others_when_closed_meanwhile() throws Exception {
    float[] alone = run(3);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      CountDownLatch begun = new CountDownLatch(3);
      List<Future<Integer>> users = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        users.add(threads.submit(() -> runUntilClosed(alone, begun)));
      }
      begun.await();
      model.close();
      for (Future<Integer> user : users) {
        assertTrue(user.get() >= 1);
      }
    }
    IllegalStateException error = assertThrows(IllegalStateException.class, () -> run(3));
    String message = Objects.requireNonNull(error.getMessage());
    assertTrue(message.contains("used after it was closed"), message);
  }

  private int runUntilClosed(float[] expected, CountDownLatch begun) {
    for (int runs = 0; ; runs++) {
      try {
        assertArrayEquals(expected, run(3));
      } catch (IllegalStateException e) {
        return runs;
      }
      if (runs == 0) {
        begun.countDown();
      }
    }
  }
}

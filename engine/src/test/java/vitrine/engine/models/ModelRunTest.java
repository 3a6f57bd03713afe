package vitrine.engine.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.families.TinyGpt2;
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

class ModelRunTest {
  private static final Inputs TEXT = Inputs.of(3, 1, 4, 1, 5);

  private final Kernels kernels = Backends.open("scalar", 1, note -> {});
  private Model model;

  @BeforeEach
  void load() {
    model = ModelLoader.load(new TinyGpt2().files(), Optional.empty(), kernels, note -> {});
  }

  @AfterEach
  void close() {
    model.close();
    kernels.close();
  }

  private Plan plan() {
    return Plan.of(model.architecture());
  }

  private float[] logits(Plan plan) {
    return logits(plan, TEXT);
  }

  private float[] logits(Plan plan, Inputs inputs) {
    try (Trace trace = model.run(plan.read(Site.logits()), inputs)) {
      return trace.value(Site.logits()).toArray();
    }
  }

  @Test
  void should_give_every_layer_its_own_value_when_reading_all_layers() {
    Plan plan = plan().read(Site.residPre(Layers.ALL), Site.residPost(Layers.ALL));
    try (Trace trace = model.run(plan, TEXT)) {
      assertEquals(4, trace.reads().size());
      assertEquals(Shape.of(1, 5, 8), trace.value(Site.residPost(1)).shape());
      assertArrayEquals(
          trace.value(Site.residPost(0)).toArray(), trace.value(Site.residPre(1)).toArray());
      assertThrows(InputException.class, () -> trace.value(Site.z(0)));
    }
  }

  @Test
  void should_keep_what_was_read_before_when_the_next_site_of_the_same_value_is_edited() {
    float[] clean;
    try (Trace trace = model.run(plan().read(Site.residPost(0)), TEXT)) {
      clean = trace.value(Site.residPost(0)).toArray();
    }
    Plan plan =
        plan().edit(Site.residPre(1), Edit.zero()).read(Site.residPost(0), Site.residPre(1));
    try (Trace trace = model.run(plan, TEXT)) {
      assertArrayEquals(clean, trace.value(Site.residPost(0)).toArray());
      assertArrayEquals(new float[40], trace.value(Site.residPre(1)).toArray());
    }
  }

  @Test
  void should_do_what_the_built_in_edit_does_when_a_function_does_the_same() {
    Plan builtIn = plan().edit(Site.z(1).head(1), Edit.scale(0.5f));
    Plan own =
        plan()
            .edit(
                Site.z(1).head(1),
                Edit.custom(
                    "half",
                    (value, context) -> {
                      assertEquals(Shape.of(1, 5, 1, 4), value.shape());
                      context.kernels().scale(value, 0.5f, value);
                    }));
    assertArrayEquals(logits(builtIn), logits(own));
    assertNotEquals(logits(plan())[0], logits(own)[0]);
  }

  @Test
  void should_change_nothing_before_the_edited_position_when_the_model_is_causal() {
    float[] clean = logits(plan());
    float[] edited = logits(plan().edit(Site.residPre(0).position(3), Edit.set(2f)));
    for (int i = 0; i < clean.length; i++) {
      assertEquals(i < 3 * 11, clean[i] == edited[i], "element " + i);
    }
  }

  @Test
  void should_give_each_head_its_part_of_the_attention_output_when_results_are_read() {
    Plan plan =
        plan()
            .read(
                Site.result(0),
                Site.attnOut(0),
                Site.parse("blocks.0.attn.b_O"),
                Site.z(0),
                Site.parse("blocks.0.attn.W_O"));
    try (Trace trace = model.run(plan, TEXT)) {
      Tensor result = trace.value(Site.result(0));
      Tensor z = trace.value(Site.z(0));
      Tensor wo = trace.value(Site.parse("blocks.0.attn.W_O"));
      assertEquals(Shape.of(2, 4, 8), wo.shape());
      for (int d = 0; d < 8; d++) {
        double product = 0;
        for (int k = 0; k < 4; k++) {
          product += z.get(0, 2, 1, k) * wo.get(1, k, d);
        }
        assertEquals(product, result.get(0, 2, 1, d), 1e-6);
        float sum =
            result.get(0, 2, 0, d)
                + result.get(0, 2, 1, d)
                + trace.value(Site.parse("blocks.0.attn.b_O")).get(d);
        assertEquals(sum, trace.value(Site.attnOut(0)).get(0, 2, d), 1e-6);
      }
    }
  }

  @Test
  void should_be_the_product_of_the_normed_stream_and_the_weight_when_q_is_read() {
    Plan plan =
        plan()
            .read(
                Site.parse("blocks.1.ln1.normalized"),
                Site.parse("blocks.1.ln1.w"),
                Site.parse("blocks.1.ln1.b"),
                Site.parse("blocks.1.attn.W_Q"),
                Site.parse("blocks.1.attn.b_Q"),
                Site.q(1));
    try (Trace trace = model.run(plan, TEXT)) {
      Tensor x = trace.value(Site.parse("blocks.1.ln1.normalized"));
      Tensor w = trace.value(Site.parse("blocks.1.ln1.w"));
      Tensor b = trace.value(Site.parse("blocks.1.ln1.b"));
      Tensor wq = trace.value(Site.parse("blocks.1.attn.W_Q"));
      double q = trace.value(Site.parse("blocks.1.attn.b_Q")).get(1, 2);
      for (int d = 0; d < 8; d++) {
        q += (x.get(0, 3, d) * w.get(d) + b.get(d)) * wq.get(1, d, 2);
      }
      assertEquals(q, trace.value(Site.q(1)).get(0, 3, 1, 2), 1e-6);
    }
  }

  @Test
  void should_not_depend_on_slice_or_batch_mates_when_noise_is_added() {
    Site whole = Site.residMid(0);
    Plan all = plan().seed(5).edit(whole, Edit.noise(0.3f)).read(whole);
    Plan one = plan().seed(5).edit(whole.position(2), Edit.noise(0.3f)).read(whole);
    float[] everywhere;
    try (Trace trace = model.run(all, TEXT)) {
      everywhere = trace.value(whole).toArray();
    }
    try (Trace trace = model.run(one, TEXT)) {
      float[] there = trace.value(whole).toArray();
      for (int d = 0; d < 8; d++) {
        assertEquals(everywhere[2 * 8 + d], there[2 * 8 + d]);
        assertNotEquals(everywhere[3 * 8 + d], there[3 * 8 + d]);
      }
    }
    Inputs batch = Inputs.of(Example.of(3, 1, 4, 1, 5), Example.of(1, 2, 3, 4, 5, 6, 7));
    try (Trace trace = model.run(all, batch)) {
      for (int d = 0; d < 8; d++) {
        assertEquals(everywhere[4 * 8 + d], trace.value(whole).get(0, 4, d));
      }
    }
  }

  @Test
  void should_agree_with_running_everything_when_decoding_with_a_cache() {
    List<Integer> told = new ArrayList<>();
    Generator.Result result =
        Generator.generate(model, new int[] {3, 1, 4}, 9, Sampling.greedy(), Set.of(), told::add);
    assertEquals(result.ids(), told);
    assertEquals(Generator.Stop.LENGTH, result.stop());
    List<Integer> ids = new ArrayList<>(List.of(3, 1, 4));
    for (int next : result.ids()) {
      float[] all = logits(plan(), Inputs.of(ids.stream().mapToInt(Integer::intValue).toArray()));
      int best = 0;
      int start = all.length - 11;
      for (int v = 0; v < 11; v++) {
        best = all[start + v] > all[start + best] ? v : best;
      }
      assertEquals(best, next);
      ids.add(next);
    }
  }

  @Test
  void should_say_why_when_generation_ends() {
    Generator.Result full =
        Generator.generate(model, new int[14], 9, Sampling.greedy(), Set.of(), id -> {});
    assertEquals(Generator.Stop.POSITIONS, full.stop());
    assertEquals(3, full.ids().size());
    int first = full.ids().getFirst();
    Generator.Result ended =
        Generator.generate(model, new int[14], 9, Sampling.greedy(), Set.of(first), id -> {});
    assertEquals(Generator.Stop.END_OF_TEXT, ended.stop());
    assertEquals(List.of(first), ended.ids());
  }

  @Test
  void should_name_the_operand_when_inputs_do_not_fit() {
    assertTrue(failure(Inputs.of(1, 11)).contains("11 at position 1"));
    assertTrue(
        failure(Inputs.of(new int[17])).contains("17 tokens; expected at most the model's 16"));
    assertTrue(
        failure(Inputs.of(Example.of(1, 2).withTypeIds(0, 1)))
            .contains("type_ids: 1 at position 1"));
  }

  private String failure(Inputs inputs) {
    return String.valueOf(
        assertThrows(InputException.class, () -> model.run(plan(), inputs)).getMessage());
  }

  @Test
  void should_say_what_is_wrong_with_labels_when_they_do_not_fit() {
    Plan plan = plan().loss(Loss.labels());
    for (Example example :
        List.of(
            Example.of(1, 2, 3),
            Example.of(1, 2, 3).withLabels(new Labels.One(1)),
            Example.of(1, 2, 3).withLabels(new Labels.Many(new int[] {1, 2})),
            Example.of(1, 2, 3).withLabels(new Labels.Many(new int[] {1, 2, 11})),
            Example.of(1, 2, 3).withLabels(new Labels.Many(new int[] {4, -100, -100})),
            Example.of(1, 2, 3).withLabels(new Labels.Many(new int[] {-100, -100, -100})))) {
      InputException e =
          assertThrows(InputException.class, () -> model.run(plan, Inputs.of(example)));
      assertTrue(String.valueOf(e.getMessage()).startsWith("loss: labels: "), e.getMessage());
    }
  }

  @Test
  void should_weigh_each_token_alike_when_the_loss_is_a_mean_over_a_batch() {
    Example longer = Example.of(3, 1, 4, 1, 5);
    Example shorter = Example.of(9, 2);
    Plan plan = plan().loss(Loss.next());
    double mean = (4 * loss(plan, Inputs.of(longer)) + loss(plan, Inputs.of(shorter))) / 5;
    assertEquals(mean, loss(plan, Inputs.of(longer, shorter)), 1e-6);
    Plan sum = plan().loss(Loss.logProbability(1, 4));
    assertEquals(
        loss(sum, Inputs.of(longer)) + loss(sum, Inputs.of(shorter)),
        loss(sum, Inputs.of(longer, shorter)),
        1e-6);
  }

  private double loss(Plan plan, Inputs inputs) {
    try (Trace trace = model.run(plan, inputs)) {
      return trace.loss().orElseThrow();
    }
  }

  @Test
  void should_say_so_when_a_value_is_used_after_its_trace_was_closed() {
    Trace trace = model.run(plan().read(Site.embed()), TEXT);
    Tensor value = trace.value(Site.embed());
    trace.close();
    assertThrows(IllegalStateException.class, value::toArray);
  }

  @Test
  void should_hold_no_memory_when_a_run_has_failed() {
    Plan plan =
        plan()
            .edit(
                Site.residMid(1),
                Edit.custom(
                    "broken",
                    (value, context) -> {
                      throw new InputException("edit: broken");
                    }));
    assertThrows(InputException.class, () -> model.run(plan, TEXT));
    assertEquals(5 * 11, logits(plan()).length);
  }
}

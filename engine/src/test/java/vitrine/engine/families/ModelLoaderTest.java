package vitrine.engine.families;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;

class ModelLoaderTest {
  private final Kernels kernels = Backends.open("scalar", 1, note -> {});
  private final List<String> notes = new ArrayList<>();

  @AfterEach
  void close() {
    kernels.close();
  }

  private Model load(TinyGpt2 tiny) {
    return ModelLoader.load(tiny.files(), Optional.empty(), kernels, notes::add);
  }

  private String failure(TinyGpt2 tiny) {
    return Objects.requireNonNull(
        assertThrows(InputException.class, () -> load(tiny)).getMessage());
  }

  @Test
  void should_load_and_count_tied_weights_once_when_whole() {
    try (Model model = load(new TinyGpt2())) {
      int block = 8 * 24 + 24 + 8 * 8 + 8 + 8 * 32 + 32 + 32 * 8 + 8 + 4 * 8;
      assertEquals(11 * 8 + 16 * 8 + 2 * block + 2 * 8, model.facts().parameters());
      assertEquals(Head.LANGUAGE, model.architecture().head());
      assertEquals(32, model.architecture().dMlp());
      assertEquals(List.of(), notes);
    }
  }

  @Test
  void should_name_the_tensor_when_one_is_missing() {
    String tensor = "transformer.h.1.mlp.c_fc.bias";
    assertTrue(failure(new TinyGpt2().without(tensor)).contains("no tensor " + tensor + " (32)"));
  }

  @Test
  void should_name_tensor_and_both_shapes_when_a_shape_is_wrong() {
    assertEquals(
        "load: tiny: tensor transformer.wte.weight has shape (12,8); expected (11,8) by the config.",
        failure(new TinyGpt2().add("transformer.wte.weight", 12, 8)));
  }

  @Test
  void should_name_the_tensor_when_the_config_has_more_layers_than_the_file() {
    assertTrue(
        failure(new TinyGpt2().config("n_layer", "3"))
            .contains("no tensor transformer.h.2.attn.c_attn.weight (8,24)"));
  }

  @Test
  void should_say_that_layers_are_left_over_when_the_config_has_fewer() {
    load(new TinyGpt2().config("n_layer", "1")).close();
    assertTrue(notes.getFirst().contains("12 tensors not used by task lm"), notes.toString());
  }

  @Test
  void should_name_tensor_and_element_when_a_weight_is_not_finite() {
    assertEquals(
        "load: tiny: tensor transformer.h.0.ln_1.weight holds NaN at element 3; expected finite"
            + " numbers. The file is damaged or the training diverged.",
        failure(new TinyGpt2().spoil("transformer.h.0.ln_1.weight", 3, Float.NaN)));
  }

  @Test
  void should_name_the_key_when_the_config_is_wrong() {
    assertTrue(
        failure(new TinyGpt2().config("n_head", "3")).contains("n_head = 3 does not divide"));
    assertTrue(
        failure(new TinyGpt2().config("activation_function", "\"swiglu\""))
            .startsWith("config: tiny: activation_function is \"swiglu\"; expected one of gelu,"));
    assertTrue(
        failure(new TinyGpt2().config("model_type", "\"llama\""))
            .startsWith("config: tiny: model_type is \"llama\""));
    assertTrue(
        failure(new TinyGpt2().config("n_layer", "-1")).startsWith("config: tiny: n_layer is -1"));
    assertTrue(
        failure(new TinyGpt2().config("n_layer", "2.5"))
            .startsWith("config: tiny: n_layer is 2.5"));
    assertTrue(
        failure(new TinyGpt2().config("layer_norm_epsilon", "\"x\""))
            .startsWith("config: tiny: layer_norm_epsilon is \"x\""));
    assertTrue(
        failure(new TinyGpt2().config("add_cross_attention", "true"))
            .startsWith("config: tiny: add_cross_attention is true"));
    assertTrue(
        failure(new TinyGpt2().config("architectures", "[\"GPT2Unheard\"]"))
            .startsWith("config: tiny: architectures is \"GPT2Unheard\""));
  }

  @Test
  void should_ask_for_the_head_when_it_is_untied_and_missing() {
    assertTrue(
        failure(new TinyGpt2().config("tie_word_embeddings", "false"))
            .contains("no tensor lm_head.weight (11,8)"));
  }

  @Test
  void should_have_one_table_when_the_file_stores_it_as_the_head_too() {
    TinyGpt2 tiny = new TinyGpt2();
    tiny.add("lm_head.weight", 11, 8);
    float[] table;
    try (ModelFiles files = tiny.files()) {
      table = files.checkpoint().floats("transformer.wte.weight");
    }
    for (int i = 0; i < table.length; i++) {
      tiny.spoil("lm_head.weight", i, table[i]);
    }
    assertEquals(0, heads(tiny));
    assertEquals(List.of(), notes);
    assertEquals(1, heads(tiny.config("tie_word_embeddings", "false")));
    assertEquals(
        1, heads(tiny.config("tie_word_embeddings", "true").spoil("lm_head.weight", 3, 9)));
  }

  @Test
  void should_hold_the_numbers_once_and_find_them_exactly_when_the_table_is_tied() {
    float[] table;
    try (ModelFiles files = new TinyGpt2().files()) {
      table = files.checkpoint().floats("transformer.wte.weight");
    }
    Plan plan = Plan.empty().read(Site.embed(), Site.of(WeightSite.W_E), Site.of(WeightSite.W_U));
    try (Kernels simd = Backends.open("simd", 1, note -> {});
        Model model = ModelLoader.load(new TinyGpt2().files(), Optional.empty(), simd, notes::add);
        Trace trace = model.run(plan, Inputs.of(Example.of(3, 10, 3)))) {
      assertTrue(model.isTied());
      assertArrayEquals(table, trace.value(Site.of(WeightSite.W_E)).toArray());
      Tensor unembed = trace.value(Site.of(WeightSite.W_U));
      for (int i = 0; i < table.length; i++) {
        assertEquals(table[i], unembed.get(i % 8, i / 8));
      }
      float[] found = trace.value(Site.embed()).toArray();
      int[] ids = {3, 10, 3};
      for (int t = 0; t < ids.length; t++) {
        assertArrayEquals(
            Arrays.copyOfRange(table, ids[t] * 8, ids[t] * 8 + 8),
            Arrays.copyOfRange(found, t * 8, t * 8 + 8));
      }
    }
    TinyGpt2 apart = new TinyGpt2().add("lm_head.weight", 11, 8);
    try (Model one = load(new TinyGpt2());
        Model two = load(apart.config("tie_word_embeddings", "false"))) {
      assertFalse(two.isTied());
      assertEquals(4L * 11 * 8 + 32, two.weightBytes() - one.weightBytes());
    }
  }

  private long heads(TinyGpt2 tiny) {
    try (Model model = load(tiny)) {
      return model.parameters().stream()
          .filter(parameter -> parameter.name().equals("lm_head.weight"))
          .count();
    }
  }

  @Test
  void should_refuse_a_task_when_the_family_has_no_such_head() {
    InputException e =
        assertThrows(
            InputException.class,
            () ->
                ModelLoader.load(
                    new TinyGpt2().files(), Optional.of(Head.QUESTION), kernels, notes::add));
    assertEquals(
        "load: tiny: task qa; expected one that gpt2 has a head for: lm, encode, sequence.",
        e.getMessage());
  }

  @Test
  void should_note_extra_tensors_but_not_stored_masks_when_loading() {
    load(new TinyGpt2()
            .add("transformer.h.0.attn.bias", 1, 1, 16, 16)
            .add("transformer.h.0.attn.masked_bias")
            .add("value_head.weight", 3))
        .close();
    assertEquals(List.of("tiny: 1 tensor not used by task lm: value_head.weight"), notes);
  }

  @Test
  void should_name_the_operand_when_the_config_is_hostile() {
    assertTrue(
        failure(new TinyGpt2().config("n_embd", "1073741824"))
            .contains("transformer.wte.weight has shape (11,8)"));
    assertTrue(
        failure(new TinyGpt2().config("n_layer", "2147483647"))
            .contains("no tensor transformer.h.2.attn.c_attn.weight"));
    assertTrue(
        failure(new TinyGpt2().config("vocab_size", "1000000000"))
            .contains("expected (1000000000,8)"));
    assertTrue(
        failure(new TinyGpt2().config("architectures", "\"GPT2LMHeadModel\""))
            .startsWith("config: tiny: architectures is \"GPT2LMHeadModel\"; expected a list"));
    TinyGpt2 classifier =
        new TinyGpt2()
            .config("architectures", "[\"GPT2ForSequenceClassification\"]")
            .add("score.weight", 2, 8);
    assertTrue(
        failure(classifier.config("id2label", "{}")).startsWith("config: tiny: id2label is {}"));
  }
}

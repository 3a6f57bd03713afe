package vitrine.interp.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

/** On the bundled model, whose heads are known: docs/induction-model.md. */
final class AttentionTest {
  private static final String REPEATED = "the red cat saw a green bird . the red cat saw";

  private static Kernels kernels;
  private static ModelFiles files;
  private static Model model;

  @BeforeAll
  static void load() {
    kernels = Backends.open("auto", 1, note -> {});
    files = new InductionModel().files();
    model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);
  }

  @AfterAll
  static void close() {
    model.close();
    kernels.close();
    files.close();
  }

  private static Texts texts(String... texts) {
    Tokenizer tokenizer = new InductionModel().tokenizer();
    List<Example> examples =
        Arrays.stream(texts).map(text -> Example.of(tokenizer.encode(text).ids())).toList();
    return new Texts(
        Inputs.batch(examples),
        examples.stream()
            .map(example -> Arrays.stream(example.ids()).mapToObj(tokenizer::token).toList())
            .toList());
  }

  private static AttentionResult run(Texts texts, AttentionSpec spec) {
    return Attention.run(model, files, texts, spec, "test");
  }

  private static AttentionSpec one(int layer, int head) {
    return new AttentionSpec(Layers.of(layer), Indices.of(head), 0);
  }

  @Test
  void should_look_one_back_when_the_previous_token_head() {
    AttentionResult.Head head = run(texts(REPEATED), one(0, 1)).heads().getFirst();
    // Twelve tokens: the first sees itself, eleven look one back, and elsewhere less than 3e-7.
    assertEquals(11.0 / 12, head.distance().estimate(), 1e-4);
    assertEquals(0, head.entropy().estimate(), 1e-4);
    assertEquals(1, head.entropy().n());
    assertFalse(head.entropy().isKnown());
  }

  /** The heads that do nothing look at everything they may see alike. */
  @Test
  void should_be_as_for_any_uniform_pattern_when_a_head_has_no_weights() {
    double entropy = 0;
    double distance = 0;
    for (int query = 0; query < 12; query++) {
      entropy += Math.log(query + 1) / 12;
      distance += query / 2.0 / 12;
    }
    for (int place : new int[] {0, 2, 3}) {
      AttentionResult.Head head = run(texts(REPEATED), one(0, place)).heads().getFirst();
      assertEquals(entropy, head.entropy().estimate(), 1e-6);
      assertEquals(distance, head.distance().estimate(), 1e-6);
    }
  }

  @Test
  void should_look_behind_the_last_occurrence_when_the_induction_head() {
    Grid pattern = run(texts(REPEATED), one(1, 2)).pattern(0, 0);
    // "red cat saw" comes again at 9: each token looks at what followed it before.
    for (int query = 9; query < 12; query++) {
      assertTrue(pattern.at(query, query - 7) > 0.9, query + ": " + pattern.at(query, query - 7));
    }
  }

  @Test
  void should_be_the_sums_over_the_pattern_when_numbers_are_checked() {
    AttentionResult result = run(texts(REPEATED), AttentionSpec.all(0));
    assertEquals(8, result.heads().size());
    for (int index = 0; index < 8; index++) {
      Grid pattern = result.pattern(0, index);
      double entropy = 0;
      double distance = 0;
      for (int query = 0; query < 12; query++) {
        double sum = 0;
        for (int key = 0; key < 12; key++) {
          double p = pattern.at(query, key);
          sum += p;
          entropy -= p > 0 ? p * Math.log(p) : 0;
          distance += p * (query - key);
        }
        assertEquals(1, sum, 1e-5);
      }
      assertEquals(entropy / 12, result.heads().get(index).entropy().estimate(), 1e-12);
      assertEquals(distance / 12, result.heads().get(index).distance().estimate(), 1e-12);
    }
  }

  @Test
  void should_be_the_mean_over_texts_when_there_are_several() {
    String other = "a bird saw the cat";
    AttentionResult both = run(texts(REPEATED, other), AttentionSpec.all(3));
    AttentionResult first = run(texts(REPEATED), AttentionSpec.all(3));
    AttentionResult second = run(texts(other), AttentionSpec.all(3));
    for (int index = 0; index < 8; index++) {
      double expected =
          (first.heads().get(index).entropy().estimate()
                  + second.heads().get(index).entropy().estimate())
              / 2;
      // Padding changes nothing.
      assertEquals(expected, both.heads().get(index).entropy().estimate(), 1e-12);
      assertEquals(second.pattern(0, index), both.pattern(1, index));
    }
    assertEquals(2, both.heads().getFirst().entropy().n());
    assertTrue(both.heads().getFirst().entropy().isKnown());
    long[] shape = both.arrays().firstEntry().getValue().shape();
    assertEquals("[2, 2, 4, 12, 12]", Arrays.toString(shape));
  }

  @Test
  void should_draw_patterns_only_when_they_are_few() {
    List<Picture> all = run(texts(REPEATED), AttentionSpec.all(0)).pictures();
    assertEquals(2 + 8, all.size());
    Texts three = texts(REPEATED, REPEATED, REPEATED);
    List<Picture> many = run(three, AttentionSpec.all(0)).pictures();
    assertEquals(2, many.size());
    assertTrue(many.getFirst().caption().notes().toString().contains("24 patterns"));
    List<Picture> single = run(texts(REPEATED), one(1, 2)).pictures();
    assertEquals(1, single.size());
    assertEquals("Layer 1, head 2", single.getFirst().caption().title());
    assertEquals(12, ((Heatmap) single.getFirst()).columnNames().size());
  }

  @Test
  void should_name_what_the_model_has_when_a_head_does_not_exist() {
    InputException refused =
        assertThrows(InputException.class, () -> run(texts(REPEATED), one(0, 9)));
    assertTrue(String.valueOf(refused.getMessage()).contains("expected 0 to 3"));
  }

  @Test
  void should_say_where_it_comes_from_when_json() {
    var document = run(texts(REPEATED), one(1, 2)).document();
    assertEquals("attention", document.get("analysis").stringValue());
    assertTrue(document.get("model").get("hash").stringValue().matches("[0-9a-f]{64}"));
    assertEquals(
        "[\"blocks.1.attn.pattern[head=2]\"]", document.get("plan").get("read").toString());
    assertEquals(12, document.get("heads").get(0).get("patterns").get(0).size());
    assertEquals("the", document.get("texts").get(0).get("tokens").get(0).stringValue());
  }
}

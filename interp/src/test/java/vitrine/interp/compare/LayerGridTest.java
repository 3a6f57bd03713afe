package vitrine.interp.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.data.TooLong;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.compare.measures.Activations;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;
import vitrine.interp.rows.Encoded;
import vitrine.interp.rows.Passage;
import vitrine.interp.rows.Unit;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

final class LayerGridTest {
  private static final List<Measure> MEASURES =
      List.of(
          Measure.CKA_LINEAR,
          Measure.CKA_UNBIASED,
          Measure.PROCRUSTES,
          Measure.RSA,
          Measure.REGRESSION);

  private static Kernels kernels;
  private static ModelFiles files;
  private static Model model;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    kernels = Backends.open("auto", 1, note -> {});
    files = new InductionModel().files();
    tokenizer = new InductionModel().tokenizer();
    model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);
  }

  @AfterAll
  static void close() {
    model.close();
    kernels.close();
    files.close();
  }

  private static LayerGrid.Side side(String... texts) {
    List<Passage> passages = new ArrayList<>();
    for (String text : texts) {
      passages.add(Passage.of("text " + passages.size(), text));
    }
    return new LayerGrid.Side("model", model, files, tokenizer, passages, TooLong.REFUSE);
  }

  private static LayerGrid.Side many() {
    String[] words = {"the", "red", "cat", "saw", "a", "green", "bird", "."};
    String[] texts = new String[40];
    for (int i = 0; i < texts.length; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 3 + i % 5; j++) {
        text.append(text.isEmpty() ? "" : " ").append(words[(i * 7 + j * j * 3 + i / 3) % 8]);
      }
      texts[i] = text.toString();
    }
    return side(texts);
  }

  private static GridSpec spec(Unit unit, GridSpec.Pairs pairs) {
    return new GridSpec(
        "resid_post",
        unit,
        pairs,
        MEASURES,
        Options.usual(0).draws(5, 5),
        new GridSpec.Groups(3, GridSpec.Intervals.QUICK));
  }

  private static GridResult run(LayerGrid.Side x, LayerGrid.Side y, GridSpec spec) {
    return LayerGrid.run(x, y, spec, 2, "test", done -> {});
  }

  /** Every token's vector at one site, text by text, without batches or streams. */
  private static Activations direct(LayerGrid.Side side, Site site) {
    List<double[]> rows = new ArrayList<>();
    for (Passage passage : side.passages()) {
      int[] ids = tokenizer.encode(passage.text()).ids();
      try (Trace trace = model.run(Plan.empty().read(site), Inputs.of(ids))) {
        float[] values = trace.value(site).toArray();
        int d = values.length / ids.length;
        for (int t = 0; t < ids.length; t++) {
          double[] row = new double[d];
          for (int j = 0; j < d; j++) {
            row[j] = values[t * d + j];
          }
          rows.add(row);
        }
      }
    }
    double[] all = rows.stream().flatMapToDouble(Arrays::stream).toArray();
    return Activations.of("direct", rows.size(), rows.getFirst().length, all);
  }

  @Test
  void should_be_what_arrays_give_when_layers_are_compared() {
    LayerGrid.Side side = many();
    GridResult grid = run(side, side, spec(Unit.TOKEN, GridSpec.Pairs.ALL));
    assertEquals(
        List.of("embed_out", "blocks.0.resid_post", "blocks.1.resid_post"), grid.axes().layersX());
    List<Activations> layers =
        List.of(
            direct(side, Site.embedOut()),
            direct(side, Site.residPost(Layers.of(0))),
            direct(side, Site.residPost(Layers.of(1))));
    assertEquals(layers.getFirst().rows(), grid.rows());
    int checked = 0;
    for (Measure measure : MEASURES) {
      // Of REGRESSION each direction counts as much, however small: covariances lose digits.
      double tolerance = measure == Measure.REGRESSION ? 1e-4 : 1e-6;
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          double expected =
              Comparison.value(measure, layers.get(i), layers.get(j), Options.usual(0));
          assertEquals(expected, grid.value(measure, i, j), tolerance, measure.label() + i + j);
          checked++;
        }
      }
      assertTrue(grid.shuffled(measure, 1, 1) < grid.value(measure, 1, 1), measure.label());
    }
    assertEquals(45, checked);
  }

  @Test
  void should_be_the_same_when_the_other_side_is_the_same_model_again() {
    GridResult one = run(many(), many(), spec(Unit.WORD, GridSpec.Pairs.ALL));
    LayerGrid.Side side = many();
    GridResult both = run(side, side, spec(Unit.WORD, GridSpec.Pairs.ALL));
    for (Measure measure : MEASURES) {
      for (int i = 0; i < 9; i++) {
        assertEquals(
            both.value(measure, i / 3, i % 3),
            one.value(measure, i / 3, i % 3),
            1e-9,
            measure.label());
      }
    }
  }

  @Test
  void should_have_a_row_a_sentence_when_asked_for() {
    LayerGrid.Side side = many();
    GridResult grid = run(side, side, spec(Unit.SENTENCE, GridSpec.Pairs.SAME));
    assertEquals(40, grid.rows());
    assertEquals(1, grid.value(Measure.CKA_LINEAR, 2, 2), 1e-12);
    assertTrue(Double.isNaN(grid.value(Measure.CKA_LINEAR, 0, 1)));
    assertEquals(1, grid.pictures().size());
  }

  @Test
  void should_have_a_row_a_word_when_pieces_make_words() {
    Encoded encoded =
        Encoded.of(
            Passage.of("text", "redcat saw"),
            tokenizer,
            model.architecture(),
            Unit.WORD,
            TooLong.REFUSE);
    assertEquals(2, encoded.rows().size());
    int pieces = encoded.rows().stream().mapToInt(row -> row.length).sum();
    assertEquals(encoded.example().ids().length, pieces);
    assertTrue(encoded.rows().getFirst().length > 1);
  }

  @Test
  void should_be_refused_when_sides_do_not_pair() {
    GridSpec words = spec(Unit.WORD, GridSpec.Pairs.ALL);
    InputException count =
        assertThrows(
            InputException.class, () -> run(side("a cat", "a bird"), side("a cat"), words));
    assertTrue(String.valueOf(count.getMessage()).contains("2 texts on one side, 1"));
    InputException length =
        assertThrows(InputException.class, () -> run(side("a cat"), side("a red cat"), words));
    assertTrue(String.valueOf(length.getMessage()).contains("2 words, on the other side 3"));
    InputException tokens =
        assertThrows(
            InputException.class,
            () -> run(side("a cat"), side("a dog"), spec(Unit.TOKEN, GridSpec.Pairs.ALL)));
    assertTrue(String.valueOf(tokens.getMessage()).contains("--unit word"));
    GridSpec patterns =
        new GridSpec(
            "attn.pattern",
            Unit.TOKEN,
            GridSpec.Pairs.ALL,
            MEASURES,
            Options.usual(0),
            new GridSpec.Groups(1, GridSpec.Intervals.QUICK));
    LayerGrid.Side side = many();
    InputException site = assertThrows(InputException.class, () -> run(side, side, patterns));
    assertTrue(String.valueOf(site.getMessage()).contains("no vector a token"));
  }

  @Test
  void should_hold_every_number_when_written() {
    LayerGrid.Side side = many();
    GridResult grid = run(side, side, spec(Unit.TOKEN, GridSpec.Pairs.ALL));
    var document = grid.document();
    assertEquals("compare", document.get("analysis").stringValue());
    assertEquals(5, document.get("measures").size());
    assertEquals(3, document.get("measures").get("rsa").get("values").get(2).size());
    assertEquals("[3, 3]", Arrays.toString(grid.arrays().firstEntry().getValue().shape()));
    assertEquals(45, grid.table().rows().size());
    assertEquals(5, grid.pictures().size());
  }

  /** Of some hundred rows, too, and of every measure that asks for no long decompositions. */
  @Test
  void should_have_intervals_when_there_are_few_rows() {
    LayerGrid.Side side = many();
    GridResult grid = run(side, side, spec(Unit.SENTENCE, GridSpec.Pairs.ALL));
    for (Measure measure : MEASURES) {
      var interval = grid.cell(measure, 0, 1).interval();
      assertTrue(interval.isKnown(), measure.label());
      assertTrue(interval.low() < interval.high(), measure.label());
      assertTrue(interval.high() <= 1, measure.label());
      assertTrue(interval.contains(grid.value(measure, 0, 1)), measure.label());
    }
    assertTrue(grid.notes().stream().noneMatch(note -> note.contains("No intervals")));
    assertEquals(3, grid.document().get("groups").intValue());
    GridSpec one =
        new GridSpec(
            "resid_post",
            Unit.SENTENCE,
            GridSpec.Pairs.ALL,
            List.of(Measure.CKA_LINEAR),
            Options.usual(0),
            new GridSpec.Groups(1, GridSpec.Intervals.QUICK));
    GridResult without = run(side, side, one);
    assertTrue(Double.isNaN(without.cell(Measure.CKA_LINEAR, 0, 1).interval().low()));
    assertTrue(
        without.notes().stream().anyMatch(note -> note.contains("No intervals of cka-linear")),
        without.notes().toString());
    assertEquals(
        grid.value(Measure.CKA_LINEAR, 0, 1), without.value(Measure.CKA_LINEAR, 0, 1), 1e-12);
  }

  /** Groups that differ by length would tell how texts differ, not how sure the number is. */
  @Test
  void should_draw_groups_that_differ_but_by_chance_when_texts_differ_in_length() {
    List<Encoded> passages = new ArrayList<>();
    String word = "cat ";
    for (int i = 0; i < 300; i++) {
      passages.add(
          Encoded.of(
              Passage.of("text", word.repeat(1 + i / 25).strip()),
              tokenizer,
              model.architecture(),
              Unit.WORD,
              TooLong.REFUSE));
    }
    List<List<int[]>> groups = TextGroups.of(passages, 10, 7);
    assertEquals(10, groups.size());
    boolean[] seen = new boolean[300];
    long all = passages.stream().mapToLong(passage -> passage.rows().size()).sum();
    for (List<int[]> group : groups) {
      int rows = 0;
      int texts = 0;
      for (int[] batch : group) {
        for (int text : batch) {
          assertTrue(!seen[text], "once");
          seen[text] = true;
          rows += passages.get(text).rows().size();
          texts++;
        }
      }
      assertEquals(all / 10.0, rows, 13, "as many rows in each");
      assertEquals(all / 300.0, (double) rows / texts, 2.5, "texts of all lengths in each");
    }
    assertEquals(2, TextGroups.of(passages.subList(0, 2), 10, 7).size());
  }

  @Test
  void should_be_refused_when_no_row_is_left() {
    LayerGrid.Side side = side("a");
    InputException none =
        assertThrows(
            InputException.class, () -> run(side, side, spec(Unit.WORD, GridSpec.Pairs.ALL)));
    assertTrue(String.valueOf(none.getMessage()).contains("1 rows in all"));
  }
}

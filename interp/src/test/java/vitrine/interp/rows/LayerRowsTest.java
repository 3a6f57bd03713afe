package vitrine.interp.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.data.TooLong;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

final class LayerRowsTest {
  private static Kernels kernels;
  private static ModelFiles files;
  private static Model model;

  @TempDir Path directory;

  @BeforeAll
  static void load() {
    kernels = Backends.open("auto", 2, note -> {});
    files = new InductionModel().files();
    model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);
  }

  @AfterAll
  static void close() {
    model.close();
    kernels.close();
    files.close();
  }

  private static Reading reading(Unit unit, Pooling pooling) {
    return new Reading(
        "probe",
        new InductionModel().tokenizer(),
        model.architecture(),
        unit,
        pooling,
        TooLong.REFUSE);
  }

  private static Reader reader() {
    return new Reader("probe", model, List.of(Site.embedOut(), Site.parse("blocks.*.resid_post")));
  }

  private static List<Encoded> encoded(Unit unit, Pooling pooling, int count) {
    String[] words = {"the", "red", "cat", "saw", "a", "green", "bird", "."};
    List<Encoded> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 2 + i * 5 % 7; j++) {
        text.append(text.isEmpty() ? "" : " ").append(words[(i * 7 + j * j * 3 + i / 3) % 8]);
      }
      all.add(reading(unit, pooling).of(Passage.of("text " + i, text.toString())));
    }
    return all;
  }

  private static double[] row(Reader.Table table, int row) {
    double[] values = new double[table.columns()];
    System.arraycopy(table.values(), row * table.columns(), values, 0, values.length);
    return values;
  }

  /** More rows than one chunk; batches are sorted by length, and rows still in their places. */
  @Test
  void should_be_the_rows_of_each_text_when_read_in_batches() throws IOException {
    List<Encoded> all = encoded(Unit.WORD, Pooling.MEAN, 400);
    int compared = 0;
    try (LayerRows rows = LayerRows.read(reader(), all, directory, done -> {})) {
      assertTrue(rows.rows() > 1024, "rows " + rows.rows());
      for (int layer = 0; layer < rows.names().size(); layer++) {
        LayerRows.Layer own = rows.layer(layer);
        int at = 0;
        for (Encoded one : all) {
          Reader.Table alone = reader().read(List.of(one)).get(layer);
          for (int i = 0; i < alone.rows(); i++, at++) {
            double[] expected = row(alone, i);
            for (int j = 0; j < expected.length; j++) {
              expected[j] = (float) expected[j];
            }
            assertArrayEquals(expected, own.row(at), rows.names().get(layer));
            compared++;
          }
        }
        assertEquals(rows.rows(), at);
      }
      assertEquals(rows.rows() * 3, compared);
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void should_pool_as_asked_when_a_row_has_several_tokens() {
    Passage passage = Passage.of("text", "the cat saw");
    List<Encoded> tokens = List.of(reading(Unit.TOKEN, Pooling.MEAN).of(passage));
    Reader.Table each = reader().read(tokens).get(2);
    for (Pooling pooling : Pooling.values()) {
      double[] pooled =
          row(reader().read(List.of(reading(Unit.SENTENCE, pooling).of(passage))).get(2), 0);
      for (int j = 0; j < pooled.length; j++) {
        double[] column = new double[each.rows()];
        for (int i = 0; i < column.length; i++) {
          column[i] = row(each, i)[j];
        }
        double expected =
            switch (pooling) {
              case MEAN -> java.util.Arrays.stream(column).average().orElseThrow();
              case MAX -> java.util.Arrays.stream(column).max().orElseThrow();
              case FIRST -> column[0];
              case LAST -> column[column.length - 1];
            };
        assertEquals(expected, pooled[j], 1e-12, pooling.label());
      }
    }
  }

  @Test
  void should_refuse_when_a_site_has_no_vector_a_token() {
    for (String site : List.of("blocks.*.attn.pattern", "blocks.0.attn.q[head=1]")) {
      InputException refused =
          assertThrows(
              InputException.class, () -> new Reader("probe", model, List.of(Site.parse(site))));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("has no vector a token"),
          refused.getMessage());
    }
  }
}

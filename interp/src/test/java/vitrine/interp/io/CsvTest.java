package vitrine.interp.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.io.Npy;
import vitrine.interp.stats.Interval;

final class CsvTest {
  @TempDir Path dir;

  @Test
  void should_read_back_the_same_when_texts_have_commas_quotes_and_lines() {
    Csv csv =
        new Csv("token", "n")
            .row("a,b", 1.0)
            .row("say \"hi\"", 0.1)
            .row("line\nfeed", Double.NaN)
            .row(" blank", -2.5e-7);
    assertEquals(
        "token,n\n\"a,b\",1\n\"say \"\"hi\"\"\",0.1\n\"line\nfeed\",\n\" blank\",-2.5E-7\n",
        csv.toString());
    assertThrows(IllegalArgumentException.class, () -> csv.row("one"));
  }

  @Test
  void should_be_null_when_json_has_no_such_number() {
    assertEquals(
        "{\"estimate\":1.5,\"low\":null,\"high\":null,\"level\":0.95,\"n\":1}",
        Json.line(Json.interval(new Interval(1.5, Double.NaN, Double.NaN, 0.95, 1))));
  }

  @Test
  void should_be_float32_in_its_shape_when_an_array_is_written() {
    Path file = dir.resolve("a.npy");
    NumberArray.of(new double[] {1, 2.5, -3, 4, 5, 1e-3}, 2, 3).writeNpy(file);
    assertEquals("(2,3)", Npy.read(file).shapeText());
    assertEquals(1e-3f, Npy.read(file).values()[5]);
    assertThrows(IllegalArgumentException.class, () -> NumberArray.of(new double[] {1, 2}, 3));
  }
}

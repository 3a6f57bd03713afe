package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;

/** On the bundled model, which continues what is repeated. */
final class MinimalPairsCommandTest {
  private static final String RIGHT =
      "{\"sentence_good\":\"the red cat saw . the red cat\",\"sentence_bad\":\"the red cat saw . the red bird\"}\n";
  private static final String WRONG =
      "{\"sentence_good\":\"the red cat saw . the red bird\",\"sentence_bad\":\"the red cat saw . the red cat\"}\n";
  private static final String TIE = "{\"sentence_good\":\"a bird\",\"sentence_bad\":\"a bird\"}\n";

  @TempDir Path dir;
  private String first = "";
  private String second = "";

  @BeforeEach
  void write() throws IOException {
    first = Files.writeString(dir.resolve("first.jsonl"), RIGHT + WRONG + TIE + RIGHT).toString();
    second = Files.writeString(dir.resolve("second.jsonl"), RIGHT).toString();
  }

  @Test
  void should_count_what_is_right_when_json() {
    JsonNode found = Cli.run("minimal-pairs", "--data", first, second, "--json").json();
    JsonNode one = found.get("paradigms").get(0);
    assertEquals("first", one.get("name").stringValue());
    assertEquals(2, one.get("right").intValue(), "a tie is wrong");
    assertEquals(0.5, one.get("accuracy").get("estimate").doubleValue());
    assertEquals(0.75, found.get("mean_accuracy").get("estimate").doubleValue());
    assertTrue(found.get("score").stringValue().contains("<|endoftext|>"));
  }

  @Test
  void should_draw_a_bar_for_each_when_shown() {
    String shown = Cli.run("minimal-pairs", "--data", first, second, "--limit", "1").done().out();
    assertTrue(shown.contains("mean of all") && shown.contains("second"), shown);
    assertTrue(shown.contains("0.5 is chance"), shown);
  }

  @Test
  void should_say_the_line_when_it_is_none() throws IOException {
    String bad = Files.writeString(dir.resolve("bad.jsonl"), RIGHT + "{}\n").toString();
    Cli.run("minimal-pairs", "--data", bad).failed(3, "bad.jsonl line 2", "sentence_good");
    Cli.run("minimal-pairs").failed(2, "--data");
    Cli.run("minimal-pairs", "--data", dir.resolve("none").toString()).failed(3, "no such file");
  }
}

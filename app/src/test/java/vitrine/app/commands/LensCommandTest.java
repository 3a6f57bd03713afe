package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;

final class LensCommandTest {
  private static final String TEXT = "the red cat saw a bird . the red";

  @TempDir Path dir;

  private static Cli lens(String... options) {
    return Cli.run(Stream.concat(Stream.of("lens"), Arrays.stream(options)).toArray(String[]::new));
  }

  @Test
  void should_end_in_what_the_model_says_when_at_the_last_depth() {
    JsonNode document =
        lens("--text", TEXT, "--at", "resid_post", "--at", "resid_pre", "--watch", " cat", "--json")
            .json();
    assertEquals(4, document.get("depths").size());
    assertEquals("blocks.0.resid_pre", document.get("depths").get(0).get("site").stringValue());
    JsonNode last = document.get("depths").get(3).get("positions");
    assertEquals(9, last.size());
    for (JsonNode cell : last) {
      assertEquals(1, cell.get("rank").intValue());
      assertEquals(0, cell.get("kl").doubleValue(), 1e-12);
      assertEquals(5, cell.get("top").size());
      assertEquals(
          cell.get("prob").doubleValue(), cell.get("top").get(0).get("prob").doubleValue());
    }
    assertEquals(1, last.get(8).get("watched").get(0).get("rank").intValue(), "it copies");
    assertEquals("Ġcat", document.get("chosen").get(8).get("token").stringValue());
  }

  @Test
  void should_follow_the_text_when_the_next_token_is_chosen() {
    JsonNode document = lens("--text", TEXT, "--chosen", "next", "--json").json();
    for (int t = 0; t < 8; t++) {
      assertEquals(
          document.get("ids").get(t + 1).intValue(),
          document.get("chosen").get(t).get("id").intValue());
    }
    JsonNode generated = lens("--text", TEXT, "--generate", "1", "--json").json();
    assertEquals(10, generated.get("tokens").size());
    assertEquals("next", generated.get("chosen_by").stringValue());
  }

  @Test
  void should_read_through_the_masked_word_head_when_a_bert() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    JsonNode document =
        lens("--model", bert.toString(), "--text", "the [MASK] sat", "--at", "resid_mid", "--json")
            .json();
    assertEquals(2, document.get("depths").size());
    assertEquals(5, document.get("depths").get(0).get("positions").size());
    assertTrue(document.get("depths").get(0).get("positions").get(2).get("kl").doubleValue() > 0);
  }

  @Test
  void should_draw_and_write_every_form_when_asked() throws IOException {
    String text = lens("--text", TEXT, "--watch", " cat").done().out();
    assertTrue(text.startsWith("What stands first"), text);
    Path input = dir.resolve("texts.jsonl");
    Files.writeString(input, "{\"text\":\"the red cat\"}\n{\"ids\":[1,2,3,4]}\n");
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.png", "a.html")) {
      lens("--input", input.toString(), "--out", dir.resolve(name).toString()).done();
      assertTrue(Files.exists(dir.resolve(name)));
    }
  }

  @Test
  void should_be_refused_with_the_way_out_when_called_wrongly() throws IOException {
    lens("--text", TEXT, "--at", "attn_out").failed(2, "resid_pre");
    lens("--text", TEXT, "--layers", "7").failed(3, "expected 0 to 1");
    lens("--text", TEXT, "--watch", "no such token here").failed(3, "--watch");
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForSequenceClassification");
    lens("--model", bert.toString(), "--text", "the cat").failed(3, "mlm");
  }
}

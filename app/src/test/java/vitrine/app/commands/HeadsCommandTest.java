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

/** On the bundled model: head 0.1 looks one back, head 1.2 does the induction. */
final class HeadsCommandTest {
  private static final String TEXT = "the red cat saw a green bird . the red cat";

  @TempDir private Path dir;

  private static Cli heads(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("heads"), Arrays.stream(options)).toArray(String[]::new));
  }

  @Test
  void should_name_the_two_heads_when_nothing_is_given() {
    String text = heads().done().out();
    assertTrue(text.startsWith("Heads by what they look at\n"), text);
    assertTrue(text.contains("previous-token   0.1"), text);
    assertTrue(text.contains("duplicate-token  none"), text);
    assertTrue(text.contains("induction        1.2"), text);
    JsonNode document = heads("--json", "--texts", "4", "--length", "9").json();
    assertEquals("scores", document.get("show").stringValue());
    assertEquals(2, document.get("named").size());
    assertEquals(8, document.get("heads").size());
    assertEquals(9, document.get("length").intValue());
    assertEquals(4, document.get("heads").get(0).get("induction").get("n").intValue());
  }

  @Test
  void should_have_the_same_bits_when_threads_differ() {
    String one = heads("--json", "--texts", "3", "--threads", "1").done().out();
    assertEquals(one, heads("--json", "--texts", "3", "--threads", "3").done().out());
  }

  @Test
  void should_write_every_form_when_asked() throws IOException {
    for (String show :
        List.of("scores", "importance", "structure", "composition", "circuit", "logits")) {
      for (String ending : List.of("json", "csv", "npy", "svg", "png", "html")) {
        Path file = dir.resolve(show + "." + ending);
        boolean reads = List.of("importance", "structure", "logits").contains(show);
        Stream<String> options = Stream.of("--show", show, "--out", file.toString());
        Stream<String> input = reads ? Stream.of("--text", TEXT) : Stream.of();
        heads(Stream.concat(options, input).toArray(String[]::new)).done();
        assertTrue(Files.size(file) > 100, file.toString());
      }
    }
  }

  @Test
  void should_depend_on_the_two_heads_when_importance() {
    JsonNode document = heads("--show", "importance", "--text", TEXT, "--json").json();
    assertEquals("next", document.get("loss").stringValue());
    for (JsonNode head : document.get("heads")) {
      String name = head.get("layer") + "." + head.get("head");
      double importance = head.get("importance").get("estimate").doubleValue();
      assertEquals(name.equals("0.1") || name.equals("1.2"), importance > 1e-3, name);
    }
  }

  @Test
  void should_use_the_labels_when_a_classifier() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    Path input = dir.resolve("input.jsonl");
    Files.writeString(
        input,
        """
        {"ids":[2,5,6,3],"labels":[-100,5,-100,-100]}
        {"ids":[2,7,3],"labels":[-100,-100,-100]}
        """);
    JsonNode document =
        heads(
                "--model",
                bert.toString(),
                "--show",
                "importance",
                "--input",
                input.toString(),
                "--json")
            .json();
    assertEquals("labels", document.get("loss").stringValue());
    assertEquals(1, document.get("examples").intValue());
    assertEquals(1, document.get("left_out").intValue());
    heads("--model", bert.toString(), "--show", "importance", "--ids", "2,5,3")
        .failed(3, "--loss", "mlm");
  }

  @Test
  void should_say_what_cannot_be_taken_apart_when_bert() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    JsonNode document =
        heads(
                "--model",
                bert.toString(),
                "--show",
                "logits",
                "--ids",
                "2,5,3",
                "--token",
                "5",
                "--json")
            .json();
    String notes = document.get("notes").toString();
    assertTrue(notes.contains("Post-norm") && notes.contains("not linear"), notes);
    JsonNode target = document.get("targets").get(0);
    assertEquals(target.get("value").doubleValue(), target.get("sum").doubleValue(), 1e-4);
  }

  @Test
  void should_take_neurons_apart_when_asked() {
    JsonNode document =
        heads("--show", "logits", "--text", TEXT, "--neurons", "0", "--json").json();
    long neurons = 0;
    for (JsonNode part : document.get("parts")) {
      neurons += part.get("kind").stringValue().equals("neurons") ? 1 : 0;
    }
    assertEquals(64, neurons);
  }

  /** The induction head says what it looks at; its keys are what another head has written. */
  @Test
  void should_copy_when_the_circuit_of_the_induction_head() {
    JsonNode document =
        heads("--show", "circuit", "--layers", "1", "--heads", "2", "--row", " cat", "--json")
            .json();
    JsonNode head = document.get("heads").get(0);
    assertEquals(1, head.get("copying_score").doubleValue(), 1e-4);
    JsonNode row = head.get("ov").get("rows").get(0);
    assertEquals("Ġcat", row.get("token").stringValue());
    assertEquals("Ġcat", row.get("top").get(0).get("token").stringValue());
    String text = heads("--show", "circuit").done().out();
    assertTrue(text.contains("Terms of head 0.1") && text.contains("Terms of head 1.2"), text);
    assertTrue(text.contains("Heads that are zero, and have none: 6."), text);
  }

  @Test
  void should_be_one_line_when_it_cannot_be_done() {
    heads("--show", "score").failed(2, "scores perhaps");
    heads("--text", TEXT).failed(2, "given with --show scores");
    heads("--show", "structure").failed(2, "none given");
    heads("--show", "structure", "--text", TEXT, "--length", "4").failed(2, "--show scores");
    heads("--show", "composition", "--loss", "next").failed(2, "--show importance or logits");
    heads("--show", "circuit", "--layers", "2").failed(3, "expected 0 to 1");
    heads("--show", "circuit", "--row", "red cat").failed(3, "expected one token");
    heads("--show", "scores", "--row", "cat").failed(2, "--show circuit");
    heads("--length", "64").failed(3, "expected 2 to 63");
    heads("--show", "importance", "--text", TEXT, "--loss", "nxt").failed(3, "no such loss");
    heads("--show", "logits", "--text", TEXT, "--token", "red cat").failed(3, "expected one token");
    heads("--show", "logits", "--text", TEXT, "--neurons", "2").failed(3, "expected 0 to 1");
    heads("--show", "logits", "--text", TEXT, "--position", "40").failed(3, "out of range");
    heads("--show", "logits", "--text", TEXT, "--loss", "next").failed(3, "not a logit");
    heads("--show", "logits", "--text", TEXT, "--loss", "logit:0,1", "--token", "1")
        .failed(2, "--token");
  }
}

package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;
import vitrine.interp.stats.Sample;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

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
    for (String layers : List.of("0", "*")) {
      JsonNode document =
          heads("--show", "logits", "--text", TEXT, "--neurons", layers, "--json").json();
      long neurons = 0;
      for (JsonNode part : document.get("parts")) {
        neurons += part.get("kind").stringValue().equals("neurons") ? 1 : 0;
      }
      assertEquals(layers.equals("0") ? 64 : 128, neurons);
    }
  }

  /** The head of questions is linear: what is left is its bias, as the note says. */
  @Test
  void should_be_the_logit_and_not_its_cross_entropy_when_questions() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForQuestionAnswering");
    String[] options = {"--model", bert.toString(), "--show", "logits", "--ids", "2,5,6,3"};
    JsonNode document = heads(with(options, "--loss", "startlogit:1", "--json")).json();
    JsonNode target = document.get("targets").get(0);
    Cli.run(
            "run",
            "--model",
            bert.toString(),
            "--ids",
            "2,5,6,3",
            "--read",
            "logits.start",
            "--out",
            dir.resolve("run").toString())
        .done();
    float logit = Npy.read(dir.resolve("run").resolve("logits.start.npy")).values()[1];
    assertEquals(logit, target.get("value").doubleValue(), 1e-6);
    assertEquals(logit, target.get("sum").doubleValue(), 1e-4);
    float bias = bias(bert);
    for (JsonNode part : document.get("parts")) {
      if (part.get("part").stringValue().equals("output")) {
        assertEquals(bias, part.at("/mean/estimate").doubleValue(), 1e-5);
      }
    }
    heads(with(options, "--loss", "start:1")).failed(3, "not a logit", "startlogit:POS");
    heads(options).failed(3, "startlogit:3");
  }

  private static float bias(Path model) {
    try (Checkpoint checkpoint = Checkpoints.open(model)) {
      return checkpoint.floats("qa_outputs.bias")[0];
    }
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Arrays.stream(options), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void should_take_classes_by_their_numbers_when_a_classifier() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForSequenceClassification");
    String[] options = {"--model", bert.toString(), "--show", "logits", "--ids", "2,5,3"};
    JsonNode document = heads(with(options, "--token", "2", "--minus", "0", "--json")).json();
    JsonNode target = document.get("targets").get(0);
    assertEquals("classdiff:2,0", target.get("target").stringValue());
    assertEquals(target.get("value").doubleValue(), target.get("sum").doubleValue(), 1e-4);
    heads(options).failed(3, "--token 0");
    heads(with(options, "--token", "3")).failed(3, "expected 0 to 2");
    heads(with(options, "--token", "good")).failed(3, "expected an id from 0 to 2");
  }

  /** Files of --keep, run again: slopes by the formula from what that run leaves, bit for bit. */
  @Test
  void should_be_what_run_gives_when_its_files_are_kept() throws IOException {
    Path input = dir.resolve("input.jsonl");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      lines.append("{\"ids\":[%d,7,9,%d,%d]}\n".formatted(20 + i, 20 + i, 3 + i));
    }
    Files.writeString(input, lines.toString());
    Path kept = dir.resolve("kept");
    String[] options = {"--show", "importance", "--input", input.toString()};
    Path out = dir.resolve("i.json");
    heads(with(options, "--keep", kept.toString(), "--out", out.toString())).done();
    JsonNode document = JsonMapper.builder().build().readTree(Files.readString(out));
    assertEquals("[[0,1,2,3,4,5,6,7],[8]]", document.get("portions").toString());
    double[][] sizes = new double[8][9];
    for (int portion = 0; portion < 2; portion++) {
      Path run = dir.resolve("run." + portion);
      Cli.run(
              "run",
              "--plan",
              kept.resolve("plan." + portion + ".json").toString(),
              "--input",
              kept.resolve("texts." + portion + ".jsonl").toString(),
              "--out",
              run.toString())
          .done();
      for (int layer = 0; layer < 2; layer++) {
        NpyArray z = Npy.read(run.resolve("blocks." + layer + ".attn.z.npy"));
        NpyArray dZ = Npy.read(run.resolve("grad.blocks." + layer + ".attn.z.npy"));
        int texts = (int) z.shape()[0];
        int K = (int) z.shape()[3];
        double[] slopes = new double[texts * 4];
        for (int i = 0; i < z.values().length; i++) {
          slopes[i / (5 * 4 * K) * 4 + i / K % 4] += (double) z.values()[i] * dZ.values()[i];
        }
        for (int i = 0; i < slopes.length; i++) {
          // Texts are equally long: each counts as much in its portion's loss.
          sizes[layer * 4 + i % 4][portion * 8 + i / 4] = Math.abs(slopes[i] * texts);
        }
      }
    }
    for (int head = 0; head < 8; head++) {
      double found = document.at("/heads/" + head + "/importance/estimate").doubleValue();
      assertEquals(Sample.mean(sizes[head]), found, 0.0, "head " + head);
    }
    heads(with(options, "--keep", kept.toString())).failed(3, "not empty");
    for (String show : List.of("scores", "structure", "composition", "circuit", "logits")) {
      Path of = dir.resolve(show);
      String[] text =
          List.of("structure", "logits").contains(show)
              ? new String[] {"--text", TEXT}
              : new String[0];
      heads(with(text, "--show", show, "--keep", of.toString())).done();
      Cli.run(
              "run",
              "--plan",
              of.resolve("plan.0.json").toString(),
              "--input",
              of.resolve("texts.0.jsonl").toString(),
              "--out",
              of.resolve("again").toString())
          .done();
    }
  }

  @Test
  void should_write_the_whole_circuit_when_asked() {
    Path file = dir.resolve("ov.npy");
    String[] head = {"--show", "circuit", "--layers", "1", "--heads", "2", "--full", "ov"};
    heads(with(head, "--out", file.toString())).done();
    NpyArray whole = Npy.read(file);
    assertEquals("(1,1447,1447)", whole.shapeText());
    Path rows = dir.resolve("rows.npy");
    heads(
            "--show",
            "circuit",
            "--layers",
            "1",
            "--heads",
            "2",
            "--row",
            "700",
            "--out",
            rows.toString())
        .done();
    assertArrayEquals(
        Npy.read(rows).values(), Arrays.copyOfRange(whole.values(), 700 * 1447, 701 * 1447), 1e-6f);
  }

  /** The one special token is the first: both numbers are of queries that have a choice. */
  @Test
  void should_leave_the_first_query_out_of_both_when_the_first_token_is_special() {
    JsonNode document =
        heads("--show", "structure", "--text", "<|endoftext|>the red cat", "--json").json();
    for (JsonNode head : document.get("heads")) {
      double first = head.at("/first/estimate").doubleValue();
      assertEquals(first, head.at("/special/estimate").doubleValue(), 1e-9);
    }
    // Head 0.0 looks at all alike: a half, a third, a quarter of the later queries' attention.
    double alike = (1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 3;
    assertEquals(
        alike, document.at("/heads/0/special/estimate").doubleValue(), 1e-6, "of four tokens");
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
    heads("--show", "circuit", "--row", "red cat").failed(3, "expected a single token");
    heads("--show", "circuit", "--heads", "4").failed(3, "expected 0 to 3", "Nearest: 3");
    heads("--show", "circuit", "--full", "ov").failed(2, "--out FILE.npy");
    heads("--show", "circuit", "--full", "vo", "--out", dir.resolve("a.npy").toString())
        .failed(2, "ov perhaps");
    heads("--show", "scores", "--row", "cat").failed(2, "--show circuit");
    heads("--length", "64").failed(3, "expected 2 to 63");
    heads("--show", "importance", "--text", TEXT, "--loss", "nxt").failed(3, "no such loss");
    heads("--show", "logits", "--text", TEXT, "--token", "red cat")
        .failed(3, "expected a single token");
    heads("--show", "logits", "--text", TEXT, "--token", "1447").failed(3, "expected 0 to 1446");
    heads("--show", "logits", "--text", TEXT, "--neurons", "2")
        .failed(3, "expected 0 to 1", "Nearest: 1");
    heads("--show", "logits", "--text", TEXT, "--position", "40").failed(3, "out of range");
    heads("--show", "logits", "--text", TEXT, "--loss", "next").failed(3, "not a logit");
    heads("--show", "logits", "--text", TEXT, "--loss", "start:1").failed(3, "not a logit");
    heads("--show", "logits", "--text", TEXT, "--loss", "logit:0,1", "--token", "1")
        .failed(2, "--token");
  }
}

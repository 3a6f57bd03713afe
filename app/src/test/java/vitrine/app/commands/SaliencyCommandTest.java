package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

final class SaliencyCommandTest {
  private static final String TEXT = "the red cat saw a bird . the red";

  @TempDir Path dir;

  private static Cli saliency(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("saliency"), Arrays.stream(options)).toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  @Test
  void should_have_the_fixed_form_when_json() {
    JsonNode document = saliency("--text", TEXT, "--target", "logit:-1,5", "--json").json();
    assertEquals(9, document.get("tokens").size());
    assertEquals(9, document.get("scores").size());
    assertEquals("Ġred", document.get("tokens").get(1).stringValue());
    assertEquals("logit", document.get("target").get("kind").stringValue());
    assertEquals(8, document.get("target").get("position").intValue(), "from the start");
    assertEquals(5, document.get("target").get("id").intValue());
    assertEquals("gradient-x-input", document.get("method").get("name").stringValue());
    assertEquals("embed", document.get("method").get("site").stringValue());
  }

  @Test
  void should_be_what_run_gives_when_gradients_are_compared() {
    saliency(
            "--text",
            TEXT,
            "--target",
            "diff:-1,5,7",
            "--method",
            "gradient-l2",
            "--out",
            file("a.npy"))
        .done();
    Cli.run(
            "run",
            "--text",
            TEXT,
            "--loss",
            "diff:-1,5,7",
            "--gradient",
            "embed",
            "--out",
            file("run"))
        .done();
    NpyArray ours = Npy.read(dir.resolve("a.npy"));
    NpyArray theirs = Npy.read(dir.resolve("run").resolve("grad.embed.npy"));
    assertEquals("(9)", ours.shapeText().replace(",)", ")"));
    int width = theirs.values().length / 9;
    for (int t = 0; t < 9; t++) {
      double squares = 0;
      for (int i = t * width; i < (t + 1) * width; i++) {
        squares += (double) theirs.values()[i] * theirs.values()[i];
      }
      assertEquals(Math.sqrt(squares), ours.values()[t], 1e-6 * Math.sqrt(squares), "token " + t);
    }
  }

  @Test
  void should_repeat_the_gradient_when_the_plan_is_taken_from_json() {
    saliency("--text", TEXT, "--out", file("a.json")).done();
    Cli.run("run", "--text", TEXT, "--plan", file("a.json"), "--out", file("again")).done();
    assertTrue(Files.exists(dir.resolve("again").resolve("grad.embed.npy")));
  }

  @Test
  void should_answer_for_every_method_when_asked() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    for (String method :
        List.of(
            "gradient-l2",
            "gradient-l1",
            "gradient-x-input",
            "integrated-gradients",
            "occlusion",
            "rollout",
            "lrp")) {
      JsonNode gpt2 = saliency("--text", TEXT, "--method", method, "--json").json();
      assertEquals(method, gpt2.get("method").get("name").stringValue());
      assertEquals(9, gpt2.get("scores").size());
      JsonNode masked =
          saliency(
                  "--model",
                  bert.toString(),
                  "--text",
                  "the [MASK] sat",
                  "--pair",
                  "on the mat",
                  "--method",
                  method,
                  "--words",
                  "--json")
              .json();
      assertEquals(9, masked.get("scores").size(), method);
      assertEquals(2, masked.get("target").get("position").intValue());
      assertEquals(9, masked.get("words").size());
    }
  }

  @Test
  void should_tell_the_gap_when_gradients_are_integrated() {
    JsonNode fixed =
        saliency(
                "--text",
                TEXT,
                "--method",
                "integrated-gradients",
                "--steps",
                "5",
                "--rule",
                "midpoint",
                "--baseline",
                "mean",
                "--json")
            .json();
    JsonNode account = fixed.get("account");
    assertEquals(5, account.get("steps").intValue());
    double sum = fixed.get("scores").valueStream().mapToDouble(JsonNode::doubleValue).sum();
    double whole =
        fixed.get("target").get("value").doubleValue()
            - account.get("baseline_value").doubleValue();
    assertEquals(sum - whole, account.get("gap").doubleValue(), 1e-9);
    JsonNode until =
        saliency(
                "--text", TEXT, "--method", "integrated-gradients", "--tolerance", "0.01", "--json")
            .json();
    assertTrue(until.get("account").get("within_tolerance").booleanValue());
  }

  @Test
  void should_explain_every_new_token_when_generating() {
    JsonNode document = saliency("--text", TEXT, "--generate", "3", "--json").json();
    int tokens = document.get("tokens").size();
    int targets = document.get("target").size();
    assertEquals(9 + targets, tokens);
    assertEquals(targets, document.get("scores").size());
    for (int i = 0; i < targets; i++) {
      JsonNode row = document.get("scores").get(i);
      assertEquals(tokens, row.size());
      assertEquals(8 + i, document.get("target").get(i).get("position").intValue());
      assertEquals(
          document.get("ids").get(9 + i).intValue(),
          document.get("target").get(i).get("id").intValue());
      assertEquals(0, row.get(9 + i).doubleValue(), "nothing hangs on what comes later");
    }
    JsonNode alone =
        saliency(
                "--text",
                TEXT,
                "--target",
                document.get("target").get(0).get("text").stringValue(),
                "--json")
            .json();
    for (int t = 0; t < 9; t++) {
      assertEquals(
          alone.get("scores").get(t).doubleValue(),
          document.get("scores").get(0).get(t).doubleValue(),
          1e-5);
    }
  }

  @Test
  void should_have_an_object_a_text_when_there_are_several() throws IOException {
    Path input = dir.resolve("texts.jsonl");
    Files.writeString(input, "{\"text\":\"the red cat\"}\n{\"ids\":[1,2,3,4]}\n");
    JsonNode document = saliency("--input", input.toString(), "--faithfulness", "--json").json();
    assertEquals(2, document.get("texts").size());
    JsonNode second = document.get("texts").get(1);
    assertEquals(4, second.get("scores").size());
    assertTrue(second.get("faithfulness").has("comprehensiveness_aopc"));
    assertFalse(document.has("scores"));
  }

  @Test
  void should_leave_tokens_out_in_both_ways_when_occluding() {
    for (String way : List.of("replace", "remove")) {
      JsonNode document =
          saliency("--text", TEXT, "--method", "occlusion", "--occlude", way, "--json").json();
      assertEquals(9, document.get("scores").size());
      assertEquals(way, document.get("method").get("way").stringValue());
    }
    saliency("--text", TEXT, "--method", "occlusion", "--replacement", " cat", "--json").done();
  }

  @Test
  void should_be_the_same_to_the_bit_when_threads_differ() {
    String[] options = {"--text", TEXT, "--method", "integrated-gradients", "--json", "--threads"};
    String one = saliency(with(options, "1")).done().out();
    assertEquals(one, saliency(with(options, "3")).done().out());
  }

  private static String[] with(String[] options, String last) {
    return Stream.concat(Arrays.stream(options), Stream.of(last)).toArray(String[]::new);
  }

  @Test
  void should_draw_and_write_every_form_when_asked() {
    String text = saliency("--text", TEXT).done().out();
    assertTrue(text.startsWith("What logit:8,"), text);
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.png", "a.html")) {
      saliency("--text", TEXT, "--generate", "2", "--out", file(name)).done();
      assertTrue(Files.exists(dir.resolve(name)));
    }
  }

  @Test
  void should_be_refused_with_the_way_out_when_called_wrongly() throws IOException {
    saliency("--text", TEXT, "--method", "gradient").failed(2, "--method", "gradient-l");
    saliency("--text", TEXT, "--steps", "5").failed(2, "--steps", "integrated-gradients");
    saliency("--text", TEXT, "--target", "next").failed(3, "logit:POS,ID");
    saliency("--text", TEXT, "--target", "logit").failed(2, "logit:POS,ID");
    saliency("--text", TEXT, "--target", "logit:9,5").failed(3, "out of range");
    saliency("--text", TEXT, "--target", "logit:0,99999").failed(3, "token 99999");
    saliency("--text", TEXT, "--target", "class:0").failed(3, "lm");
    saliency("--text", TEXT, "--generate", "2", "--target", "logit:0,1").failed(2, "--generate");
    saliency("--text", TEXT, "--at", "blocks.0.attn.pattern").failed(3, "--at", "embed");
    saliency("--text", TEXT, "--method", "integrated-gradients", "--baseline", "pad")
        .failed(3, "padding token");
    saliency("--text", TEXT, "--method", "integrated-gradients", "--baseline", file("no.npy"))
        .failed(3, "no such file");
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    saliency("--model", bert.toString(), "--text", "the cat").failed(3, "0 masks", "--target");
    saliency("--model", bert.toString(), "--text", "the cat", "--generate", "2").failed(3, "GPT-2");
  }
}

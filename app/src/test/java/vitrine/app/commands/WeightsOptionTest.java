package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;

/** {@code --weights}: who takes it, and what it tells. */
final class WeightsOptionTest {
  private static final String TEXT = "the red cat saw a green bird . the red";

  @TempDir Path dir;

  @Test
  void should_continue_as_in_f32_when_weights_are_rounded() {
    for (String weights : List.of("f32", "bf16", "int8")) {
      String out =
          Cli.run("generate", "--text", TEXT, "--max-new", "5", "--weights", weights).done().out();
      assertEquals(TEXT + " cat saw a green bird\n", out, weights);
    }
  }

  @Test
  void should_name_the_precision_when_a_run_is_kept() throws IOException {
    String out = dir.resolve("run").toString();
    Cli run =
        Cli.run(
            "run",
            "--text",
            TEXT,
            "--loss",
            "next",
            "--gradient",
            "embed",
            "--weights",
            "int8",
            "--out",
            out);
    assertTrue(run.done().out().contains("matrices in int8"), run.out());
    JsonNode document =
        JsonMapper.builder().build().readTree(Files.readString(dir.resolve("run/run.json")));
    assertEquals("int8", document.get("engine").get("weights").stringValue());
  }

  @Test
  void should_report_what_is_lost_when_rounded_weights_are_evaluated() throws IOException {
    Path text = Files.writeString(dir.resolve("text"), (TEXT + " . ").repeat(20));
    String[] call = {"evaluate", "--text", text.toString(), "--length", "32", "--weights", "bf16"};
    String human = Cli.run(call).done().out();
    assertTrue(human.contains("in bf16") && human.contains("difference"), human);
    List<JsonNode> events =
        Cli.run(append(call, "--json"))
            .done()
            .out()
            .lines()
            .map(line -> JsonMapper.builder().build().readTree(line))
            .toList();
    List<String> begun =
        events.stream()
            .filter(event -> event.get("event").stringValue().equals("started"))
            .map(event -> event.get("weights").stringValue())
            .toList();
    assertEquals(List.of("f32", "bf16"), begun);
    JsonNode done = events.getLast();
    double f32 =
        Cli.run("evaluate", "--text", text.toString(), "--length", "32", "--json")
            .lastEvent()
            .get("loss")
            .doubleValue();
    assertEquals(f32, done.get("f32").get("loss").doubleValue());
    assertEquals(
        done.get("loss").doubleValue() - f32, done.get("difference").get("loss").doubleValue());
    assertEquals("bf16", done.get("weights").stringValue());
  }

  @Test
  void should_keep_both_and_go_on_with_the_same_only_when_an_evaluation_is_kept()
      throws IOException {
    Path text = Files.writeString(dir.resolve("text"), (TEXT + " . ").repeat(20));
    String out = dir.resolve("kept").toString();
    String[] call = {"evaluate", "--text", text.toString(), "--length", "32", "--out", out};
    Cli.run(append(call, "--weights", "int8")).done();
    JsonNode document =
        JsonMapper.builder()
            .build()
            .readTree(Files.readString(dir.resolve("kept/evaluation.json")));
    assertEquals("int8", document.get("of").get("weights").stringValue());
    assertTrue(document.get("difference").get("loss").isNumber());
    Cli.run(append(call, "--weights", "int8", "--resume")).done();
    Cli.run(append(call, "--weights", "bf16", "--resume"))
        .failed(3, "weights: \"bf16\"; expected \"int8\"");
  }

  private static String[] append(String[] call, String... more) {
    String[] all = java.util.Arrays.copyOf(call, call.length + more.length);
    System.arraycopy(more, 0, all, call.length, more.length);
    return all;
  }

  @Test
  void should_refuse_when_there_are_no_such_weights_or_they_are_to_be_trained() {
    for (String command : List.of("generate", "fill-mask", "run", "evaluate")) {
      Cli.run(command, "--text", "a", "--weights", "int4")
          .failed(2, "--weights: int4; expected f32, bf16 or int8");
    }
    String out = dir.resolve("refused").toString();
    Cli.run("train", "--weights", "int8", "--out", out).failed(2, "--weights");
    Cli.run("fine-tune", "--weights", "int8", "--out", out).failed(2, "--weights");
    Cli.run(
            "run",
            "--text",
            TEXT,
            "--loss",
            "next",
            "--gradient",
            "params",
            "--weights",
            "int8",
            "--out",
            out)
        .failed(3, "gradient params", "weights in int8; expected f32");
    assertFalse(Files.exists(dir.resolve("refused")));
  }
}

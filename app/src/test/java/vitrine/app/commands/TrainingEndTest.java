package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.app.Main;

/** How a training ends, and what is said of it. */
final class TrainingEndTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path dir;

  private String[] call(String... more) throws IOException {
    String text =
        Files.writeString(dir.resolve("text.txt"), "the red cat saw a green bird . ".repeat(40))
            .toString();
    List<String> call =
        new ArrayList<>(List.of("train", "--tokenizer", "induction-2l", "--text", text));
    call.addAll(List.of("--layers", "1", "--width", "8", "--heads", "2", "--length", "16"));
    call.addAll(Arrays.asList(more));
    return call.toArray(String[]::new);
  }

  /** Takes some bytes and is closed then, as {@code head} is. */
  private static final class Head extends OutputStream {
    private int left = 600;

    @Override
    public void write(int b) throws IOException {
      if (left-- <= 0) {
        throw new IOException("Broken pipe");
      }
    }
  }

  @Test
  void should_train_to_the_end_when_the_reader_of_the_events_goes() throws IOException {
    Path out = dir.resolve("out");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] call = call("--steps", "4", "--json", "--out", out.toString());
    int exit = Main.execute(List.of(call), InputStream.nullInputStream(), new Head(), err);
    String said = err.toString(StandardCharsets.UTF_8);
    assertEquals(0, exit, said);
    assertEquals(1, said.lines().filter(line -> line.contains("without events")).count(), said);
    long steps =
        Files.readAllLines(out.resolve("metrics.jsonl")).stream()
            .filter(line -> line.contains("\"event\":\"step\""))
            .count();
    assertEquals(4, steps);
    Cli.run("inspect", out.toString()).done();
  }

  @Test
  void should_report_the_step_that_was_kept_when_training_stops_early() throws IOException {
    Path out = dir.resolve("out");
    String[] wild = {
      "--steps",
      "6",
      "--learning-rate",
      "0.9",
      "--validation-share",
      "0.2",
      "--evaluate-every",
      "1",
      "--patience",
      "2",
      "--keep",
      "best",
      "--loss-limit",
      "0",
      "--out",
      out.toString()
    };
    String said = Cli.run(call(wild)).done().out();
    List<JsonNode> evaluations = new ArrayList<>();
    List<JsonNode> ends = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      JsonNode event = JSON.readTree(line);
      switch (event.get("event").stringValue()) {
        case "evaluation" -> evaluations.add(event);
        case "stopped" -> ends.add(event);
        default -> assertEquals(6, event.get("steps").intValue());
      }
    }
    assertEquals(1, ends.size());
    JsonNode stopped = ends.getFirst();
    assertEquals("patience", stopped.get("reason").stringValue());
    int best = stopped.get("best_step").intValue();
    assertTrue(best < evaluations.size(), evaluations.toString());
    String loss =
        String.format(Locale.ROOT, "%.4f", evaluations.get(best - 1).get("loss").doubleValue());
    assertTrue(said.contains("stopped early: no better evaluation in 2"), said);
    assertTrue(said.contains("kept the weights of step " + best + ", the best"), said);
    assertTrue(said.contains("their validation: loss " + loss), said);
    // From the metrics: a later session knows it too.
    String again = Cli.run("train", "--out", out.toString(), "--resume").done().out();
    assertTrue(again.contains("their validation: loss " + loss), again);
    List<String> events =
        Cli.run("train", "--out", out.toString(), "--resume", "--json")
            .done()
            .out()
            .lines()
            .toList();
    JsonNode done = JSON.readTree(events.getLast());
    assertEquals(best, done.get("kept").intValue());
    assertEquals(
        evaluations.get(best - 1).get("loss").doubleValue(),
        done.get("validation").get("loss").doubleValue());
  }

  /** Every key that is printed stands in the help, and in the order of the help. */
  @Test
  void should_document_every_event_when_help_is_asked_for() throws IOException {
    String out = dir.resolve("out").toString();
    String[] call = call("--steps", "2", "--validation-share", "0.2", "--json", "--out", out);
    List<String> lines = Cli.run(call).done().out().lines().toList();
    int keys = 0;
    for (String command : List.of("train", "fine-tune")) {
      String help = Cli.run("help", command).done().out();
      for (String line : lines) {
        JsonNode event = JSON.readTree(line);
        String name = event.get("event").stringValue();
        int from = help.indexOf("{\"event\":\"" + name + "\"");
        assertTrue(from >= 0, name + " in " + help);
        for (String key : event.propertyNames()) {
          if (!key.equals("perplexity")) {
            int at = help.indexOf("\"" + key + "\":", from);
            assertTrue(at >= 0, name + ": " + key);
            from = at;
            keys++;
          }
        }
      }
    }
    assertTrue(keys > 80, keys + " keys");
  }
}

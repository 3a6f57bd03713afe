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
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

final class AblateCommandTest {
  private static final List<String> TEXTS =
      List.of(
          "the red cat saw a bird . the red cat",
          "a green bird saw the cat . a green bird",
          "the cat saw a bird . the cat",
          "a bird saw the red cat . a bird");

  @TempDir Path dir;

  private static Cli ablate(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("ablate"), Arrays.stream(options)).toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  private String texts() throws IOException {
    Path file = dir.resolve("texts.jsonl");
    Files.write(file, TEXTS.stream().map(text -> "{\"text\":\"" + text + "\"}").toList());
    return file.toString();
  }

  private JsonNode read(String name) throws IOException {
    return JsonMapper.builder().build().readTree(Files.readString(dir.resolve(name)));
  }

  /** The logit that a variant is measured by, in its result and in a run by its plan. */
  private void repeats(String edit, String plan) throws IOException {
    String name = edit.replace(':', '-');
    List<String> reference = edit.equals("reference") ? List.of("--reference", texts()) : List.of();
    List<String> options =
        List.of(
            "--input",
            texts(),
            "--edit",
            edit,
            "--metric",
            "logit:-1,258",
            "--batch",
            "2",
            "--keep",
            file(name),
            "--out",
            file(name + ".json"));
    ablate(Stream.concat(options.stream(), reference.stream()).toArray(String[]::new)).done();
    JsonNode document = read(name + ".json");
    JsonNode head = document.get("effects").get(1);
    assertEquals("L0H1", head.get("name").stringValue());
    double sum = 0;
    for (int portion = 0; portion < 2; portion++) {
      String at = file(name + "/run" + portion);
      Cli.run(
              "run",
              "--plan",
              file(name + "/plans/" + plan.formatted(portion)),
              "--input",
              file(name + "/texts." + portion + ".jsonl"),
              "--out",
              at)
          .done();
      NpyArray logits = Npy.read(Path.of(at, "logits.npy"));
      int length = (int) logits.shape()[1];
      int width = (int) logits.shape()[2];
      for (int text = 0; text < 2; text++) {
        int place = document.get("portions").get(portion).get("texts").get(text).intValue();
        int last = document.get("texts").get(place).get("ids").size() - 1;
        sum += logits.values()[(text * length + last) * width + 258];
      }
    }
    assertEquals(sum / 4, head.get("value").get("estimate").doubleValue());
  }

  @Test
  void should_have_the_bits_of_a_run_by_the_plan_when_it_is_kept() throws IOException {
    repeats("reference", "L0H1.json");
    repeats("resample", "L0H1.%d.json");
  }

  @Test
  void should_name_what_was_meant_when_a_word_is_wrong() {
    ablate("--ids", "1,2", "--of", "head").failed(2, "--of: head; expected heads perhaps");
    ablate("--ids", "1,2", "--sets", "pair").failed(2, "expected pairs perhaps");
    ablate("--ids", "1,2", "--edit", "zeros").failed(3, "'zeros'; expected zero, mean");
    ablate("--ids", "1,2", "--which", "7").failed(3, "head 7: out of range; expected 0 to 3");
    ablate("--ids", "1,2", "--of", "neurons", "--which", "99999").failed(3, "neuron 99999");
    ablate("--ids", "1,2", "--layers", "2").failed(3, "layer 2: out of range; expected 0 to 1");
    ablate("--ids", "1,2", "--metric", "accuracy").failed(3, "'lm'; expected sequence, tokens");
    ablate("--ids", "1,2", "--edit", "reference").failed(3, "Add --reference FILE");
    ablate("--ids", "1,2", "--labels", "a,b").failed(2, "--labels: given without --data");
    ablate("--ids", "1,2", "--data", file("x.tsv")).failed(2, "expected one of them");
  }

  @Test
  void should_write_every_form_when_the_ending_says_so() throws IOException {
    String texts = texts();
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.html")) {
      ablate("--input", texts, "--sets", "cumulative", "--out", file(name)).done();
    }
    assertEquals("(2,4)", Npy.read(dir.resolve("a.npy")).shapeText());
    String csv = Files.readString(dir.resolve("a.csv"));
    assertTrue(csv.startsWith("off,components,layer,place,texts,loss (nats),low,high,"), csv);
    assertEquals(1 + 8 + 16, csv.lines().count());
    assertTrue(Files.readString(dir.resolve("a.svg")).contains("in random order"));
  }

  @Test
  void should_measure_what_evaluate_does_when_data_is_labelled() throws IOException {
    String bert = TinyModels.bert(dir.resolve("bert"), "BertForSequenceClassification").toString();
    Path data = dir.resolve("data.tsv");
    Files.write(
        data,
        List.of(
            "sentence\tlabel",
            "the cat sat\tgood",
            "on the mat\tbad",
            "cats\tso so",
            "the mat sat .\tgood",
            "the cats sat on the mat .\tbad"));
    List<String> lines =
        Cli.run("evaluate", "--model", bert, "--data", data.toString(), "--json")
            .done()
            .out()
            .lines()
            .toList();
    JsonNode expected = JsonMapper.builder().build().readTree(lines.getLast());
    for (String metric : List.of("accuracy", "f1", "matthews", "loss")) {
      JsonNode found =
          ablate("--model", bert, "--data", data.toString(), "--metric", metric, "--json").json();
      assertEquals(
          expected.get(metric).doubleValue(),
          found.get("clean").get("estimate").doubleValue(),
          1e-6,
          metric);
      assertEquals(4, found.get("effects").size());
    }
    ablate("--model", bert, "--data", data.toString(), "--metric", "spearman")
        .failed(3, "the model gives 3 classes; expected accuracy, f1 or matthews");
    ablate("--data", data.toString()).failed(3, "expected one for labels: sequence, tokens or qa");
  }
}

package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  private String bert(String architecture) throws IOException {
    return TinyModels.bert(dir.resolve(architecture), architecture).toString();
  }

  private String lines(String name, String... lines) throws IOException {
    return Files.write(dir.resolve(name), List.of(lines)).toString();
  }

  @Test
  void should_name_the_label_when_the_model_has_no_such_class() throws IOException {
    String bert = bert("BertForSequenceClassification");
    for (String metric : List.of("accuracy", "f1", "matthews", "loss")) {
      for (String[] wrong :
          new String[][] {{"7", "label 7"}, {"-1", "label -1"}, {"1.7", "label 1.7"}}) {
        String input =
            lines(
                "labels.jsonl",
                "{\"ids\":[2,5,6,3],\"labels\":1}",
                "{\"ids\":[2,3],\"labels\":" + wrong[0] + "}");
        ablate("--model", bert, "--input", input, "--metric", metric)
            .failed(3, "example 1: " + wrong[1] + "; expected a class", "from 0 to 2, or -100");
      }
    }
    String tokens = bert("BertForTokenClassification");
    String words =
        lines(
            "words.jsonl",
            "{\"ids\":[2,5,6,3],\"labels\":[-100,1,0,-100]}",
            "{\"ids\":[2,5,3],\"labels\":[-100,3,-100]}");
    ablate("--model", tokens, "--input", words, "--metric", "f1")
        .failed(3, "example 1: label 3; expected a class, a whole number from 0 to 2");
  }

  @Test
  void should_leave_out_what_has_no_label_that_counts() throws IOException {
    String bert = bert("BertForSequenceClassification");
    String input =
        lines(
            "labels.jsonl",
            "{\"ids\":[2,5,6,3],\"labels\":1}",
            "{\"ids\":[2,6,3],\"labels\":-100}",
            "{\"ids\":[2,3],\"labels\":0}");
    for (String metric : List.of("accuracy", "f1", "matthews", "loss")) {
      for (String batch : List.of("1", "2", "16")) {
        JsonNode found =
            ablate(
                    "--model",
                    bert,
                    "--input",
                    input,
                    "--metric",
                    metric,
                    "--batch",
                    batch,
                    "--json")
                .json();
        assertEquals("[1]", found.get("left_out").toString());
        assertEquals(2, found.get("clean").get("n").intValue());
      }
    }
    String words =
        lines(
            "words.jsonl",
            "{\"ids\":[2,5,6,3],\"labels\":[-100,1,0,-100]}",
            "{\"ids\":[2,5,3],\"labels\":[-100,-100,-100]}",
            "{\"ids\":[2,6,3],\"labels\":[-100,2,-100]}");
    JsonNode found =
        ablate(
                "--model",
                bert("BertForTokenClassification"),
                "--input",
                words,
                "--metric",
                "accuracy",
                "--json")
            .json();
    assertEquals("[1]", found.get("left_out").toString());
    assertTrue(found.get("notes").toString().contains("exchanging the answers"), found.toString());
  }

  @Test
  void should_test_right_and_wrong_by_the_sign_test_when_one_label_a_text() throws IOException {
    String bert = bert("BertForSequenceClassification");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      texts.add("{\"ids\":[2,%d,%d,3],\"labels\":%d}".formatted(5 + i % 6, 5 + i / 6, i % 3));
    }
    String input = lines("many.jsonl", texts.toArray(String[]::new));
    JsonNode found =
        ablate(
                "--model",
                bert,
                "--input",
                input,
                "--metric",
                "accuracy",
                "--of",
                "layers",
                "--json")
            .json();
    int tested = 0;
    for (JsonNode effect : found.get("effects")) {
      if (!effect.get("p").isNull()) {
        tested++;
        assertEquals("sign", effect.get("test").stringValue());
        assertTrue(effect.get("exact").booleanValue());
        assertTrue(effect.get("p").doubleValue() > 0);
      }
    }
    assertTrue(tested > 0);
  }

  @Test
  void should_put_the_head_on_that_was_asked_for_when_task() throws IOException {
    String bert = bert("BertForMaskedLM");
    JsonNode found =
        ablate(
                "--model",
                bert,
                "--task",
                "sequence",
                "--ids",
                "2,5,6,3",
                "--metric",
                "prob:0,1",
                "--json")
            .json();
    assertEquals("sequence", found.get("engine").get("task").stringValue());
    ablate("--model", bert, "--task", "encode", "--ids", "2,5,6,3")
        .failed(3, "Choose another loss or --task");
    ablate("--ids", "1,2", "--task", "lmm").failed(2, "--task: lmm; expected");
  }

  @Test
  void should_leave_nothing_behind_when_the_reference_is_bad() throws IOException {
    String bad = lines("bad.jsonl", "{\"ids\":[1,99999]}");
    Path kept = dir.resolve("kept");
    String[] options = {
      "--input", texts(), "--edit", "reference", "--keep", kept.toString(), "--reference"
    };
    List<String> call = new ArrayList<>(List.of(options));
    call.add(bad);
    ablate(call.toArray(String[]::new)).failed(3, "99999");
    assertFalse(Files.exists(kept));
    call.set(call.size() - 1, texts());
    ablate(call.toArray(String[]::new)).done();
    assertTrue(Files.exists(kept.resolve("means/L0H1.npy")));
    assertTrue(Files.exists(kept.resolve("plans/L0H1.json")));
  }

  @Test
  void should_refuse_before_a_run_when_nothing_can_be_measured() throws IOException {
    ablate("--ids", "1,2", "--edit", "resample").failed(3, "no other text to take values from");
    ablate("--ids", "1").failed(3, "asks nothing of any of these texts");
    ablate("--ids", "1,2", "--order", "effect")
        .failed(2, "--order: given without --sets cumulative");
    ablate("--ids", "1,2", "--sets", "cumulative", "--of", "mlp", "--order", "importance")
        .failed(3, "expected heads");
    ablate("--ids", "1,2", "--reference", texts()).failed(2, "--reference: given without");
    String one = lines("one.jsonl", "{\"ids\":[1]}", "{\"ids\":[1,2,3]}");
    JsonNode found = ablate("--input", one, "--batch", "1", "--json").json();
    assertEquals("[0]", found.get("left_out").toString());
  }

  @Test
  void should_call_a_values_loss_by_its_name_when_regression() throws IOException {
    Path data = dir.resolve("values.tsv");
    Files.write(data, List.of("sentence\tscore", "the cat\t0.5", "the mat\t1.25", "cats sat\t2.5"));
    Path model = dir.resolve("value");
    Cli.run(
            "fine-tune",
            "--model",
            bert("BertForMaskedLM"),
            "--data",
            data.toString(),
            "--task",
            "regression",
            "--steps",
            "1",
            "--out",
            model.toString())
        .done();
    ablate("--model", model.toString(), "--data", data.toString(), "--out", file("v.csv")).done();
    String csv = Files.readString(dir.resolve("v.csv"));
    assertTrue(csv.startsWith("off,components,layer,place,texts,squared error,"), csv);
    JsonNode spearman =
        ablate(
                "--model",
                model.toString(),
                "--data",
                data.toString(),
                "--metric",
                "spearman",
                "--json")
            .json();
    assertEquals(3, spearman.get("clean").get("n").intValue());
  }
}

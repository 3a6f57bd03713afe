package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.Cli;
import vitrine.app.training.Watched;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Frame;
import vitrine.engine.data.TokenBlocks;
import vitrine.engine.data.TokenIds;
import vitrine.engine.training.Watch;

final class FineTuneAndEvaluateTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path dir;
  private String bert = "";

  @BeforeEach
  void makeModel() throws IOException {
    bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content).toString();
  }

  /** Texts with a cat are good. */
  private String sentiment() throws IOException {
    return file(
        "sentiment.tsv",
        "sentence\tlabel\n" + "the cat sat.\tgood\nthe mat sat.\tbad\n".repeat(12));
  }

  private Cli tune(String data, String... more) {
    List<String> call = new ArrayList<>(List.of("fine-tune", "--model", bert, "--data", data));
    call.addAll(Arrays.asList(more));
    return Cli.run(call.toArray(String[]::new));
  }

  private Cli evaluate(Path model, String data, String... more) {
    List<String> call =
        new ArrayList<>(List.of("evaluate", "--model", model.toString(), "--data", data));
    call.addAll(Arrays.asList(more));
    return Cli.run(call.toArray(String[]::new));
  }

  @Test
  void should_tell_classes_apart_when_it_is_fine_tuned_on_them() throws IOException {
    Path out = dir.resolve("out");
    String data = sentiment();
    tune(
            data,
            "--learning-rate",
            "0.03",
            "--epochs",
            "15",
            "--dropout",
            "0",
            "--validation",
            data,
            "--measure",
            "accuracy",
            "--keep",
            "best",
            "--out",
            out.toString())
        .done();
    JsonNode measured = evaluate(out, data, "--json").lastEvent();
    assertEquals("sequence", measured.get("task").stringValue());
    assertEquals(24, measured.get("examples").intValue());
    assertEquals(1.0, measured.get("accuracy").doubleValue());
    assertEquals(1.0, measured.get("matthews").doubleValue());
    JsonNode config = JSON.readTree(Files.readString(out.resolve("config.json")));
    assertEquals("good", config.get("id2label").get("1").stringValue());
    Path run = dir.resolve("run");
    Cli.run("run", "--model", out.toString(), "--text", "the cat", "--out", run.toString()).done();
    String human = evaluate(out, data).done().out();
    assertTrue(human.contains("accuracy"), human);
  }

  @Test
  void should_end_with_the_same_bits_when_fine_tuning_stops_in_between() throws IOException {
    String data = sentiment();
    Path whole = dir.resolve("whole");
    tune(data, "--steps", "4", "--limit", "10", "--batch", "4", "--out", whole.toString()).done();
    Path parts = dir.resolve("parts");
    tune(
            data,
            "--steps",
            "4",
            "--limit",
            "10",
            "--batch",
            "4",
            "--minutes",
            "1e-9",
            "--out",
            parts.toString())
        .done();
    Cli.run("fine-tune", "--out", parts.toString(), "--resume").done();
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("model.safetensors")),
        Files.readAllBytes(parts.resolve("model.safetensors")));
    JsonNode recipe = JSON.readTree(Files.readString(parts.resolve("recipe.json")));
    assertEquals(10, recipe.get("limit").intValue());
    // The examples are others now.
    file("sentiment.tsv", "sentence\tlabel\nthe mat\tgood\nthe cat\tbad\n");
    Cli.run("fine-tune", "--out", parts.toString(), "--resume").failed(3, "resume: training data");
  }

  /** Out of time: the best of two evaluations, the second of which the recipe does not have. */
  @Test
  void should_keep_the_best_weights_when_time_is_up() throws IOException {
    String data = sentiment();
    Path out = dir.resolve("out");
    String[] options = {
      "--steps",
      "4",
      "--batch",
      "4",
      "--validation",
      data,
      "--keep",
      "best",
      "--measure",
      "accuracy",
      "--evaluate-every",
      "3",
      "--minutes",
      "1e-9",
      "--json",
      "--out",
      out.toString()
    };
    List<JsonNode> events = tune(data, options).done().out().lines().map(JSON::readTree).toList();
    List<String> names = events.stream().map(each -> each.get("event").stringValue()).toList();
    assertEquals(
        List.of("started", "checkpoint", "step", "checkpoint", "evaluation"),
        names.subList(names.indexOf("started"), names.size() - 2).stream()
            .filter(name -> !name.equals("stopped"))
            .toList(),
        names.toString());
    JsonNode done = events.getLast();
    assertEquals("time", done.get("reason").stringValue());
    assertEquals(1, done.get("kept").intValue());
    assertTrue(done.get("validation").get("accuracy").isNumber());
    evaluate(out, data).done();
    Cli.run("fine-tune", "--out", out.toString(), "--resume").done();
  }

  @Test
  void should_refuse_at_once_when_a_measure_does_not_suit_the_task() throws IOException {
    String data = sentiment();
    Path out = dir.resolve("out");
    tune(data, "--validation", data, "--measure", "pearson", "--out", out.toString())
        .failed(3, "measure: pearson", "loss, accuracy, f1, matthews");
    assertFalse(Files.exists(out));
  }

  @Test
  void should_foresee_the_masks_of_dropout_when_the_recipe_has_another_rate() throws IOException {
    String data = sentiment();
    List<String> said = new ArrayList<>();
    for (String rate : List.of("0", "0.1")) {
      String out = dir.resolve("out-" + rate).toString();
      String notes = tune(data, "--steps", "1", "--dropout", rate, "--out", out).done().err();
      said.add(notes.lines().filter(line -> line.contains("memory: ")).findFirst().orElseThrow());
    }
    assertNotEquals(said.get(0), said.get(1));
  }

  @Test
  void should_count_the_best_weights_when_room_on_the_disk_is_foreseen() {
    assertEquals(4 * 100 * (2 * 3 + 1), TrainingRun.diskBytes(100, Watch.Keep.LAST, 2));
    assertEquals(4 * 100 * (2 * 3 + 2 + 1), TrainingRun.diskBytes(100, Watch.Keep.BEST, 2));
    assertEquals(4 * 100 * (3 + 1 + 1), TrainingRun.diskBytes(100, Watch.Keep.BEST, 1));
  }

  @Test
  void should_tell_how_many_were_read_when_they_are_read_in_another_order() {
    List<Integer> told = new ArrayList<>();
    Examples examples =
        new Watched(new TokenBlocks(TokenIds.of(1, 2, 3, 4, 5, 6), Frame.NONE, 2), told::add);
    for (int index : new int[] {2, 0, 1}) {
      assertEquals(2, examples.length(index));
      examples.get(index, 0);
    }
    assertEquals(List.of(1, 2, 3), told);
  }

  @Test
  void should_measure_what_suits_the_task_when_values_words_and_answers_are_learned()
      throws IOException {
    String values =
        file(
            "values.tsv",
            """
            sentence1\tsentence2\tscore
            cat\tcat\t5
            cat\tmat\t1.5
            mat\tcats\t2
            """);
    Path value = dir.resolve("value");
    tune(values, "--task", "regression", "--steps", "2", "--out", value.toString()).done();
    JsonNode measured = evaluate(value, values, "--json").lastEvent();
    for (String key : List.of("loss", "pearson", "spearman", "squared_error")) {
      assertTrue(measured.has(key), key + " in " + measured);
    }
    String words =
        file(
            "words.jsonl",
            "{\"tokens\":[\"the\",\"cats\",\"sat\"],\"labels\":[\"O\",\"ANIMAL\",\"O\"]}\n"
                .repeat(3));
    Path word = dir.resolve("word");
    tune(words, "--task", "tokens", "--steps", "2", "--out", word.toString()).done();
    assertTrue(evaluate(word, words, "--json").lastEvent().has("accuracy"));
    String answers =
        file(
            "answers.jsonl",
            "{\"question\":\"the cat\",\"context\":\"sat on the mat\",\"answer\":\"mat\",\"start\":11}\n");
    Path answer = dir.resolve("answer");
    tune(answers, "--task", "qa", "--steps", "2", "--out", answer.toString()).done();
    assertTrue(evaluate(answer, answers, "--json").lastEvent().has("exact_match"));
  }

  @Test
  void should_print_events_when_an_evaluation_is_asked_for_json() throws IOException {
    Cli cli =
        Cli.run(
            "evaluate",
            "--text",
            file("text.txt", "the cat sat on the mat. ".repeat(40)),
            "--length",
            "16",
            "--json");
    assertEquals("", cli.done().err());
    List<JsonNode> events = cli.out().lines().map(JSON::readTree).toList();
    int examples = events.getFirst().get("examples").intValue();
    assertTrue(examples > 10, "examples: " + examples);
    List<String> expected = new ArrayList<>(List.of("started"));
    expected.addAll(Collections.nCopies(10, "progress"));
    expected.add("done");
    assertEquals(expected, events.stream().map(each -> each.get("event").stringValue()).toList());
    assertEquals(examples, events.get(10).get("done").intValue());
    assertEquals(examples, events.getLast().get("examples").intValue());
  }

  private List<String> lines(Path out) throws IOException {
    return Files.readAllLines(out.resolve("predictions.jsonl"));
  }

  /** What a killed process leaves: some lines, the last of them torn. */
  @Test
  void should_find_the_same_when_an_evaluation_goes_on() throws IOException {
    String answers =
        file(
            "answers.jsonl",
            "{\"question\":\"the cat\",\"context\":\"sat on the mat\",\"answer\":\"mat\",\"start\":11}\n"
                .repeat(12));
    String words =
        file(
            "words.jsonl",
            "{\"tokens\":[\"the\",\"cats\",\"sat\"],\"labels\":[\"O\",\"ANIMAL\",\"O\"]}\n"
                .repeat(12));
    String values =
        file("values.tsv", "sentence\tscore\n" + "cat\t5\nmat\t1.5\nthe cats\t2\n".repeat(4));
    String[][] tasks = {
      {"sequence", sentiment(), "accuracy"},
      {"regression", values, "pearson"},
      {"tokens", words, "f1"},
      {"qa", answers, "exact_match"}
    };
    for (String[] each : tasks) {
      Path model = dir.resolve("model-" + each[0]);
      tune(each[1], "--task", each[0], "--steps", "2", "--out", model.toString()).done();
      Path whole = dir.resolve("whole-" + each[0]);
      JsonNode done = evaluate(model, each[1], "--json", "--out", whole.toString()).lastEvent();
      JsonNode together = evaluate(model, each[1], "--json").lastEvent();
      assertEquals(done.get(each[2]).doubleValue(), together.get(each[2]).doubleValue(), 1e-12);
      assertEquals(done.get("loss").doubleValue(), together.get("loss").doubleValue(), 1e-6);
      List<String> lines = lines(whole);
      assertEquals(done.get("examples").intValue(), lines.size());
      assertTrue(JSON.readTree(lines.getLast()).has("prediction"), lines.getLast());
      Path killed = dir.resolve("killed-" + each[0]);
      Files.createDirectories(killed);
      ObjectNode begun =
          (ObjectNode) JSON.readTree(Files.readString(whole.resolve("evaluation.json")));
      begun.retain("of");
      Files.writeString(killed.resolve("evaluation.json"), begun.toString());
      Files.writeString(
          killed.resolve("predictions.jsonl"),
          String.join("\n", lines.subList(0, 5)) + "\n" + lines.get(5).substring(0, 9));
      Cli resumed = evaluate(model, each[1], "--json", "--resume", "--out", killed.toString());
      assertTrue(
          resumed
              .done()
              .out()
              .contains("{\"event\":\"started\",\"examples\":" + lines.size() + ",\"done\":5}"),
          resumed.out());
      assertEquals(done, resumed.lastEvent());
      assertEquals(lines, lines(killed));
      assertEquals(
          Files.readString(whole.resolve("evaluation.json")),
          Files.readString(killed.resolve("evaluation.json")));
      // All is done: nothing is run.
      assertEquals(
          done,
          evaluate(model, each[1], "--json", "--resume", "--out", killed.toString()).lastEvent());
    }
  }

  @Test
  void should_name_classes_and_count_tokens_when_it_keeps_what_it_finds() throws IOException {
    Path out = dir.resolve("found");
    String data = file("two.tsv", "sentence\tlabel\nthe cat\tgood\nthe mat\tbad\n");
    Cli.run(
            "evaluate",
            "--model",
            bert,
            "--task",
            "sequence",
            "--data",
            data,
            "--out",
            out.toString())
        .done();
    for (String line : lines(out)) {
      JsonNode found = JSON.readTree(line);
      assertTrue(List.of("bad", "good", "so so").contains(found.get("prediction").stringValue()));
      assertEquals(1, found.get("terms").intValue());
    }
    assertEquals("good", JSON.readTree(lines(out).getFirst()).get("label").stringValue());
    Path text = dir.resolve("text");
    Cli.run(
            "evaluate",
            "--text",
            file("text.txt", "the cat sat on the mat. ".repeat(9)),
            "--length",
            "8",
            "--out",
            text.toString())
        .done();
    JsonNode first = JSON.readTree(lines(text).getFirst());
    assertEquals(List.of("index", "loss", "terms"), List.copyOf(first.propertyNames()));
    assertEquals(7, first.get("terms").intValue());
  }

  @Test
  void should_say_so_when_an_evaluation_cannot_go_on() throws IOException {
    String data = sentiment();
    Path out = dir.resolve("found");
    List<String> call =
        List.of("evaluate", "--model", bert, "--task", "sequence", "--out", out.toString());
    call(call, "--data", data, "--resume").failed(3, "no evaluation to go on with");
    call(call, "--data", data, "--batch", "3").failed(2, "--batch: given with --out");
    assertFalse(Files.exists(out));
    call(call, "--data", data).done();
    call(call, "--data", data).failed(3, "holds an evaluation", "--resume");
    call(call, "--data", data, "--resume", "--limit", "3").failed(3, "data: ", "as the evaluation");
    call(call, "--data", data, "--resume", "--seed", "3").failed(3, "seed: 3; expected 0");
    Files.writeString(out.resolve("predictions.jsonl"), "{\"index\":7}\n");
    call(call, "--data", data, "--resume").failed(3, "not as an evaluation left it");
    Cli.run("evaluate", "--data", data, "--resume").failed(2, "--resume: given without --out");
    Path full = Files.createDirectory(dir.resolve("full"));
    Files.writeString(full.resolve("mine"), "mine");
    Cli.run("evaluate", "--data", data, "--out", full.toString()).failed(3, "not empty");
  }

  private static Cli call(List<String> call, String... more) {
    List<String> whole = new ArrayList<>(call);
    whole.addAll(Arrays.asList(more));
    return Cli.run(whole.toArray(String[]::new));
  }

  /** Sorted and cut: each file has one class, all together have two. */
  @Test
  void should_take_the_classes_of_all_files_when_each_has_one() throws IOException {
    String good = file("good.tsv", "sentence\tlabel\nthe cat\tgood\n");
    String bad = file("bad.tsv", "sentence\tlabel\nthe mat\tbad\n");
    Path out = dir.resolve("out");
    tune(good, bad, "--steps", "1", "--out", out.toString()).done();
    tune(good, good, "--steps", "1", "--out", dir.resolve("none").toString())
        .failed(3, "good.tsv, ", "every label is \"good\"", "at least two");
  }

  @Test
  void should_take_columns_by_number_when_a_file_has_no_header() throws IOException {
    String cola = file("cola.tsv", "x\t1\t\tthe cat\nx\t0\t*\tcat the\n");
    Path out = dir.resolve("out");
    tune(cola, "--columns", "4,2", "--steps", "1", "--out", out.toString()).done();
    assertTrue(evaluate(out, cola, "--columns", "4,2", "--json").lastEvent().has("matthews"));
  }

  @Test
  void should_name_the_line_and_leave_nothing_when_data_is_bad() throws IOException {
    String head = "sentence\tlabel\n";
    String longLine = head + "the cat\ta\n" + "cat ".repeat(30) + "\tb\n";
    String[][] wrong = {
      {"", "empty"},
      {head, "no examples"},
      {head + "the cat\tgood\nthe mat\tgood\n", "every label is \"good\"", "at least two"},
      {head + "the cat\tgood\n\tbad\n", "line 3", "an empty text"},
      {head + "the cat\n", "line 2: 1 column", "2, as the first line"},
      {head + "the cat\tgood\nthe mat\n", "line 3: 1 column"},
      {"words\tmood\nthe cat\tgood\n", "no header with known columns"},
      {longLine, "line 3: 32 tokens", "at most 16", "--truncate"},
      {"{\"text\":\"the cat\",\"label\":null}\n", "line 1", "a label"},
      {"{\"text\":", "line 1", "not valid JSON"},
    };
    Path out = dir.resolve("bad");
    for (String[] each : wrong) {
      String data = file("bad.tsv", each[0]);
      tune(data, "--out", out.toString()).failed(3, Arrays.copyOfRange(each, 1, each.length));
    }
    Files.write(dir.resolve("latin.tsv"), new byte[] {'s', (byte) 0xe9, '\t', 'x'});
    tune(dir.resolve("latin.tsv").toString(), "--out", out.toString()).failed(3, "not UTF-8");
    String data = sentiment();
    String other = file("other.tsv", head + "the cat\tgood\nthe mat\tawful\n");
    tune(data, "--validation", other, "--out", out.toString())
        .failed(3, "other.tsv: line 3", "label \"awful\"", "bad, good");
    tune(data, "--labels", "good,worse", "--out", out.toString())
        .failed(3, "label \"bad\"", "good, worse");
    tune(data, "--labels", "good,good", "--out", out.toString())
        .failed(2, "--labels: good,good", "twice");
    tune(data, "--task", "lm", "--out", out.toString()).failed(2, "--task: lm", "sequence");
    tune(data, "--columns", "sentence", "--out", out.toString())
        .failed(2, "--columns: sentence", "TEXT,LABEL");
    Cli.run("fine-tune", "--data", data, "--out", out.toString()).failed(2, "--model: missing");
    Cli.run("fine-tune", "--model", bert, "--out", out.toString()).failed(2, "--data: missing");
    assertFalse(Files.exists(out));
    tune(file("long.tsv", longLine), "--truncate", "--steps", "1", "--out", out.toString()).done();
  }

  @Test
  void should_say_in_one_line_when_evaluate_is_called_wrongly() throws IOException {
    String data = sentiment();
    String text = file("text.txt", "the cat sat on the mat");
    Cli.run("evaluate").failed(2, "neither --text nor --data");
    Cli.run("evaluate", "--text", text, "--data", data).failed(2, "--text and --data");
    Cli.run("evaluate", "--text", text, "--task", "x").failed(2, "--task: x");
    Cli.run("evaluate", "--data", data).failed(3, "task is 'lm'", "expected --text");
    String other = file("other.tsv", "sentence\tlabel\nthe cat\tawful\n");
    Cli.run("evaluate", "--model", bert, "--task", "sequence", "--data", other)
        .failed(3, "label \"awful\"", "bad, good, so so");
  }

  @Test
  void should_take_numbers_when_the_classes_of_a_model_have_no_names() throws IOException {
    Path model = TinyModels.bert(dir.resolve("nameless"), "BertForSequenceClassification");
    Path config = model.resolve("config.json");
    String named = Files.readString(config);
    Files.writeString(
        config,
        named.replaceAll(
            "\\{\"0\":.*\\}", "{\"0\":\"LABEL_0\",\"1\":\"LABEL_1\",\"2\":\"LABEL_2\"}}"));
    String data = file("numbers.tsv", "sentence\tlabel\nthe cat\t0\nthe mat\t2\n");
    Cli noted = evaluate(model, data).done();
    assertTrue(noted.err().contains("taken as 0 to 2"), noted.err());
    evaluate(model, data, "--labels", "2,1,0").done();
    evaluate(model, data, "--labels", "0,2").failed(3, "--labels: 2 names", "expected 3");
  }
}

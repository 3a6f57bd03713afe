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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.app.Cli;

/** What is said of labels and columns, and what is refused. */
final class LabelledOptionsTest {
  private static final String CLASSES =
      "sentence\tlabel\n" + "the cat sat.\t1\nthe mat sat.\t0\nthe cat.\t1\n".repeat(4);
  private static final String VALUES =
      "sentence1\tsentence2\tscore\n" + "cat\tcat\t5.000\ncat\tmat\t1.250\n".repeat(4);

  @TempDir Path dir;
  private String bert = "";
  private Path out = Path.of("");

  @BeforeEach
  void makeModel() throws IOException {
    bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
    out = dir.resolve("out");
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content).toString();
  }

  private Cli tune(String data, Path to, String... more) {
    List<String> call = new ArrayList<>(List.of("fine-tune", "--model", bert, "--data", data));
    call.addAll(Arrays.asList(more));
    call.addAll(List.of("--steps", "1", "--out", to.toString()));
    return Cli.run(call.toArray(String[]::new));
  }

  private Cli evaluate(Path model, String... more) {
    List<String> call = new ArrayList<>(List.of("evaluate", "--model", model.toString()));
    call.addAll(Arrays.asList(more));
    return Cli.run(call.toArray(String[]::new));
  }

  private static void noted(Cli cli, String note) {
    assertTrue(cli.err().contains("note: " + note), cli.err());
  }

  @Test
  void should_say_what_is_learned_when_labels_are_read() throws IOException {
    String classes = file("classes.tsv", CLASSES);
    noted(tune(classes, out).done(), "2 classes: 0 (4), 1 (8)");
    Cli given = tune(classes, dir.resolve("b"), "--labels", " 1, 0 ,2").done();
    noted(given, "3 classes: 1 (8), 0 (4), 2 (0)");
    Cli scores = tune(file("values.tsv", VALUES), dir.resolve("c")).done();
    noted(scores, "the labels are fractional numbers");
    assertTrue(scores.err().contains("--task regression"), scores.err());
    Cli values = tune(file("values.tsv", VALUES), dir.resolve("d"), "--task", "regression").done();
    assertFalse(values.err().contains("fractional"), values.err());
    Cli header = tune(classes, dir.resolve("e"), "--columns", "1,2").done();
    assertTrue(header.err().contains("line 1 reads like a header (sentence, label)"), header.err());
    noted(header, "3 classes: 0 (4), 1 (8), label (1)");
  }

  @Test
  void should_refuse_when_an_option_does_not_suit_the_task() throws IOException {
    String classes = file("classes.tsv", CLASSES);
    String values = file("values.tsv", VALUES);
    String words = file("words.jsonl", "{\"tokens\":[\"the\",\"cat\"],\"labels\":[\"O\",\"A\"]}\n");
    String[][] wrong = {
      {classes, "--columns: 1,1", "--columns", "1,1"},
      {classes, "--columns: label,label", "--columns", "label,label"},
      {classes, "--labels: 0,,1", "--labels", "0,,1"},
      {classes, "--labels: 0,0", "--labels", "0, 0"},
      {classes, "--labels: 0;", "--labels", "0"},
      {values, "--labels: [\"0\",\"1\"]", "--task", "regression", "--labels", "0,1"},
      {words, "--columns: 1,2", "--task", "tokens", "--columns", "1,2"},
      {classes, "--task: foo", "--task", "foo"},
      {classes, "--measure: accuracy", "--measure", "accuracy"},
    };
    for (String[] each : wrong) {
      tune(each[0], out, Arrays.copyOfRange(each, 2, each.length))
          .failed(2, "error: fine-tune: ", each[1]);
    }
    tune(classes, out, "--length", "17").failed(3, "length: 17 tokens", "16 positions");
    for (String number : List.of("4d", "0x1p3", "NaN", "1e999", "1,5")) {
      tune(
              file("bad.tsv", "sentence\tscore\nthe cat\t1\nthe mat\t" + number + "\n"),
              out,
              "--task",
              "regression")
          .failed(3, "bad.tsv: line 3", "value \"" + number + "\"", "a number");
    }
    tune(file("cola.tsv", "x\t1\t\tthe cat\nx\t0\t*\tcat the\n"), out)
        .failed(3, "no header with known columns", "--columns, as in 4,2");
    tune(dir.resolve("none.tsv").toString(), out).failed(3, "error: data: ", "no such file");
    assertFalse(Files.exists(out));
  }

  @Test
  void should_refuse_to_measure_something_else_when_the_task_is_not_the_models()
      throws IOException {
    String classes = file("classes.tsv", CLASSES);
    String values = file("values.tsv", VALUES);
    String text = file("text.txt", "the cat sat on the mat");
    tune(classes, out).done();
    Path value = dir.resolve("value");
    tune(values, value, "--task", "regression").done();
    evaluate(out, "--data", values, "--task", "regression")
        .failed(3, "--task regression: the model gives 2 classes", "--task sequence");
    evaluate(value, "--data", classes, "--task", "sequence")
        .failed(3, "--task sequence: the model gives one value", "--task regression");
    evaluate(value, "--data", values, "--labels", "0,1").failed(2, "--labels", "without classes");
    evaluate(out, "--data", classes, "--labels", "0,,1").failed(2, "--labels: 0,,1");
    evaluate(out, "--data", classes, "--columns", "2,2").failed(2, "--columns: 2,2");
    for (String[] each :
        List.of(
            new String[] {"--columns", "1,2"},
            new String[] {"--labels", "0,1"},
            new String[] {"--truncate"})) {
      List<String> more = new ArrayList<>(List.of("--text", text));
      more.addAll(Arrays.asList(each));
      evaluate(Path.of(bert), more.toArray(String[]::new))
          .failed(2, each[0] + ": given without --data", "expected both");
    }
    Path bare = TinyModels.bert(dir.resolve("bare"), "BertModel");
    evaluate(bare, "--data", classes).failed(3, "fine-tune the model first");
    evaluate(Path.of(bert), "--data", classes).failed(3, "fine-tune the model first");
    assertEquals(0, evaluate(out, "--data", classes, "--task", "sequence").exit());
  }
}

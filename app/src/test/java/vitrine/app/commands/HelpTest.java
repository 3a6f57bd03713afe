package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;

/** Every example that a help shows is run. */
final class HelpTest {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TempDir Path dir;

  @Test
  void should_succeed_when_the_examples_of_the_help_are_run() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    int run = 0;
    for (String command :
        List.of(
            "run",
            "generate",
            "fill-mask",
            "attention",
            "saliency",
            "lens",
            "neurons",
            "ablate",
            "heads",
            "patch",
            "compare",
            "tokenize",
            "train-tokenizer",
            "train",
            "fine-tune",
            "evaluate",
            "inspect",
            "models",
            "backends",
            "help")) {
      String help = Cli.run("help", command).done().out();
      List<String> examples =
          help.lines().filter(line -> line.startsWith("  vitrine ")).map(String::strip).toList();
      assertTrue(!examples.isEmpty(), command + " has no example:\n" + help);
      for (String example : examples) {
        Cli.run(arguments(example, bert)).done();
        run++;
      }
    }
    String overview = Cli.run("help").done().out();
    for (String example : overview.lines().filter(line -> line.startsWith("  vitrine ")).toList()) {
      Cli.run(arguments(example.strip(), bert)).done();
      run++;
    }
    assertTrue(run >= 25, "only " + run + " examples");
  }

  /**
   * As a shell splits them; results go into this test's directory and arrays come from there, a
   * model that is only a path is the tiny one, and a text is that file of the repository.
   */
  private String[] arguments(String example, Path bert) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(example);
    while (matcher.find()) {
      String word = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      boolean isOut =
          !words.isEmpty() && List.of("--out", "--save-prompts").contains(words.getLast());
      if (isOut || word.endsWith(".npy")) {
        words.add(dir.resolve(word).toString());
      } else if (word.startsWith("path/to/")) {
        words.add(bert.toString());
      } else {
        words.add(word.matches(".*\\.(md|tsv)") ? Path.of("..", word).toString() : word);
      }
    }
    words.removeFirst();
    return words.toArray(String[]::new);
  }

  @Test
  void should_fit_a_terminal_when_a_help_is_shown() {
    for (String command :
        List.of(
            "run",
            "generate",
            "fill-mask",
            "attention",
            "saliency",
            "lens",
            "neurons",
            "ablate",
            "heads",
            "patch",
            "compare",
            "tokenize",
            "train-tokenizer",
            "train",
            "fine-tune",
            "evaluate",
            "inspect",
            "models",
            "backends")) {
      Cli.run("help", command)
          .done()
          .out()
          .lines()
          .forEach(line -> assertTrue(line.length() <= 100, line.length() + ": " + line));
    }
  }

  @Test
  void should_list_models_and_backends_when_asked_for_json() {
    JsonNode models = Cli.run("models", "--json").json().get("models");
    assertEquals("induction-2l", models.get(0).get("name").stringValue());
    assertTrue(models.get(0).get("default").booleanValue());
    JsonNode backends = Cli.run("backends", "--json").json().get("backends");
    int chosen = 0;
    for (JsonNode backend : backends) {
      chosen += backend.get("auto").booleanValue() ? 1 : 0;
    }
    assertEquals(1, chosen);
  }
}

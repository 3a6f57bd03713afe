package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;

final class CardCommandTest {
  private static final String ABOUT =
      """
      {"name": "tiny", "summary": "A model | of words.", "licence": "CC0", "hardware": "a laptop",
       "data": [{"what": "a text", "source": "made up", "licence": "CC0"}],
       "limits": ["It knows no words but its own."], "tried": []}
      """;

  @TempDir Path dir;
  private String about = "";
  private String text = "";
  private String pairs = "";

  @BeforeEach
  void write() throws IOException {
    about = file("about.json", ABOUT);
    text = file("text.txt", "the red cat saw a green bird . the red cat saw a green bird .\n");
    pairs =
        file(
            "agreement.jsonl",
            "{\"sentence_good\":\"the red cat saw . the red cat\",\"sentence_bad\":\"the red cat saw . the red bird\"}\n");
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content).toString();
  }

  @Test
  void should_have_every_figure_when_json() throws IOException {
    String baseline =
        file("base.json", "{\"order\":5,\"bits_per_character\":2.5,\"perplexity\":80,\"x\":1}");
    JsonNode card =
        Cli.run(
                "card",
                "--text",
                text,
                "--about",
                about,
                "--pairs",
                pairs,
                "--baseline",
                baseline,
                "--json")
            .json();
    assertEquals("tiny", card.get("name").stringValue());
    assertEquals(998_272, card.get("weights").get("parameters").intValue());
    assertEquals(1, card.get("minimal_pairs").get("mean").get("estimate").doubleValue());
    assertTrue(card.get("copying").get("right").get("estimate").doubleValue() > 0.9);
    assertTrue(card.get("predictions").get("bits_per_character").doubleValue() > 0);
    assertEquals("induction", card.get("heads").get(1).get("kind").stringValue());
    assertFalse(card.has("training"));
  }

  @Test
  void should_tell_of_the_training_when_its_directory_is_given() throws IOException {
    Path out = dir.resolve("model");
    Cli.run(
            "train",
            "--tokenizer",
            "induction-2l",
            "--text",
            text,
            "--layers",
            "1",
            "--width",
            "8",
            "--heads",
            "2",
            "--length",
            "8",
            "--batch",
            "2",
            "--steps",
            "3",
            "--validation",
            text,
            "--evaluate-every",
            "2",
            "--out",
            out.toString())
        .done();
    Path card = dir.resolve("card.md");
    Cli.run(
            "card",
            "--model",
            out.toString(),
            "--training",
            out.toString(),
            "--text",
            text,
            "--about",
            about,
            "--limit",
            "2",
            "--out",
            card.toString())
        .done();
    String written = Files.readString(card);
    assertTrue(written.startsWith("# tiny\n\nA model | of words.\n"), written);
    assertTrue(written.contains("3 steps, "), written);
    assertTrue(written.contains("| 2 | "), written);
    assertTrue(written.contains("vitrine card --model "), written);
    assertTrue(written.contains("- It knows no words but its own."), written);
    assertFalse(written.contains("What was tried"), written);
    assertTrue(written.lines().noneMatch(line -> line.endsWith(" ")), written);
  }

  @Test
  void should_say_what_is_missing_when_a_file_is_not_of_its_form() throws IOException {
    String half = file("half.json", "{\"name\":\"x\"}");
    Cli.run("card", "--text", text, "--about", half).failed(3, "half.json", "summary is missing");
    String more = file("more.json", ABOUT.replace("\"tried\"", "\"other\":1,\"tried\""));
    Cli.run("card", "--text", text, "--about", more).failed(3, "more.json", "other");
    String base = file("base.json", "{\"order\":5}");
    Cli.run("card", "--text", text, "--about", about, "--baseline", base)
        .failed(3, "base.json", "bits_per_character");
    Cli.run("card", "--text", text, "--about", about, "--training", dir.toString())
        .failed(3, "recipe.json");
    Cli.run("card", "--text", text).failed(2, "--about");
  }
}

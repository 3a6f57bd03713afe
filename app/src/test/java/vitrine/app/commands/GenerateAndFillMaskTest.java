package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;

final class GenerateAndFillMaskTest {
  private static final String TEXT = "the red cat saw a green bird . the red";

  @TempDir Path dir;

  @Test
  void should_continue_a_repeated_sequence_when_greedy() {
    String out = Cli.run("generate", "--text", TEXT, "--max-new", "5").done().out();
    assertEquals(TEXT + " cat saw a green bird\n", out);
  }

  @Test
  void should_give_ids_and_text_when_json_is_asked_for() {
    JsonNode document = Cli.run("generate", "--text", TEXT, "--max-new", "2", "--json").json();
    assertEquals(List.of("prompt_ids", "new_ids", "text"), List.copyOf(document.propertyNames()));
    assertEquals(10, document.get("prompt_ids").size());
    assertEquals(2, document.get("new_ids").size());
    assertEquals(TEXT + " cat saw", document.get("text").stringValue());
  }

  @Test
  void should_give_the_prompt_alone_when_nothing_new_is_asked_for() {
    assertEquals(TEXT + "\n", Cli.run("generate", "--text", TEXT, "--max-new", "0").done().out());
  }

  @Test
  void should_be_the_same_when_sampled_with_the_same_seed() {
    String[] call = {"generate", "--text", "the cat", "--temperature", "9", "--seed", "1"};
    String first = Cli.run(call).done().out();
    assertEquals(first, Cli.run(call).done().out());
    call[6] = "2";
    assertNotEquals(first, Cli.run(call).done().out());
  }

  @Test
  void should_be_greedy_when_only_one_token_may_be_chosen() {
    String greedy = Cli.run("generate", "--text", TEXT).done().out();
    Cli one = Cli.run("generate", "--text", TEXT, "--temperature", "5", "--top-k", "1").done();
    assertEquals(greedy, one.out());
    Cli noted = Cli.run("generate", "--text", TEXT, "--top-k", "3").done();
    assertEquals(greedy, noted.out());
    assertTrue(noted.err().contains("--temperature"), noted.err());
  }

  @Test
  void should_refuse_when_generate_is_called_wrongly() throws IOException {
    Cli.run("generate").failed(2, "--text: missing; expected --text T");
    Cli.run("generate", "--text", "").failed(3, "no token");
    Cli.run("generate", "--text", "the cat ".repeat(2000)).failed(3, "positions");
    Cli.run("generate", "--text", "a", "--max-new", "-1").failed(2, "--max-new");
    Cli.run("generate", "--text", "a", "--temperature", "0").failed(2, "--temperature: 0");
    Cli.run("generate", "--text", "a", "--temperature", "NaN").failed(2, "--temperature");
    Cli.run("generate", "--text", "a", "--top-k", "0").failed(2, "--top-k: 0");
    Cli.run("generate", "--text", "a", "--top-p", "1.5").failed(2, "--top-p: 1.5");
    String bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
    Cli.run("generate", "--model", bert, "--text", "the").failed(3, "bert");
  }

  @Test
  void should_list_the_likeliest_for_every_mask() throws IOException {
    String bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
    JsonNode masks =
        Cli.run(
                "fill-mask",
                "--model",
                bert,
                "--text",
                "the [MASK] sat [MASK].",
                "--top",
                "3",
                "--json")
            .json()
            .get("masks");
    assertEquals(2, masks.size());
    assertEquals(2, masks.get(0).get("position").intValue());
    assertEquals(4, masks.get(1).get("position").intValue());
    assertEquals(3, masks.get(0).get("top").size());
    JsonNode first = masks.get(0).get("top").get(0);
    assertEquals(List.of("id", "token", "logit", "prob"), List.copyOf(first.propertyNames()));
    assertEquals(
        TinyModels.WORDS.get(first.get("id").intValue()), first.get("token").stringValue());
    String human = Cli.run("fill-mask", "--model", bert, "--text", "the [MASK]").done().out();
    assertTrue(human.contains("position 2"), human);
  }

  @Test
  void should_refuse_when_fill_mask_is_called_wrongly() throws IOException {
    String bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
    Cli.run("fill-mask", "--model", bert, "--text", "no gap").failed(3, "no [MASK]");
    Cli.run("fill-mask", "--model", bert, "--text", "[MASK] the ".repeat(20))
        .failed(3, "positions");
    Cli.run("fill-mask", "--text", "[MASK]").failed(3, "mlm");
    Cli.run("fill-mask", "--model", bert).failed(2, "--text: missing");
    Cli.run("fill-mask", "--model", bert, "--text", "[MASK]", "--top", "0").failed(2, "--top: 0");
  }
}

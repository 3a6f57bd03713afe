package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;

/** On the bundled model, whose words these are. */
final class ProbeLayersCommandTest {
  private static final String[] NOUNS = {"cat", "bird", "dog"};
  private static final String[] ADJECTIVES = {"red", "green"};

  @TempDir Path dir;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(dir.resolve("train.conllu"), treebank(60, 0));
    Files.writeString(dir.resolve("test.conllu"), treebank(20, 7));
  }

  private static String treebank(int sentences, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < from + sentences; i++) {
      String[][] words = {
        {i % 2 == 0 ? "the" : "a", "DET", "3", "det"},
        {ADJECTIVES[i / 2 % 2], "ADJ", "3", "amod"},
        {NOUNS[i % 3], "NOUN", "4", "nsubj"},
        {"saw", "VERB", "0", "root"},
        {"the", "DET", "6", "det"},
        {NOUNS[(i + 1) % 3], "NOUN", "4", "obj"}
      };
      for (int j = 0; j < words.length; j++) {
        text.append(
            "%d\t%s\t_\t%s\t_\t_\t%s\t%s\t_\t_%n"
                .formatted(j + 1, words[j][0], words[j][1], words[j][2], words[j][3]));
      }
      text.append("\n");
    }
    return text.toString().replace("\r", "");
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private static Cli probe(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("probe"), Arrays.stream(options)).toArray(String[]::new));
  }

  @Test
  void should_probe_every_layer_when_a_treebank_is_given() {
    JsonNode found =
        probe(
                "--task",
                "upos",
                "--conllu",
                path("train.conllu"),
                "--test-conllu",
                path("test.conllu"),
                "--layers",
                "all",
                "--random-weights",
                "--mdl",
                "--json")
            .json();
    assertEquals(3, found.get("layers").size());
    assertEquals(3, found.get("random_weights").size());
    assertEquals("embed_out", found.get("layers").get(0).get("layer").stringValue());
    assertEquals(360, found.get("train_examples").intValue());
    for (JsonNode layer : found.get("layers")) {
      assertEquals(1, layer.get("test_accuracy").doubleValue(), layer.toString());
      assertTrue(layer.get("optimal").booleanValue(), layer.toString());
      double control = layer.get("control").get("test_accuracy").doubleValue();
      assertEquals(1 - control, layer.get("selectivity").doubleValue(), 1e-12);
      assertTrue(layer.get("mdl").get("compression").doubleValue() > 1, layer.toString());
    }
    assertEquals(1.0 / 3, found.get("majority_accuracy").doubleValue(), 1e-12);
    assertEquals(1, found.get("lookup_accuracy").get("estimate").doubleValue());
    assertEquals(5, found.get("tests").size());
    assertEquals(4, found.get("per_class").size());
  }

  /** Which noun is the subject can only be known from the context. */
  @Test
  void should_need_the_layers_when_the_word_alone_does_not_tell() {
    JsonNode found =
        probe(
                "--task",
                "deprel",
                "--conllu",
                path("train.conllu"),
                "--test-conllu",
                path("test.conllu"),
                "--json")
            .json();
    double word = found.get("lookup_accuracy").get("estimate").doubleValue();
    double best = 0;
    for (JsonNode layer : found.get("layers")) {
      best = Math.max(best, layer.get("test_accuracy").doubleValue());
    }
    assertTrue(word < 0.9 && best > word, word + " " + best);
  }

  @Test
  void should_draw_and_list_when_written_to_files() {
    for (String ending : new String[] {"html", "csv", "svg", "npy"}) {
      probe(
              "--conllu",
              path("train.conllu"),
              "--layers",
              "0",
              "--no-control",
              "--out",
              path("out." + ending))
          .done();
    }
    String shown = probe("--conllu", path("train.conllu"), "--pooling", "last").done().out();
    assertTrue(shown.contains("Accuracy by layer"), shown);
  }

  @Test
  void should_probe_sentences_and_entities_when_given() throws IOException {
    StringBuilder sentences = new StringBuilder();
    StringBuilder entities = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      String noun = NOUNS[i % 3];
      sentences.append("the ").append(noun).append(" saw\t").append(i % 3 == 0 ? "C" : "O");
      sentences.append("\n");
      entities.append("the O\n").append(noun).append(i % 3 == 0 ? " B-CAT\n" : " O\n").append("\n");
    }
    Files.writeString(dir.resolve("s.tsv"), sentences);
    Files.writeString(dir.resolve("e.iob2"), entities);
    JsonNode ofSentences = probe("--tsv", path("s.tsv"), "--json").json();
    assertEquals(1, ofSentences.get("layers").get(1).get("test_accuracy").doubleValue());
    assertTrue(ofSentences.get("layers").get(1).get("selectivity").isNull());
    JsonNode ofEntities = probe("--iob2", path("e.iob2"), "--json").json();
    assertEquals(1, ofEntities.get("layers").get(1).get("micro_f1").get("estimate").doubleValue());
  }

  @Test
  void should_grow_when_swept_or_trained_with_more() {
    JsonNode ranks =
        probe("--conllu", path("train.conllu"), "--sweep", "rank:1,4", "--layers", "1", "--json")
            .json();
    assertEquals("rank", ranks.get("across").stringValue());
    assertEquals(2, ranks.get("points").size());
    JsonNode few = ranks.get("points").get(0).get("layers").get(1);
    JsonNode many = ranks.get("points").get(1).get("layers").get(1);
    assertEquals(1, many.get("test_accuracy").doubleValue());
    assertTrue(few.get("train_accuracy").doubleValue() <= 1, few.toString());
    JsonNode sizes =
        probe("--conllu", path("train.conllu"), "--learning-curve", "6,60", "--json").json();
    assertEquals(60, sizes.get("points").get(1).get("x").intValue());
    probe("--conllu", path("train.conllu"), "--sweep", "rank:1,2", "--learning-curve", "9")
        .failed(2, "more than one given");
    probe("--conllu", path("train.conllu"), "--sweep", "linear").failed(3, "--kind");
  }

  @Test
  void should_rebuild_trees_when_asked() {
    JsonNode found =
        probe(
                "--task",
                "trees",
                "--conllu",
                path("train.conllu"),
                "--test-conllu",
                path("test.conllu"),
                "--rank",
                "8",
                "--random-weights",
                "--json")
            .json();
    assertEquals(3, found.get("layers").size());
    assertEquals(3, found.get("random_weights").size());
    assertEquals(20, found.get("test_sentences").intValue());
    double chain = found.get("chain").get("uuas").get("estimate").doubleValue();
    double best = found.get("layers").get(2).get("uuas").get("estimate").doubleValue();
    assertTrue(best > chain, best + " " + chain);
  }

  @Test
  void should_say_what_is_wrong_when_options_or_files_are() throws IOException {
    probe().failed(2, "nothing given");
    probe("--task", "upos").failed(2, "none given");
    probe("--task", "upos", "--tsv", path("x")).failed(2, "without a treebank");
    probe("--task", "nope", "--conllu", path("train.conllu")).failed(3, "--task: nope");
    probe("--conllu", path("train.conllu"), "--test-tsv", path("x")).failed(2, "--test-conllu");
    probe("--conllu", path("train.conllu"), "--pooling", "sum").failed(2, "--pooling: sum");
    probe("--conllu", path("train.conllu"), "--site", "attn.pattern")
        .failed(3, "no vector a token");
    probe("--conllu", path("train.conllu"), "--train", "a", "b").failed(2, "expected either");
    probe("--conllu", path("train.conllu"), "--layers", "9").failed(3, "layer");
    Files.writeString(dir.resolve("t"), "the cat\nthe dog\n");
    Files.writeString(dir.resolve("l"), "1\n");
    probe("--texts", path("t"), path("l")).failed(3, "1 labels; expected 2");
  }
}

package vitrine.interp.minimalpairs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Casing;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.TrainingSize;
import vitrine.engine.text.WordPieceTrainer;
import vitrine.engine.training.Sizes;
import vitrine.engine.training.StartingPoint;
import vitrine.interp.minimalpairs.Paradigm.Pair;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Tensor;

/** Scores against sums over logits, which the golden tests hold against the reference. */
final class MinimalPairsTest {
  private static final Pair REPEATED =
      new Pair("the red cat saw a bird . the red cat", "the red cat saw a bird . the red bird");

  private static final List<Pair> PAIRS =
      List.of(REPEATED, new Pair("a green bird saw", "a bird"), new Pair("the cat", "the the"));

  @TempDir private Path directory;

  /** log softmax of one row of logits, at a token, in double. */
  private static double logProbability(Tensor logits, int row, int vocabulary, int token) {
    double[] values =
        IntStream.range(0, vocabulary).mapToDouble(v -> logits.get(0, row, v)).toArray();
    double most = Arrays.stream(values).max().orElseThrow();
    double sum = Arrays.stream(values).map(value -> Math.exp(value - most)).sum();
    return values[token] - most - Math.log(sum);
  }

  private static double causal(Model model, Tokenizer tokenizer, String sentence) {
    int[] words = tokenizer.encode(sentence).ids();
    int[] ids = new int[words.length + 1];
    ids[0] = tokenizer.endOfText().orElseThrow();
    System.arraycopy(words, 0, ids, 1, words.length);
    Site logits = Site.logits();
    try (Trace trace = model.run(Plan.of(model.architecture()).read(logits), Inputs.of(ids))) {
      double sum = 0;
      for (int row = 0; row + 1 < ids.length; row++) {
        sum += logProbability(trace.value(logits), row, tokenizer.size(), ids[row + 1]);
      }
      return sum;
    }
  }

  private static double masked(Model model, Tokenizer tokenizer, String sentence) {
    int[] ids = tokenizer.encode(sentence).ids();
    Site logits = Site.logits();
    double sum = 0;
    for (int position = 1; position + 1 < ids.length; position++) {
      int[] hidden = ids.clone();
      hidden[position] = tokenizer.mask().orElseThrow();
      try (Trace trace = model.run(Plan.of(model.architecture()).read(logits), Inputs.of(hidden))) {
        sum += logProbability(trace.value(logits), position, tokenizer.size(), ids[position]);
      }
    }
    return sum;
  }

  private static MinimalPairsResult ask(
      Model model, ModelFiles files, Tokenizer tokenizer, int batch, List<Integer> told) {
    return MinimalPairs.run(
        model,
        files,
        tokenizer,
        List.of(new Paradigm("one", PAIRS), new Paradigm("two", List.of(REPEATED))),
        batch,
        told::add,
        "test");
  }

  @Test
  void should_sum_log_probabilities_when_causal() {
    Tokenizer tokenizer = new InductionModel().tokenizer();
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        ModelFiles files = new InductionModel().files();
        Model model =
            ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32)) {
      List<Integer> told = new ArrayList<>();
      MinimalPairsResult result = ask(model, files, tokenizer, 1, told);
      for (int i = 0; i < PAIRS.size(); i++) {
        assertEquals(
            causal(model, tokenizer, PAIRS.get(i).good()),
            result.judged().getFirst().good()[i],
            1e-4);
        assertEquals(
            causal(model, tokenizer, PAIRS.get(i).bad()),
            result.judged().getFirst().bad()[i],
            1e-4);
      }
      assertEquals(List.of(1, 2, 3, 4), told);
      assertEquals(1, result.judged().get(1).right(), "the model continues what is repeated");
      MinimalPairsResult together = ask(model, files, tokenizer, 100, told);
      assertArrayEquals(
          result.judged().getFirst().good(), together.judged().getFirst().good(), "batches");
    }
  }

  @Test
  void should_sum_over_masks_when_masked() {
    WordPieceTrainer trainer = new WordPieceTrainer(TrainingSize.of(60), Casing.UNCASED);
    trainer.add("the red cat saw a green bird . the red cat saw a bird");
    Tokenizer tokenizer = trainer.train(size -> {}).tokenizer();
    StartingPoint start = StartingPoint.newBert(Sizes.of(2, 2, 16, 32), tokenizer, 5);
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        Model model = start.load(kernels, note -> {})) {
      List<Integer> told = new ArrayList<>();
      MinimalPairsResult result = ask(model, start.files(), tokenizer, 30, told);
      for (int i = 0; i < PAIRS.size(); i++) {
        assertEquals(
            masked(model, tokenizer, PAIRS.get(i).good()),
            result.judged().getFirst().good()[i],
            1e-4);
        assertEquals(
            masked(model, tokenizer, PAIRS.get(i).bad()),
            result.judged().getFirst().bad()[i],
            1e-4);
      }
      assertTrue(result.title().contains("model"), result.title());
    }
  }

  @Test
  void should_read_BLiMP_when_lines_have_other_keys() throws IOException {
    Path file = directory.resolve("agreement.jsonl");
    Files.writeString(
        file, "{\"sentence_good\": \"a b\", \"sentence_bad\": \"a c\", \"UID\": \"x\"}\n\n");
    Paradigm read = Paradigm.read(file);
    assertEquals("agreement", read.name());
    assertEquals(List.of(new Pair("a b", "a c")), read.pairs());
  }

  @Test
  void should_name_the_line_when_it_is_no_pair() throws IOException {
    for (String line :
        List.of(
            "{\"sentence_good\": \"a\"}", "[1]", "{", "{\"sentence_good\":1,\"sentence_bad\":2}")) {
      Path file = directory.resolve("bad.jsonl");
      Files.writeString(file, "{\"sentence_good\":\"a\",\"sentence_bad\":\"b\"}\n" + line + "\n");
      InputException e = assertThrows(InputException.class, () -> Paradigm.read(file));
      assertTrue(String.valueOf(e.getMessage()).contains("bad.jsonl line 2: "), e.getMessage());
    }
    Path empty = Files.writeString(directory.resolve("empty.jsonl"), "\n");
    InputException e = assertThrows(InputException.class, () -> Paradigm.read(empty));
    assertTrue(String.valueOf(e.getMessage()).contains("no pairs"), e.getMessage());
  }
}

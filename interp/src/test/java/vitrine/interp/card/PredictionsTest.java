package vitrine.interp.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Frame;
import vitrine.engine.data.Masking;
import vitrine.engine.data.TokenBlocks;
import vitrine.engine.data.TokenizedText;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Casing;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.TrainingSize;
import vitrine.engine.text.WordPieceTrainer;
import vitrine.engine.training.Evaluator;
import vitrine.engine.training.Measure;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Sizes;
import vitrine.engine.training.StartingPoint;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Tensor;

/** Held against the losses of runs, which the golden tests hold against the reference. */
final class PredictionsTest {
  private static final String TEXT =
      "the red cat saw a green bird . the red cat saw a bird . a green bird saw the red cat .\n";

  @TempDir private Path directory;

  private Examples blocks(Tokenizer tokenizer, int length) throws IOException {
    Path file = Files.writeString(directory.resolve("text.txt"), TEXT.repeat(5));
    return new TokenBlocks(
        TokenizedText.read(List.of(file), tokenizer, (path, chars, tokens) -> {}),
        Frame.of(tokenizer),
        length);
  }

  /** Whether the largest logit at a position is a token's, read from a run of its own. */
  private static boolean isFirst(Model model, Example example, int position, int id) {
    Site logits = Site.logits();
    try (Trace trace =
        model.run(Plan.of(model.architecture()).read(logits), Inputs.of(example.ids()))) {
      Tensor values = trace.value(logits);
      return IntStream.range(0, model.architecture().vocabulary())
          .noneMatch(v -> values.get(0, position, v) > values.get(0, position, id));
    }
  }

  @Test
  void should_have_the_loss_of_an_evaluation_when_causal() throws IOException {
    Tokenizer tokenizer = new InductionModel().tokenizer();
    Examples blocks = blocks(tokenizer, 20);
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        ModelFiles files = new InductionModel().files();
        Model model =
            ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32)) {
      List<Integer> told = new ArrayList<>();
      Predictions found = Predictions.of(model, tokenizer, blocks, 2, 0, told::add);
      double loss = Evaluator.evaluate(model, Objective.NEXT, blocks, 3, 0).value(Measure.LOSS);
      assertEquals(loss, found.loss().estimate(), 1e-5 * loss);
      assertEquals(Math.exp(loss), found.perplexity(), 1e-4 * Math.exp(loss));
      assertEquals(blocks.size(), told.getLast());
      long tokens = 0;
      long right = 0;
      long characters = 0;
      for (int i = 0; i < blocks.size(); i++) {
        Example block = blocks.get(i, 0);
        StringBuilder spelled = new StringBuilder();
        for (int t = 1; t < block.ids().length; t++) {
          tokens++;
          right += isFirst(model, block, t - 1, block.ids()[t]) ? 1 : 0;
          spelled.append(tokenizer.decode(block.ids()[t]));
        }
        characters += spelled.length();
      }
      assertEquals(tokens, found.tokens());
      assertEquals((double) right / tokens, found.accuracy().estimate(), 1e-12);
      assertEquals(
          loss * tokens / Math.log(2) / characters, found.bitsPerCharacter().orElseThrow(), 1e-5);
    }
  }

  @Test
  void should_ask_for_hidden_tokens_when_masked() throws IOException {
    WordPieceTrainer trainer = new WordPieceTrainer(TrainingSize.of(60), Casing.UNCASED);
    trainer.add(TEXT);
    Tokenizer tokenizer = trainer.train(size -> {}).tokenizer();
    Examples blocks = Masking.of(tokenizer, 0.3).of(blocks(tokenizer, 24));
    StartingPoint start = StartingPoint.newBert(Sizes.of(2, 2, 16, 32), tokenizer, 5);
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        Model model = start.load(kernels, note -> {})) {
      Predictions found = Predictions.of(model, tokenizer, blocks, 4, 7, done -> {});
      double loss = Evaluator.evaluate(model, Objective.MASKED, blocks, 4, 7).value(Measure.LOSS);
      assertEquals(loss, found.loss().estimate(), 1e-5 * loss);
      assertTrue(found.bitsPerCharacter().isEmpty(), "hidden tokens leave the rest to be seen");
    }
  }

  @Test
  void should_refuse_one_number_when_labels_are_of_texts() {
    Example labelled = Example.of(1, 2, 3).withLabels(new Labels.One(1));
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        ModelFiles files = new InductionModel().files();
        Model model =
            ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32)) {
      assertThrows(InputException.class, () -> TokenScores.of(model, List.of(labelled)));
    }
  }

  @Test
  void should_tell_copying_when_the_model_continues_what_is_repeated() {
    try (Kernels kernels = Backends.open("auto", 1, note -> {});
        ModelFiles files = new InductionModel().files();
        Model model =
            ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32)) {
      Copying copying = Copying.of(model, files, 3);
      assertTrue(copying.right().low() > 0.9, copying.toString());
      assertTrue(
          copying.first().low() > 5 && copying.second().high() < 2, () -> copying.toString());
    }
  }
}

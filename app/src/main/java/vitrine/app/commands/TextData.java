package vitrine.app.commands;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.training.Settings;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Frame;
import vitrine.engine.data.Masking;
import vitrine.engine.data.Selections;
import vitrine.engine.data.Split;
import vitrine.engine.data.TokenBlocks;
import vitrine.engine.data.TokenIds;
import vitrine.engine.data.TokenizedText;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Batching;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.TrainingData;
import vitrine.interp.io.Json;

/** Texts as what a language model is trained on and evaluated with. */
final class TextData {
  /** The setting of which share of tokens is hidden. */
  static final String MASKING = "masking";

  /** The settings of what is evaluated with. */
  static final List<String> VALIDATION =
      List.of("validation", "validation_share", "validation_limit");

  private static final double USUAL_MASKING = 0.15;

  private final String operation;
  private final Settings settings;
  private final Tokenizer tokenizer;
  private final TrainingRun run;

  TextData(String operation, Settings settings, Tokenizer tokenizer, TrainingRun run) {
    this.operation = operation;
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.run = run;
  }

  /**
   * A recipe whose length suits a model where none is given.
   *
   * @param positions of the model
   */
  Recipe fitted(Recipe recipe, int positions) {
    Batching batching = recipe.batching();
    Integer length = batching.length();
    return length == null || length <= positions || settings.mentions("length")
        ? recipe
        : recipe.with(new Batching(batching.batch(), batching.accumulation(), positions));
  }

  /** What the settings come to where they leave it open. */
  ObjectNode resolved(Objective objective) {
    ObjectNode resolved = Json.object();
    if (objective == Objective.MASKED) {
      resolved.put(MASKING, masking());
    }
    return resolved;
  }

  private double masking() {
    Double rate = settings.share(MASKING);
    return rate == null ? USUAL_MASKING : rate;
  }

  /**
   * What the settings name, in blocks of the recipe's length.
   *
   * @param positions of the model, which a block does not exceed
   */
  TrainingData read(Recipe recipe, int positions) {
    if (recipe.objective() != Objective.MASKED && settings.has(MASKING)) {
      throw settings.wrong(
          MASKING, settings.shown(MASKING), "none for GPT-2, which hides no tokens, but for BERT");
    }
    tokenizer.notes().forEach(run.notes());
    int T = length(operation, recipe, positions);
    Examples train = blocks(settings.paths("text"), recipe.objective(), T);
    List<Path> files = settings.paths("validation");
    Double share = settings.share("validation_share");
    Examples validation = files.isEmpty() ? null : blocks(files, recipe.objective(), T);
    if (share != null) {
      Split split = Split.tail(train, share);
      train = split.train();
      validation = split.validation();
    }
    return new TrainingData(train, limited(validation, recipe.seed()));
  }

  /** The most tokens of an example: the model's positions, if the recipe does not say. */
  static int length(String operation, Recipe recipe, int positions) {
    Integer given = recipe.batching().length();
    if (given != null && given > positions) {
      throw new InputException(
          "%s: length: %d tokens; expected at most the model's %d positions. Choose a smaller --length"
              .formatted(operation, given, positions));
    }
    return given == null ? positions : given;
  }

  private @Nullable Examples limited(@Nullable Examples validation, long seed) {
    Integer limit = settings.count("validation_limit");
    return validation == null || limit == null
        ? validation
        : Selections.drawn(validation, limit, seed);
  }

  private Examples blocks(List<Path> files, Objective objective, int T) {
    return blocks(files, tokenizer, run.reading(), objective, T, masking());
  }

  /** Files as blocks of T tokens. */
  static Examples blocks(
      List<Path> files,
      Tokenizer tokenizer,
      TokenizedText.Progress progress,
      Objective objective,
      int T,
      double masking) {
    TokenIds ids = TokenizedText.read(files, tokenizer, progress);
    Examples blocks = new TokenBlocks(ids, Frame.of(tokenizer), T);
    return objective == Objective.MASKED ? Masking.of(tokenizer, masking).of(blocks) : blocks;
  }
}

package vitrine.app.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.TrainingData;

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
  private final Consumer<String> notes;

  TextData(String operation, Settings settings, Tokenizer tokenizer, Consumer<String> notes) {
    this.operation = operation;
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.notes = notes;
  }

  /**
   * What the settings name, in blocks of the recipe's length.
   *
   * @param positions of the model, which a block does not exceed
   */
  TrainingData read(Recipe recipe, int positions) {
    tokenizer.notes().forEach(notes);
    Integer given = recipe.batching().length();
    if (given != null && given > positions) {
      throw new InputException(
          "%s: length: %d tokens; expected at most the model's %d positions. Choose a smaller --length"
              .formatted(operation, given, positions));
    }
    int T = given == null ? positions : given;
    Examples train = blocks(settings.paths("text"), recipe.objective(), T);
    List<Path> files = settings.paths("validation");
    Double share = settings.share("validation_share");
    if (!files.isEmpty() && share != null) {
      throw new InputException(
          operation + ": validation and validation_share: both given; expected one of them");
    }
    Examples validation = files.isEmpty() ? null : blocks(files, recipe.objective(), T);
    if (share != null) {
      Split split = Split.tail(train, share);
      train = split.train();
      validation = split.validation();
    }
    return new TrainingData(train, limited(validation, recipe.seed()));
  }

  private @Nullable Examples limited(@Nullable Examples validation, long seed) {
    Integer limit = settings.count("validation_limit");
    return validation == null || limit == null
        ? validation
        : Selections.drawn(validation, limit, seed);
  }

  private Examples blocks(List<Path> files, Objective objective, int T) {
    Double rate = settings.share(MASKING);
    return blocks(files, tokenizer, objective, T, rate == null ? USUAL_MASKING : rate);
  }

  /** Files as blocks of T tokens. */
  static Examples blocks(
      List<Path> files, Tokenizer tokenizer, Objective objective, int T, double masking) {
    TokenIds ids = TokenizedText.read(files, tokenizer, (file, chars, tokens) -> {});
    Examples blocks = new TokenBlocks(ids, Frame.of(tokenizer), T);
    return objective == Objective.MASKED ? Masking.of(tokenizer, masking).of(blocks) : blocks;
  }
}

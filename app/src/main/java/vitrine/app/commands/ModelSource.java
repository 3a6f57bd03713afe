package vitrine.app.commands;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Tokenizers;
import vitrine.engine.training.SideFiles;

/**
 * Finds what {@code --model} means: an existing directory first, then a bundled model of that name.
 */
final class ModelSource {
  private final @Nullable String given;
  private final Sought sought;

  /** What is sought in a directory or a bundled model. */
  private enum Sought {
    MODEL("model", "a model directory"),
    TOKENIZER("tokenizer", "a directory with a tokenizer's files");

    /** What errors begin with. */
    private final String operation;

    private final String expected;

    Sought(String operation, String expected) {
      this.operation = operation;
      this.expected = expected;
    }
  }

  ModelSource(Common common) {
    this(common.model());
  }

  /**
   * @param given a directory or a name; null for the first bundled model
   */
  ModelSource(@Nullable String given) {
    this(given, Sought.MODEL);
  }

  private ModelSource(@Nullable String given, Sought sought) {
    this.given = given;
    this.sought = sought;
  }

  /** Where a tokenizer alone is to come from. */
  static ModelSource ofTokenizer(String given) {
    return new ModelSource(given, Sought.TOKENIZER);
  }

  /** The model's files; to be closed. */
  ModelFiles open() {
    Optional<Path> directory = directory();
    return directory.isPresent() ? ModelFiles.open(directory.get()) : bundled().files();
  }

  /**
   * The tokenizer alone: needs neither config nor weights.
   *
   * @throws InputException when there is none
   */
  Tokenizer tokenizer() {
    Optional<Path> directory = directory();
    return directory.isPresent() ? Tokenizers.load(directory.get()) : bundled().tokenizer();
  }

  /** The files that a model trained from this one is saved with. */
  SideFiles sideFiles() {
    Optional<Path> directory = directory();
    return directory.isPresent() ? SideFiles.of(directory.get()) : bundled().sideFiles();
  }

  private Optional<Path> directory() {
    if (given == null) {
      return Optional.empty();
    }
    try {
      Path path = Path.of(given);
      // A path that looks like one is meant as one: its own error then says what is wrong with it.
      return Files.exists(path) ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private BundledModel bundled() {
    if (given == null) {
      return BundledModel.first();
    }
    return BundledModel.named(given)
        .orElseThrow(() ->
            new InputException(
                sought.operation
                    + ": "
                    + OneLine.operand(given)
                    + ": no such directory and no bundled model of that name; expected "
                    + sought.expected
                    + " or "
                    + NearestName.of(given, BundledModel.names())
                        .map(name -> name + " perhaps")
                        .orElse("one of " + String.join(", ", BundledModel.names()))
                    + ". Check the path"));
  }
}

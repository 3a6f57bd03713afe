package vitrine.app.commands;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.app.terminal.OneLine;
import vitrine.app.training.Settings;
import vitrine.engine.InputException;
import vitrine.engine.data.Columns;
import vitrine.engine.data.Examples;
import vitrine.engine.data.LabelSet;
import vitrine.engine.data.LabelledExamples;
import vitrine.engine.data.LabelledFile;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.data.Selections;
import vitrine.engine.data.Split;
import vitrine.engine.data.TooLong;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.TrainingData;

/**
 * Labelled files as what a model is fine-tuned on.
 *
 * @param labels the classes; none of values and answers
 */
record LabelledData(
    String operation,
    Settings settings,
    LabelledTask task,
    LabelSet labels,
    List<LabelledFile> train,
    List<LabelledFile> validation) {
  /** The keys of the settings that are not the recipe's. */
  static final List<String> SETTINGS =
      List.of(
          "model",
          "task",
          "data",
          "columns",
          "labels",
          "limit",
          "validation",
          "validation_share",
          "truncate");

  static final List<String> TASKS = List.of("sequence", "regression", "tokens", "qa");

  /** Reads the files that the settings name. */
  static LabelledData read(String operation, Settings settings) {
    LabelledTask task = task(settings.word("task", TASKS));
    Columns columns = columns(settings.text("columns"));
    List<LabelledFile> train = files(settings.paths("data"), task, columns);
    List<LabelledFile> validation = files(settings.paths("validation"), task, columns);
    List<String> names = settings.texts("labels");
    LabelSet labels = names.isEmpty() ? classes(train) : LabelSet.inOrder(names);
    if (task == LabelledTask.CLASSES || task == LabelledTask.WORDS) {
      if (labels.size() < 2) {
        throw new InputException(
            operation + ": labels: " + labels + "; expected at least two different ones");
      }
    } else {
      labels = LabelSet.NONE;
    }
    return new LabelledData(operation, settings, task, labels, train, validation);
  }

  /** What a task is called on the command line. */
  static LabelledTask task(String name) {
    return switch (name) {
      case "regression" -> LabelledTask.VALUE;
      case "tokens" -> LabelledTask.WORDS;
      case "qa" -> LabelledTask.ANSWERS;
      default -> LabelledTask.CLASSES;
    };
  }

  static List<LabelledFile> files(List<Path> paths, LabelledTask task, Columns columns) {
    return paths.stream().map(path -> LabelledFile.read(path, task, columns)).toList();
  }

  /** The classes of all files together; of no files none. */
  private static LabelSet classes(List<LabelledFile> files) {
    return files.isEmpty() ? LabelSet.NONE : LabelledFile.labels(files);
  }

  static Columns columns(@Nullable String given) {
    if (given == null) {
      return Columns.known();
    }
    List<String> parts = List.of(given.split(",", -1));
    if (parts.size() < 2 || parts.size() > 3 || parts.stream().anyMatch(String::isBlank)) {
      throw new InputException(
          "columns: "
              + OneLine.operand(given)
              + "; expected TEXT,LABEL or TEXT,PAIR,LABEL, as in sentence,label or 4,2");
    }
    String pair = parts.size() == 3 ? parts.get(1) : null;
    if (parts.stream().allMatch(part -> part.matches("[1-9][0-9]{0,5}"))) {
      return new Columns.Numbered(
          Integer.parseInt(parts.getFirst()),
          pair == null ? null : Integer.valueOf(pair),
          Integer.parseInt(parts.getLast()));
    }
    return new Columns.Named(parts.getFirst(), pair, parts.getLast());
  }

  /**
   * The examples.
   *
   * @param positions of the model, which an example does not exceed
   */
  TrainingData examples(Tokenizer tokenizer, int positions, Recipe recipe) {
    Integer length = recipe.batching().length();
    int most = length == null ? positions : Math.min(length, positions);
    TooLong tooLong = settings.flag("truncate") ? TooLong.CUT : TooLong.REFUSE;
    Examples all = examples(train, labels, tokenizer, most, tooLong);
    Integer limit = settings.count("limit");
    Examples some = limit == null ? all : Selections.drawn(all, limit, recipe.seed());
    Double share = settings.share("validation_share");
    if (share == null) {
      return new TrainingData(
          some,
          validation.isEmpty() ? null : examples(validation, labels, tokenizer, most, tooLong));
    }
    if (!validation.isEmpty()) {
      throw new InputException(
          operation + ": validation and validation_share: both given; expected one of them");
    }
    return TrainingData.of(Split.drawn(some, share, recipe.seed()));
  }

  /** Files as examples, one behind the other. */
  static Examples examples(
      List<LabelledFile> files, LabelSet labels, Tokenizer tokenizer, int most, TooLong tooLong) {
    return Selections.joined(
        files.stream()
            .<Examples>map(file -> new LabelledExamples(file, labels, tokenizer, most, tooLong))
            .toList());
  }
}

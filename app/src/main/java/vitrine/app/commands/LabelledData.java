package vitrine.app.commands;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import vitrine.app.training.Settings;
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

  /** What {@code --columns} may be. */
  static final String COLUMNS =
      "TEXT,LABEL or TEXT,PAIR,LABEL, each another column, as in sentence,label or 4,2";

  /** Numbers as measures have them, such as those of STS-B. */
  private static final Pattern SCORE = Pattern.compile("-?\\d*\\.\\d+");

  /** How many classes a note names before it stops. */
  private static final int NAMED = 12;

  static final List<String> TASKS = List.of("sequence", "regression", "tokens", "qa");

  /**
   * Reads the files that the settings name.
   *
   * @param notes told what is learned
   */
  static LabelledData read(String operation, Settings settings, Consumer<String> notes) {
    LabelledTask task = task(settings.word("task", TASKS));
    boolean classes = hasClasses(task);
    if (!classes && settings.has("labels")) {
      throw settings.wrong(
          "labels", settings.shown("labels"), "none for this task, which has no classes");
    }
    Columns columns = columns(settings, task);
    List<LabelledFile> train = files(settings.paths("data"), task, columns);
    List<LabelledFile> validation = files(settings.paths("validation"), task, columns);
    Stream.of(train, validation)
        .flatMap(List::stream)
        .flatMap(file -> file.notes().stream())
        .forEach(notes);
    LabelSet labels = classes ? classes(settings, train, notes) : LabelSet.NONE;
    return new LabelledData(operation, settings, task, labels, train, validation);
  }

  private static LabelSet classes(
      Settings settings, List<LabelledFile> train, Consumer<String> notes) {
    List<String> names = settings.texts("labels").stream().map(String::strip).toList();
    if (settings.has("labels")) {
      String problem = problem(names);
      if (problem != null) {
        throw settings.wrong("labels", String.join(",", names), problem);
      }
    }
    LabelSet labels = names.isEmpty() ? LabelledFile.labels(train) : LabelSet.inOrder(names);
    Map<String, Integer> counts = LabelledFile.counts(train);
    notes.accept(
        labels.size()
            + " classes: "
            + shown(
                labels.names(), name -> "%s (%d)".formatted(name, counts.getOrDefault(name, 0))));
    if (names.isEmpty()
        && labels.names().stream().allMatch(name -> SCORE.matcher(name).matches())) {
      notes.accept(
          "the labels are fractional numbers, each a class of its own now; --task regression learns"
              + " numbers as such");
    }
    return labels;
  }

  private static String shown(List<String> names, UnaryOperator<String> each) {
    String first = names.stream().limit(NAMED).map(each).collect(Collectors.joining(", "));
    return names.size() > NAMED ? first + ", …" : first;
  }

  /** What is expected instead of such names; null where they will do. */
  static @Nullable String problem(List<String> names) {
    if (names.stream().anyMatch(String::isEmpty)) {
      return "a name for each class, none empty";
    }
    if (names.size() < 2) {
      return "at least two names of classes";
    }
    return new HashSet<>(names).size() < names.size() ? "each name once; one is there twice" : null;
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

  static boolean hasClasses(LabelledTask task) {
    return switch (task) {
      case CLASSES, WORDS -> true;
      case VALUE, ANSWERS -> false;
    };
  }

  /** Whether the files are JSON whose keys cannot be chosen. */
  static boolean hasOwnKeys(LabelledTask task) {
    return switch (task) {
      case WORDS, ANSWERS -> true;
      case CLASSES, VALUE -> false;
    };
  }

  private static Columns columns(Settings settings, LabelledTask task) {
    String given = settings.text("columns");
    if (given == null) {
      return Columns.known();
    }
    if (hasOwnKeys(task)) {
      throw settings.wrong(
          "columns", given, "none for this task, whose files have keys of their own");
    }
    return columns(given).orElseThrow(() -> settings.wrong("columns", given, COLUMNS));
  }

  /** What columns mean; empty where they mean nothing. */
  static Optional<Columns> columns(String given) {
    List<String> parts = Stream.of(given.split(",", -1)).map(String::strip).toList();
    boolean different = new HashSet<>(parts).size() == parts.size();
    if (parts.size() < 2 || parts.size() > 3 || !different || parts.contains("")) {
      return Optional.empty();
    }
    String pair = parts.size() == 3 ? parts.get(1) : null;
    if (parts.stream().allMatch(part -> part.matches("[1-9][0-9]{0,5}"))) {
      return Optional.of(
          new Columns.Numbered(
              Integer.parseInt(parts.getFirst()),
              pair == null ? null : Integer.valueOf(pair),
              Integer.parseInt(parts.getLast())));
    }
    return Optional.of(new Columns.Named(parts.getFirst(), pair, parts.getLast()));
  }

  /**
   * The examples.
   *
   * @param positions of the model, which an example does not exceed
   */
  TrainingData examples(Tokenizer tokenizer, int positions, Recipe recipe) {
    int most = TextData.length(operation, recipe, positions);
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

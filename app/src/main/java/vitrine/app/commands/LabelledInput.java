package vitrine.app.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.data.Columns;
import vitrine.engine.data.Examples;
import vitrine.engine.data.LabelSet;
import vitrine.engine.data.LabelledFile;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.data.Selections;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Tap;
import vitrine.engine.text.Tokenizer;

/** The options by which {@code evaluate} and analyses are given labelled files. */
final class LabelledInput {
  /** What transformers calls classes that have no name. */
  private static final Pattern NAMELESS = Pattern.compile("LABEL_\\d+");

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Labelled data, in the forms that vitrine help fine-tune shows.")
  private List<Path> files = List.of();

  @Option(
      names = "--columns",
      paramLabel = "TEXT[,PAIR],LABEL",
      converter = Converters.NotBlank.class,
      description = "Columns or keys of the data, by name; by number where there is no header.")
  private @Nullable String columns;

  @Option(
      names = "--labels",
      paramLabel = "A,B,...",
      converter = Converters.NotBlank.class,
      description = "The model's classes in order, as the data calls them.")
  private @Nullable String labels;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Only N of the examples, which the seed decides on.")
  private @Nullable Integer limit;

  boolean isGiven() {
    return !files.isEmpty();
  }

  /**
   * Says that an option means nothing without data, or nothing at all.
   *
   * @throws UsageException then
   */
  void check(String command) {
    String given = columns != null ? "--columns" : labels != null ? "--labels" : null;
    if (given != null) {
      requireGiven(command, given);
    }
    var _ = columns(command);
  }

  /** The same of the limit, where nothing else has one. */
  void checkLimit(String command) {
    if (limit != null) {
      requireGiven(command, "--limit");
    }
  }

  /**
   * Refuses an option that was given without data.
   *
   * @throws UsageException then
   */
  void requireGiven(String command, String option) {
    if (files.isEmpty()) {
      throw usage(command, option + ": given without --data; expected both");
    }
  }

  /**
   * What was read.
   *
   * @param examples all of them
   * @param labels the model's classes as the data calls them; none of values and answers
   */
  record Read(Examples examples, LabelSet labels) {}

  /**
   * Reads the files.
   *
   * @param length tokens of an example at most
   * @throws InputException when the data or its labels do not fit the model
   */
  Read read(
      String command, LoadedModel loaded, int length, TooLong tooLong, Consumer<String> notes) {
    Tokenizer tokenizer = loaded.tokenizer(command);
    tokenizer.notes().forEach(notes);
    LabelledTask task = task(command, loaded.model().architecture());
    if (LabelledData.hasOwnKeys(task) && columns != null) {
      throw usage(
          command,
          "--columns: given for task %s, whose files have keys of their own; expected none"
              .formatted(loaded.model().architecture().head().label()));
    }
    if (!LabelledData.hasClasses(task) && labels != null) {
      throw usage(command, "--labels: given for a model without classes; expected none");
    }
    List<LabelledFile> read = LabelledData.files(files, task, columns(command));
    read.forEach(file -> file.notes().forEach(notes));
    LabelSet set = LabelledData.hasClasses(task) ? labels(command, loaded, notes) : LabelSet.NONE;
    return new Read(LabelledData.examples(read, set, tokenizer, length, tooLong), set);
  }

  /** As many as the limit allows, which the seed decides on; all without one. */
  Examples limited(Examples all, long seed) {
    return limit == null ? all : Selections.drawn(all, limit, seed);
  }

  /**
   * The examples as a model reads them.
   *
   * @throws InputException when the data or its labels do not fit the model
   */
  Inputs inputs(
      String command, LoadedModel loaded, TooLong tooLong, long seed, Consumer<String> notes) {
    int positions = loaded.model().architecture().positions();
    Examples some = limited(read(command, loaded, positions, tooLong, notes).examples(), seed);
    List<Example> examples =
        IntStream.range(0, some.size()).mapToObj(index -> some.get(index, 0)).toList();
    return Inputs.batch(examples);
  }

  /**
   * What the data must be of; a classifier of one class gives a value.
   *
   * @throws InputException when the model knows nothing of labels
   */
  static LabelledTask task(String command, Architecture model) {
    return switch (model.head()) {
      case SEQUENCE -> classes(model) == 1 ? LabelledTask.VALUE : LabelledTask.CLASSES;
      case TOKENS -> LabelledTask.WORDS;
      case QUESTION -> LabelledTask.ANSWERS;
      case NONE, LANGUAGE, MASKED, PRETRAINING, NEXT_SENTENCE ->
          throw new InputException(
              "%s: --data: the model's head is '%s'; expected one for labels: sequence, tokens or qa. Fine-tune the model first (vitrine help fine-tune)"
                  .formatted(command, model.head().label()));
    };
  }

  static int classes(Architecture model) {
    return model.output(Tap.LOGITS).orElseThrow().classes();
  }

  private Columns columns(String command) {
    if (columns == null) {
      return Columns.known();
    }
    String given = columns;
    return LabelledData.columns(given)
        .orElseThrow(() ->
            usage(
                command,
                "--columns: " + OneLine.operand(given) + "; expected " + LabelledData.COLUMNS));
  }

  private LabelSet labels(String command, LoadedModel loaded, Consumer<String> notes) {
    int classes = classes(loaded.model().architecture());
    List<String> names = loaded.files().labels().values().stream().toList();
    LabelSet set = LabelSet.ofConfig(loaded.files().labels());
    if (labels != null) {
      List<String> given = Stream.of(labels.split(",", -1)).map(String::strip).toList();
      String problem = LabelledData.problem(given);
      if (problem != null) {
        throw usage(command, "--labels: " + OneLine.operand(labels) + "; expected " + problem);
      }
      set = LabelSet.inOrder(given);
    } else if (names.stream().allMatch(name -> NAMELESS.matcher(name).matches())) {
      notes.accept("the model's classes have no names: taken as 0 to " + (classes - 1));
      set = LabelSet.inOrder(IntStream.range(0, classes).mapToObj(String::valueOf).toList());
    }
    if (set.size() != classes) {
      throw new InputException(
          "%s: --labels: %d names (%s); expected %d, one a class of the model"
              .formatted(command, set.size(), set, classes));
    }
    return set;
  }

  private static UsageException usage(String command, String what) {
    return new UsageException(command + ": " + what + ". See: vitrine help " + command);
  }
}

package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.EventLines;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Shell;
import vitrine.app.terminal.Sizes;
import vitrine.app.training.Interruption;
import vitrine.app.training.ReadingView;
import vitrine.app.training.Settings;
import vitrine.app.training.Snapshots;
import vitrine.app.training.TrainingEvents;
import vitrine.app.training.TrainingView;
import vitrine.engine.InputException;
import vitrine.engine.data.TokenizedText;
import vitrine.engine.models.Model;
import vitrine.engine.training.ModelWriter;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.RunDirectory;
import vitrine.engine.training.SideFiles;
import vitrine.engine.training.StartingPoint;
import vitrine.engine.training.Trainer;
import vitrine.engine.training.TrainingData;
import vitrine.engine.training.TrainingEvent;
import vitrine.engine.training.Watch;
import vitrine.interp.io.Json;
import vitrine.kernels.Kernels;

/** What the commands that train have in common, from the settings to the model on the disk. */
final class TrainingRun {
  /** Weights, their gradients, and the optimizer's two means. */
  private static final int COPIES_IN_MEMORY = 4;

  /** Of a checkpoint; it stands twice while it is replaced. */
  private static final int COPIES_IN_CHECKPOINT = 3;

  private final String operation;
  private final Common common;
  private final RecipeOptions options;
  private final Console console;
  private final Consumer<String> notes;
  private final EventLines events;

  TrainingRun(String operation, Common common, RecipeOptions options, Console console) {
    this.operation = operation;
    this.common = common;
    this.options = options;
    this.console = console;
    this.events = new EventLines(console);
    this.notes = options.json() ? this::noteEvent : console::note;
  }

  /**
   * What a training is to be done with.
   *
   * @param settings all of them, for recipe.json
   */
  record Prepared(Settings settings, Recipe recipe, TrainingData data) {}

  /** Whether it is a new training, and none that goes on. */
  boolean begins() {
    return !options.resume();
  }

  /**
   * Refuses options that mean nothing without validation data.
   *
   * @throws vitrine.app.terminal.UsageException naming the first
   */
  void requireValidation(Settings settings) {
    if (settings.has("validation") || settings.has("validation_share")) {
      return;
    }
    for (String key :
        List.of("validation_limit", "evaluate_every", "measure", "patience", "keep")) {
      boolean needs = !key.equals("keep") || settings.shown(key).equals(Watch.Keep.BEST.label());
      if (needs && settings.isOption(key)) {
        throw settings.wrong(
            key, settings.shown(key), "it with validation data (--validation, --validation-share)");
      }
    }
  }

  /** Receives sentences that are worth knowing. */
  Consumer<String> notes() {
    return notes;
  }

  private void noteEvent(String text) {
    events.print(Json.object().put("event", "note").put("text", text));
  }

  /** Shows how far the reading of texts is. */
  TokenizedText.Progress reading() {
    return options.json() ? (file, chars, tokens) -> {} : new ReadingView(console);
  }

  /**
   * The settings of this training, from the file and the options, or from the training that goes
   * on. Checks the directory first, so that nothing long is done in vain.
   *
   * @param none the command's settings before any is given
   * @param given on the command line
   */
  Settings settings(Settings none, ObjectNode given) {
    Path out = options.out();
    if (options.resume()) {
      if (!RunDirectory.canResume(out)) {
        throw outError(
            "no training to go on with; expected a directory with recipe.json. Begin one without --resume");
      }
      if (options.config() != null) {
        throw new InputException(
            operation
                + ": --config: given with --resume; expected one of them. A training goes on with"
                + " the recipe.json in its directory");
      }
      return none.read(out.resolve(RunDirectory.RECIPE)).with(given);
    }
    OutputDirectory.requireRoom(operation + ": --out", out);
    requireEmpty(out);
    Path config = options.config();
    return (config == null ? none : none.read(config)).with(given);
  }

  private void requireEmpty(Path out) {
    if (Files.isDirectory(out)) {
      if (!RunDirectory.isFree(out)) {
        throw outError(
            RunDirectory.canResume(out)
                ? "holds a training; expected a new or an empty directory. Choose another --out, or"
                    + " add --resume to go on with it"
                : "not empty; expected a new or an empty directory. Choose another --out");
      }
    }
  }

  private InputException outError(String what) {
    return new InputException(
        operation + ": --out: " + OneLine.operand(options.out().toString()) + ": " + what);
  }

  /**
   * Says before anything is begun that a model cannot be trained here.
   *
   * @param parameters how many numbers the model has, at least
   * @param settings how many snapshots there will be
   */
  void requireRoom(long parameters, Recipe recipe, Settings settings) throws IOException {
    Memory.require(
        operation,
        parameters * Float.BYTES * COPIES_IN_MEMORY,
        Memory.available(),
        "That is for weights, gradients and the optimizer of %s parameters alone. Train a smaller model, or on a machine with more memory"
            .formatted(Sizes.grouped(parameters)));
    long disk =
        diskBytes(parameters, recipe.watch().keep(), options.resume() ? 1 : 2)
            + parameters * Float.BYTES * settings.steps(RecipeOptions.SNAPSHOTS).size();
    long usable = store(options.out().toAbsolutePath()).getUsableSpace();
    if (disk > usable) {
      throw new ResourceException(
          "%s: --out: %s: %s of disk left; expected %s or more, for checkpoints and the model. Free some, or choose another --out"
              .formatted(
                  operation,
                  OneLine.operand(options.out().toString()),
                  Sizes.bytes(usable),
                  Sizes.bytes(disk)));
    }
  }

  /**
   * What a training writes at the most.
   *
   * @param checkpoints how many are still to be written, one beside that which it replaces
   */
  static long diskBytes(long parameters, Watch.Keep keep, int checkpoints) {
    // Of the best weights, those that the last checkpoint knows and newer ones.
    int best =
        switch (keep) {
          case LAST -> 0;
          case BEST -> checkpoints;
        };
    return parameters * Float.BYTES * (checkpoints * COPIES_IN_CHECKPOINT + best + 1);
  }

  private static FileStore store(Path directory) throws IOException {
    Path there = directory;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return Files.getFileStore(there);
  }

  /**
   * Trains, saves the model and says so.
   *
   * @param prepare called when the model's sizes are known
   */
  void train(StartingPoint start, SideFiles files, Function<Model, Prepared> prepare) {
    try (Kernels kernels = common.openKernels(notes);
        Model model = start.load(kernels, notes)) {
      Prepared prepared = prepare.apply(model);
      Recipe recipe = prepared.recipe();
      TrainingMemory memory = new TrainingMemory(operation, model, recipe, prepared.data());
      notes.accept(memory.require(Memory.available()));
      TrainingView view = new TrainingView(console);
      Consumer<TrainingEvent> shown = options.json() ? new TrainingEvents(events) : view;
      Snapshots snapshots =
          new Snapshots(prepared.settings().steps(RecipeOptions.SNAPSHOTS), options.out(), notes);
      Watcher watcher =
          new Watcher(event -> {
            shown.accept(event);
            snapshots.after(event, model, start.files().config(), files);
          });
      TrainingData data = options.json() ? prepared.data() : view.watching(prepared.data());
      Trainer trainer = new Trainer(model, recipe, data, watcher);
      watcher.trainer = trainer;
      try (Begun begun = begin(prepared.settings(), recipe)) {
        RunDirectory directory = begun.directory();
        Trainer.Outcome outcome = train(trainer, directory);
        if (outcome.reason() != TrainingEvent.Reason.ASKED) {
          ModelWriter.write(directory.path(), model, start.files().config(), files);
          report(
              new TrainingReport(
                  outcome,
                  watcher.last,
                  directory.evaluation(outcome.kept()),
                  recipe.watch().patience(),
                  model,
                  options.out()));
        }
      }
    }
  }

  private void report(TrainingReport report) {
    if (options.json()) {
      report.print(events);
    } else {
      report.print(console);
    }
  }

  private Begun begin(Settings settings, Recipe recipe) {
    if (options.resume()) {
      return new Begun(RunDirectory.resume(options.out()));
    }
    return new Begun(RunDirectory.create(options.out(), settings.toJson(recipe)));
  }

  /**
   * The directory of a training that is going on. Where it ended before its first checkpoint, there
   * is nothing to keep, and it is left empty again.
   */
  private record Begun(RunDirectory directory) implements AutoCloseable {
    @Override
    public void close() {
      try (directory) {
        if (!directory.hasCheckpoint()) {
          directory.discard();
        }
      }
    }
  }

  private Trainer.Outcome train(Trainer trainer, RunDirectory directory) {
    try (Interruption _ =
        new Interruption(() -> {
          notes.accept("stopping after this step, with a checkpoint");
          trainer.stop();
        })) {
      Trainer.Outcome outcome = trainer.train(directory);
      boolean overtime = outcome.reason() == TrainingEvent.Reason.TIME;
      if (overtime || outcome.reason() == TrainingEvent.Reason.ASKED) {
        notes.accept(
            "stopped after step %d%s; to go on: %s"
                .formatted(outcome.step(), overtime ? ", as --minutes has it" : "", resumption()));
      }
      return outcome;
    }
  }

  /** The command that goes on with this training, as a shell takes it. */
  private String resumption() {
    String backend = common.givenBackend();
    return "vitrine %s --out %s --resume%s"
        .formatted(
            operation,
            Shell.quoted(options.out().toString()),
            backend == null ? "" : " --backend " + Shell.quoted(backend));
  }

  /** Keeps what the last lines need, and the time. */
  private final class Watcher implements Consumer<TrainingEvent> {
    private final Consumer<TrainingEvent> view;
    private final long begun = System.nanoTime();
    private @Nullable Trainer trainer;
    private TrainingEvent.@Nullable Step last;

    Watcher(Consumer<TrainingEvent> view) {
      this.view = view;
    }

    @Override
    public void accept(TrainingEvent event) {
      view.accept(event);
      if (event instanceof TrainingEvent.Step step) {
        last = step;
        stopInTime();
      }
    }

    private void stopInTime() {
      Double minutes = options.minutes();
      if (minutes != null && (System.nanoTime() - begun) / 60e9 >= minutes && trainer != null) {
        trainer.endInTime();
      }
    }
  }
}

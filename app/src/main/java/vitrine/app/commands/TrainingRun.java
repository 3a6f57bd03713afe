package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Json;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Sizes;
import vitrine.app.training.Durations;
import vitrine.app.training.Interruption;
import vitrine.app.training.Measures;
import vitrine.app.training.Settings;
import vitrine.app.training.TrainingEvents;
import vitrine.app.training.TrainingView;
import vitrine.engine.InputException;
import vitrine.engine.models.Model;
import vitrine.engine.training.Evaluation;
import vitrine.engine.training.ModelWriter;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.RunDirectory;
import vitrine.engine.training.SideFiles;
import vitrine.engine.training.StartingPoint;
import vitrine.engine.training.Trainer;
import vitrine.engine.training.TrainingData;
import vitrine.engine.training.TrainingEvent;
import vitrine.engine.training.Watch;
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
  private @Nullable Evaluation lastEvaluation;
  private double lastLoss;
  private double seconds;

  TrainingRun(String operation, Common common, RecipeOptions options, Console console) {
    this.operation = operation;
    this.common = common;
    this.options = options;
    this.console = console;
    this.notes = options.json() ? this::noteEvent : console::note;
  }

  /** Receives sentences that are worth knowing. */
  Consumer<String> notes() {
    return notes;
  }

  private void noteEvent(String text) {
    event(Json.object().put("event", "note").put("text", text));
  }

  private void event(ObjectNode event) {
    console.println(Json.line(event));
    console.flush();
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
    } else if (Files.exists(out)) {
      throw outError("a file; expected a directory. Choose another --out");
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
   */
  void requireRoom(long parameters, Recipe recipe) throws IOException {
    Memory.require(
        operation,
        parameters * Float.BYTES * COPIES_IN_MEMORY,
        Memory.available(),
        "That is for weights, gradients and the optimizer of %s parameters alone. Train a smaller model, or on a machine with more memory"
            .formatted(Sizes.grouped(parameters)));
    long disk = diskBytes(parameters, recipe.watch().keep(), options.resume() ? 1 : 2);
    long usable = store(options.out().toAbsolutePath()).getUsableSpace();
    if (disk > usable) {
      throw new ResourceException(
          "%s: --out: %s of disk left; expected %s or more, for checkpoints and the model. Free some, or choose another --out"
              .formatted(operation, Sizes.bytes(usable), Sizes.bytes(disk)));
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
   * @param data made when the model's sizes are known
   */
  void train(
      Settings settings,
      Recipe recipe,
      StartingPoint start,
      SideFiles files,
      Function<Model, TrainingData> data) {
    try (Kernels kernels = common.openKernels(notes);
        Model model = start.load(kernels, notes)) {
      TrainingData examples = data.apply(model);
      TrainingMemory memory = new TrainingMemory(operation, model, recipe, examples);
      notes.accept(memory.require(Memory.available()));
      Consumer<TrainingEvent> view =
          options.json() ? new TrainingEvents(console) : new TrainingView(console);
      Watcher watcher = new Watcher(view);
      Trainer trainer = new Trainer(model, recipe, examples, watcher);
      watcher.trainer = trainer;
      try (Begun begun = begin(settings, recipe)) {
        RunDirectory directory = begun.directory();
        Trainer.Outcome outcome = train(trainer, directory);
        if (outcome.reason() != TrainingEvent.Reason.ASKED) {
          ModelWriter.write(directory.path(), model, start.files().config(), files);
          done(outcome, model);
        }
      }
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
            "stopped after step %d%s; to go on: vitrine %s --out %s --resume"
                .formatted(
                    outcome.step(),
                    overtime ? ", as --minutes has it" : "",
                    operation,
                    options.out()));
      }
      return outcome;
    }
  }

  /** Keeps what the last lines need, and the time. */
  private final class Watcher implements Consumer<TrainingEvent> {
    private final Consumer<TrainingEvent> view;
    private final long begun = System.nanoTime();
    private @Nullable Trainer trainer;

    Watcher(Consumer<TrainingEvent> view) {
      this.view = view;
    }

    @Override
    public void accept(TrainingEvent event) {
      view.accept(event);
      switch (event) {
        case TrainingEvent.Step step -> {
          lastLoss = step.loss();
          seconds = step.seconds();
          stopInTime();
        }
        case TrainingEvent.Evaluated evaluated -> lastEvaluation = evaluated.evaluation();
        case TrainingEvent.Started _,
            TrainingEvent.Note _,
            TrainingEvent.Checkpointed _,
            TrainingEvent.Stopped _ -> {}
      }
    }

    private void stopInTime() {
      Double minutes = options.minutes();
      if (minutes != null && (System.nanoTime() - begun) / 60e9 >= minutes && trainer != null) {
        trainer.endInTime();
      }
    }
  }

  private void done(Trainer.Outcome outcome, Model model) {
    Path out = options.out();
    Evaluation evaluation = lastEvaluation;
    if (options.json()) {
      ObjectNode done = Json.object().put("event", "done").put("step", outcome.step());
      done.put("reason", outcome.reason().label()).put("kept", outcome.kept());
      done.put("parameters", model.facts().parameters()).put("out", out.toString());
      if (evaluation != null) {
        ObjectNode last = done.putObject("validation");
        Measures.put(last, evaluation);
      }
      event(done);
      return;
    }
    String steps = "trained " + Sizes.grouped(outcome.step()) + " steps";
    console.println(
        seconds == 0
            ? steps + " before; none was left"
            : "%s in %s; loss of the last %s"
                .formatted(steps, Durations.of(seconds), Measures.number(lastLoss)));
    if (evaluation != null) {
      console.println("last validation: " + Measures.text(evaluation));
    }
    if (outcome.kept() != outcome.step()) {
      console.println("kept the weights of step " + outcome.kept() + ", the best");
    }
    console.println(
        "model of %s parameters in %s"
            .formatted(Sizes.grouped(model.facts().parameters()), OneLine.escape(out.toString())));
  }
}

package vitrine.engine.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Examples;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;

/** What a training leaves behind while it goes on: evaluations, metrics, checkpoints. */
final class Journal implements AutoCloseable {
  private final Model model;
  private final Recipe recipe;
  private final TrainingData data;
  private final AdamW optimizer;
  private final @Nullable RunDirectory directory;
  private final Consumer<TrainingEvent> listener;
  private final Provenance provenance;

  /** The best weights of a training that has no directory. */
  private final Map<Parameter, float[]> best = new LinkedHashMap<>();

  /** The best evaluation as the last checkpoint has it. */
  private TrainingState.@Nullable Best checkpointed;

  /** The step after which there was an evaluation last. */
  private @Nullable Integer evaluated;

  /**
   * @param directory null for a training that leaves nothing
   */
  Journal(
      Model model,
      Recipe recipe,
      TrainingData data,
      AdamW optimizer,
      @Nullable RunDirectory directory,
      Consumer<TrainingEvent> listener) {
    this.model = model;
    this.recipe = recipe;
    this.data = data;
    this.optimizer = optimizer;
    this.directory = directory;
    this.listener = listener;
    this.provenance = Provenance.of(model, recipe, data);
  }

  /** The state to go on from; the model has its weights. */
  TrainingState begin() {
    RunDirectory run = directory;
    if (run == null) {
      return TrainingState.START;
    }
    if (!run.hasCheckpoint()) {
      run.metrics().cut(TrainingState.START.metricsBytes());
      return TrainingState.START;
    }
    CheckpointFile.Contents contents = CheckpointFile.read(run.checkpoint());
    provenance.requireSame(contents.provenance());
    TrainingState state = contents.state();
    if (!contents.provenance().backend().equals(provenance.backend())) {
      listener.accept(
          new TrainingEvent.Note(
              state.step(),
              "begun on the backend "
                  + contents.provenance().backend()
                  + ", going on with "
                  + provenance.backend()
                  + ": the weights will not be the same to the bit"));
    }
    CheckpointFile.restore(run.checkpoint(), model, optimizer);
    run.metrics().cut(state.metricsBytes());
    checkpointed = state.best();
    return state;
  }

  /**
   * Writes the checkpoint that a training begins with, so that it can be resumed from its start.
   */
  TrainingState first(TrainingState state) {
    RunDirectory run = directory;
    if (run == null || run.hasCheckpoint()) {
      return state;
    }
    Health.check(state.step(), optimizer);
    return checkpoint(run, state);
  }

  /** Tells the listener, and writes what belongs in the metrics. */
  void tell(TrainingEvent event) {
    if (directory != null) {
      directory.metrics().write(event);
    }
    listener.accept(event);
  }

  /** What comes after a step. */
  enum Then {
    GO_ON,
    STOP
  }

  /** Evaluates and writes a checkpoint where one is due, or where nothing more will come. */
  TrainingState after(TrainingState stepped, Progress progress, Then then) {
    TrainingState state = stepped;
    int step = state.step();
    boolean last = step == progress.steps();
    Watch watch = recipe.watch();
    boolean evaluates = last || isDue(watch.evaluateEvery(), step, progress);
    boolean due =
        watch.checkpointEvery() == null
            ? evaluates
            : isDue(watch.checkpointEvery(), step, progress);
    Examples validation = data.validation();
    if (evaluates && validation != null) {
      state = evaluate(state, validation);
      evaluated = step;
    }
    Integer patience = watch.patience();
    if (last) {
      state = state.ended(TrainingEvent.Reason.COMPLETE);
    } else if (patience != null && state.withoutBetter() >= patience) {
      state = state.ended(TrainingEvent.Reason.PATIENCE);
    }
    if (due || then == Then.STOP || state.ended() != null) {
      Health.check(step, optimizer);
      state = directory == null ? state : checkpoint(directory, state);
    }
    return state;
  }

  private static boolean isDue(@Nullable Integer every, int step, Progress progress) {
    return every == null ? progress.endsEpoch(step) : step % every == 0;
  }

  private TrainingState evaluate(TrainingState before, Examples validation) {
    TrainingState state = measure(before, validation);
    if (state.isBest() && recipe.watch().keep() == Watch.Keep.BEST) {
      Health.check(state.step(), optimizer);
      keepWeights(state.step());
    }
    return state;
  }

  private TrainingState measure(TrainingState before, Examples validation) {
    long start = System.nanoTime();
    Evaluation evaluation =
        Evaluator.evaluate(
            model, recipe.objective(), validation, recipe.batching().batch(), recipe.seed());
    Health.check(before.step(), evaluation, optimizer);
    double value = evaluation.value(recipe.watch().measure());
    TrainingState state = before.evaluated(recipe.watch().measure(), value);
    double seconds = (System.nanoTime() - start) / 1e9;
    tell(
        new TrainingEvent.Evaluated(
            state.step(),
            evaluation,
            state.isBest() ? TrainingEvent.Standing.BEST : TrainingEvent.Standing.NOT_BEST,
            seconds));
    return state.spent(seconds);
  }

  private void keepWeights(int step) {
    RunDirectory run = directory;
    if (run != null) {
      run.keepBest(stepOf(checkpointed)); // who resumes asks for that one; no more than two stand
      CheckpointFile.writeWeights(run.best(step), model.kernels(), model.parameters());
      return;
    }
    for (Parameter parameter : model.parameters()) {
      best.put(parameter, parameter.values(model.kernels()));
    }
  }

  private static Set<Integer> stepOf(TrainingState.@Nullable Best kept) {
    return kept == null ? Set.of() : Set.of(kept.step());
  }

  private TrainingState checkpoint(RunDirectory run, TrainingState state) {
    long start = System.nanoTime();
    Path file = run.checkpoint();
    TrainingState written = state.written(run.metrics().sync());
    CheckpointFile.write(
        file, model.kernels(), optimizer, new CheckpointFile.Contents(written, provenance));
    checkpointed = state.best();
    run.keepBest(stepOf(checkpointed));
    double seconds = (System.nanoTime() - start) / 1e9;
    tell(new TrainingEvent.Checkpointed(state.step(), file, size(file), seconds));
    return written;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the model the weights that are to be kept; says which step's they are. */
  int end(TrainingState last, TrainingEvent.Reason reason) {
    TrainingState state = reason == TrainingEvent.Reason.TIME ? finalLook(last) : last;
    TrainingState.Best chosen = state.best();
    int kept = state.step();
    boolean takesBest =
        reason != TrainingEvent.Reason.ASKED && recipe.watch().keep() == Watch.Keep.BEST;
    if (takesBest && chosen != null && chosen.step() != state.step()) {
      kept = chosen.step();
      if (directory != null) {
        CheckpointFile.restoreWeights(directory.best(kept), model);
      } else {
        best.forEach((parameter, values) -> parameter.storage().upload(model.kernels(), values));
      }
    }
    tell(new TrainingEvent.Stopped(state.step(), reason, chosen == null ? null : chosen.step()));
    return kept;
  }

  /**
   * The evaluation that a training ends with which has no more time. It is none of the recipe's, so
   * it comes behind the checkpoint: who resumes finds neither its line nor what it says of the
   * best.
   */
  private TrainingState finalLook(TrainingState state) {
    Examples validation = data.validation();
    Integer done = evaluated;
    return validation == null || (done != null && done == state.step())
        ? state
        : measure(state, validation);
  }

  @Override
  public void close() {
    best.clear();
  }
}

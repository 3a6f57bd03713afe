package vitrine.engine.training;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.models.TrainingPass;

/**
 * Trains a model as a recipe says. The same recipe, data and starting weights give the same bits,
 * however often the process is killed and the training resumed in between.
 */
public final class Trainer {
  private final Model model;
  private final Recipe recipe;
  private final TrainingData data;
  private final Consumer<TrainingEvent> listener;
  private final Terms terms;
  private volatile TrainingEvent.@Nullable Reason asked;

  /**
   * What a training came to. The model has the weights that the recipe says to keep.
   *
   * @param step the last one taken
   * @param reason why it was the last
   * @param kept the step whose weights the model has
   */
  public record Outcome(int step, TrainingEvent.Reason reason, int kept) {}

  /**
   * @param model changed by training; no one else may use it meanwhile
   * @param listener told of everything, in the thread that trains
   * @throws InputException when recipe, data and model do not fit each other
   */
  public Trainer(Model model, Recipe recipe, TrainingData data, Consumer<TrainingEvent> listener) {
    this.model = model;
    this.recipe = recipe;
    this.data = data;
    this.listener = listener;
    this.terms = new Terms(recipe.objective(), model.architecture());
    check();
  }

  private void check() {
    if (!recipe.objective().suits(model.architecture().head())) {
      throw new InputException(
          "train: objective "
              + recipe.objective().label()
              + ": the model's head is '"
              + model.architecture().head().label()
              + "'; expected one that is trained so. Choose another objective or task.");
    }
    requireFit("training data", data.train());
    Examples validation = data.validation();
    if (validation != null) {
      requireFit("validation data", validation);
      requireMeasured(validation);
    } else if (recipe.watch().patience() != null || recipe.watch().keep() == Watch.Keep.BEST) {
      throw new InputException(
          "train: "
              + (recipe.watch().patience() != null ? "patience" : "keep best")
              + ": no validation data; expected some to evaluate with. Give a validation file or"
              + " share.");
    }
  }

  private void requireFit(String name, Examples examples) {
    int positions = model.architecture().positions();
    if (examples.longest() > positions) {
      throw new InputException(
          "train: "
              + name
              + ": an example of "
              + examples.longest()
              + " tokens; expected at most the model's "
              + positions
              + " positions. Choose a smaller length.");
    }
    if (!terms.anyOf(examples)) {
      throw new InputException(
          "train: "
              + name
              + ": no example asks anything; expected tokens to predict, or labels. Give other data.");
    }
  }

  private void requireMeasured(Examples validation) {
    Measure measure = recipe.watch().measure();
    Set<Measure> all = Evaluator.measures(model.architecture(), recipe.objective(), validation);
    if (!all.contains(measure)) {
      throw new InputException(
          "train: measure: "
              + measure.label()
              + ": not measured for the head '"
              + model.architecture().head().label()
              + "' and its labels; expected one of "
              + String.join(", ", all.stream().map(Measure::label).toList())
              + ".");
    }
  }

  /** Asks the training to end after its present step, with a checkpoint; from any thread. */
  public void stop() {
    asked = TrainingEvent.Reason.ASKED;
  }

  /**
   * Tells that there is no more time: the training ends after its present step as if that were the
   * last, with an evaluation and the weights that are to be kept, and can be resumed all the same.
   * From any thread.
   */
  public void endInTime() {
    if (asked == null) {
      asked = TrainingEvent.Reason.TIME;
    }
  }

  /** Trains from the first step to the last, leaving nothing on the disk. */
  public Outcome train() {
    return train(null);
  }

  /**
   * Trains and leaves metrics and checkpoints in a directory; goes on from the checkpoint that is
   * in it.
   *
   * @throws InputException when the checkpoint is of another training, when the loss is not finite
   *     or explodes, or when something cannot be written; the last checkpoint is whole then
   * @throws vitrine.weights.WeightsException when a checkpoint cannot be written, likewise
   */
  public Outcome train(@Nullable RunDirectory directory) {
    try (Gradients gradients = model.gradients();
        AdamW optimizer = new AdamW(model, gradients, recipe.optimizer());
        Journal journal = new Journal(model, recipe, data, optimizer, directory, listener)) {
      Progress progress = new Progress(recipe, data.train().size());
      TrainingState state = journal.begin();
      journal.tell(
          new TrainingEvent.Started(
              state.step(),
              progress.steps(),
              progress.stepsPerEpoch(),
              data.train().size(),
              size(data.validation())));
      state = journal.first(state);
      Steps steps = new Steps(gradients, optimizer, progress);
      TrainingEvent.Reason reason = state.ended() == null ? asked : state.ended();
      while (reason == null) {
        state = steps.next(state, journal);
        reason = asked;
        state =
            journal.after(state, progress, reason == null ? Journal.Then.GO_ON : Journal.Then.STOP);
        reason = state.ended() == null ? reason : state.ended();
      }
      int kept = journal.end(state, reason);
      return new Outcome(state.step(), reason, kept);
    }
  }

  private static int size(@Nullable Examples examples) {
    return examples == null ? 0 : examples.size();
  }

  /** Takes the steps. */
  private final class Steps {
    private final Gradients gradients;
    private final AdamW optimizer;
    private final Progress progress;
    private final Batches batches = new Batches(data.train(), terms, recipe.seed());
    private final Dropout dropout = recipe.rates(model.dropout());
    private final Pace pace = new Pace();

    Steps(Gradients gradients, AdamW optimizer, Progress progress) {
      this.gradients = gradients;
      this.optimizer = optimizer;
      this.progress = progress;
    }

    TrainingState next(TrainingState state, Journal journal) {
      long start = System.nanoTime();
      int step = state.step() + 1;
      List<Batches.Micro> passes =
          batches.step(progress.first(step), progress.count(step), recipe.batching().batch());
      long counted = passes.stream().mapToLong(Batches.Micro::counted).sum();
      if (counted == 0) {
        return passedOver(step, state, journal);
      }
      double loss = accumulate(step, passes, counted);
      double norm = optimizer.norm();
      TrainingState after = state.stepped(loss);
      Health.check(
          step,
          loss,
          norm,
          after.losses().limited(recipe.watch()),
          optimizer,
          () -> firstBad(passes));
      double factor = recipe.schedule().factor(step, progress.steps());
      optimizer.step(step, factor, optimizer.clipScale(norm));
      double seconds = (System.nanoTime() - start) / 1e9;
      after = after.spent(seconds);
      long tokens = passes.stream().mapToLong(Batches.Micro::tokens).sum();
      pace.add(tokens, seconds);
      journal.tell(
          new TrainingEvent.Step(
              step,
              progress.steps(),
              progress.epoch(step),
              loss,
              recipe.optimizer().learningRate() * factor,
              norm,
              tokens,
              pace.tokensPerSecond(),
              after.seconds(),
              pace.secondsFor(progress.steps() - step)));
      return after;
    }

    private Optional<Site> firstBad(List<Batches.Micro> passes) {
      return passes.stream()
          .filter(micro -> micro.counted() > 0)
          .flatMap(micro -> Activations.firstBad(model, micro.inputs()).stream())
          .findFirst();
    }

    /** A step whose examples ask nothing has no gradient; the weights stay. */
    private TrainingState passedOver(int step, TrainingState state, Journal journal) {
      journal.tell(
          new TrainingEvent.Note(
              step, "step " + step + ": its examples ask nothing; the weights stay"));
      return state.passedOver();
    }

    /**
     * The gradient of the mean over the whole step, and that mean.
     *
     * @param counted how many terms the mean has
     */
    private double accumulate(int step, List<Batches.Micro> passes, long counted) {
      gradients.clear();
      double loss = 0;
      for (int pass = 0; pass < passes.size(); pass++) {
        Batches.Micro micro = passes.get(pass);
        if (micro.counted() == 0) {
          continue;
        }
        double share = (double) micro.counted() / counted;
        long key = Draw.key(recipe.seed(), Draw.Use.DROPOUT, step, pass);
        TrainingPass how = new TrainingPass(share, dropout, key, recipe.saving());
        loss += share * model.accumulate(micro.inputs(), recipe.objective().loss(), how, gradients);
      }
      return loss;
    }
  }
}

package vitrine.engine.training;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Gradients;
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
  private volatile boolean asked;

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
    requireRoom("training data", data.train());
    Examples validation = data.validation();
    if (validation != null) {
      requireRoom("validation data", validation);
    } else if (recipe.watch().patience() != null || recipe.watch().keep() == Watch.Keep.BEST) {
      throw new InputException(
          "train: "
              + (recipe.watch().patience() != null ? "patience" : "keep best")
              + ": no validation data; expected some to evaluate with. Give a validation file or"
              + " share.");
    }
  }

  private void requireRoom(String name, Examples examples) {
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
  }

  /** Asks the training to end after its present step, with a checkpoint; from any thread. */
  public void stop() {
    asked = true;
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
      boolean stops = asked;
      while (state.ended() == null && !stops) {
        state = steps.next(state, journal);
        stops = asked;
        state = journal.after(state, progress, stops ? Journal.Then.STOP : Journal.Then.GO_ON);
      }
      TrainingEvent.Reason ended = state.ended();
      TrainingEvent.Reason reason = ended == null ? TrainingEvent.Reason.ASKED : ended;
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
    private final Batches batches = new Batches(data.train(), recipe.objective(), recipe.seed());
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
      double loss = accumulate(step, passes);
      double norm = optimizer.norm();
      Health.check(step, loss, norm, state.losses(), optimizer);
      double factor = recipe.schedule().factor(step, progress.steps());
      optimizer.step(step, factor, optimizer.clipScale(norm));
      double seconds = (System.nanoTime() - start) / 1e9;
      TrainingState after = state.stepped(loss, seconds);
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

    /** The gradient of the mean over the whole step, and that mean. */
    private double accumulate(int step, List<Batches.Micro> passes) {
      gradients.clear();
      long counted = passes.stream().mapToLong(Batches.Micro::counted).sum();
      if (counted == 0) {
        throw new InputException(
            "train: step "
                + step
                + ": its examples ask nothing; expected tokens to predict, or labels, in each.");
      }
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

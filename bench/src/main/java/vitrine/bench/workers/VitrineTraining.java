package vitrine.bench.workers;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.models.Model;
import vitrine.engine.training.AdamSettings;
import vitrine.engine.training.Batching;
import vitrine.engine.training.Extent;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.Schedule;
import vitrine.engine.training.Trainer;
import vitrine.engine.training.TrainingData;
import vitrine.engine.training.TrainingEvent;

/** A trainer that waits before each step until it is told to take it. */
final class VitrineTraining implements Job {
  private final Semaphore turns = new Semaphore(0);
  private final LinkedBlockingQueue<Stepped> steps = new LinkedBlockingQueue<>();
  private final Trainer trainer;
  private final Thread thread;

  /**
   * A step that was taken, or why it was not.
   *
   * @param nanos when
   */
  private record Stepped(long nanos, double loss, @Nullable Throwable failure) {}

  VitrineTraining(Model model, Inputs inputs) {
    Objective objective =
        Objective.NEXT.suits(model.architecture().head()) ? Objective.NEXT : Objective.MASKED;
    Recipe recipe =
        Recipe.forText(objective)
            .with(Extent.steps(Integer.MAX_VALUE / inputs.examples().size()))
            .with(new Batching(inputs.examples().size(), 1, null))
            .with(new AdamSettings(1e-4, 0.9, 0.999, 1e-8, 0.01, null))
            .with(Schedule.constant())
            .withDropout(0.0);
    trainer = new Trainer(model, recipe, TrainingData.of(new Fixed(inputs)), this::listen);
    thread = Thread.ofPlatform().daemon().name("training").start(this::train);
  }

  private void train() {
    try {
      trainer.train();
    } catch (RuntimeException | Error e) {
      steps.add(new Stepped(System.nanoTime(), Double.NaN, e));
    }
  }

  private void listen(TrainingEvent event) {
    switch (event) {
      case TrainingEvent.Started started -> turns.acquireUninterruptibly();
      case TrainingEvent.Step step -> {
        steps.add(new Stepped(System.nanoTime(), step.loss(), null));
        turns.acquireUninterruptibly();
      }
      case TrainingEvent.Note note -> System.err.println(note.text());
      case TrainingEvent.Evaluated evaluated -> {}
      case TrainingEvent.Checkpointed checkpointed -> {}
      case TrainingEvent.Stopped stopped -> {}
    }
  }

  private Stepped step() {
    turns.release();
    try {
      Stepped stepped = steps.take();
      if (stepped.failure() != null) {
        throw new IllegalStateException(stepped.failure());
      }
      return stepped;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void writeTo(Output out) {
    for (int i = 0; i < Work.Training.COMPARED_STEPS; i++) {
      out.add((float) step().loss());
    }
  }

  @Override
  public double[] time(int repeat) {
    double[] times = new double[repeat];
    for (int i = 0; i < repeat; i++) {
      long start = System.nanoTime();
      times[i] = (step().nanos() - start) / 1e6;
    }
    return times;
  }

  @Override
  public void close() {
    trainer.stop();
    turns.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same examples in every step. */
  private record Fixed(Inputs inputs) implements Examples {
    @Override
    public int size() {
      return inputs.examples().size();
    }

    @Override
    public Example get(int index, long key) {
      return inputs.examples().get(index);
    }

    @Override
    public int longest() {
      return inputs.examples().stream().mapToInt(example -> example.ids().length).max().orElse(0);
    }

    @Override
    public String fingerprint() {
      return "bench";
    }
  }
}

package vitrine.engine.training;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Frame;
import vitrine.engine.data.Masking;
import vitrine.engine.data.TokenBlocks;
import vitrine.engine.data.TokenIds;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/**
 * A small training with masking, dropout and a checkpoint after every step, in a process of its own
 * that may be killed: begins in the directory that it is given, or goes on there, and saves the
 * model in it. Says every step on standard output.
 */
final class TrainingProcess {
  static final int STEPS = 60;

  private static final int VOCABULARY = 40;

  private static final Recipe RECIPE =
      Toy.recipe(Objective.MASKED, STEPS, 4)
          .with(Schedule.cosine(0.1, 0))
          .with(new Watch(7, 1, null, Measure.LOSS, Watch.Keep.BEST));

  private TrainingProcess() {}

  /** Ends with status 3 and a line when the training fails as a person can mend it. */
  public static void main(String... arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      run(Path.of(arguments[0]), out);
    } catch (vitrine.engine.InputException | vitrine.weights.WeightsException e) {
      out.println("error: " + e.getMessage());
      System.exit(3);
    }
  }

  static void run(Path directory, PrintStream out) {
    var start = Toy.bert(16, VOCABULARY, 16, Head.MASKED);
    out.println("begun");
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        RunDirectory run =
            RunDirectory.canResume(directory)
                ? RunDirectory.resume(directory)
                : RunDirectory.create(directory, RECIPE.toJson());
        Model model = Toy.load(start, kernels)) {
      Trainer trainer =
          new Trainer(
              model,
              RECIPE,
              new TrainingData(text(1), text(2)),
              event -> {
                if (event instanceof TrainingEvent.Step step) {
                  out.println("step " + step.step());
                }
              });
      trainer.train(run);
      ModelWriter.write(directory, model, start.files().config(), SideFiles.NONE);
    }
  }

  private static Examples text(long seed) {
    int[] ids = new int[200];
    for (int t = 0; t < ids.length; t++) {
      ids[t] = 5 + Draw.below(Draw.next(seed, t / 2), VOCABULARY - 5);
    }
    java.util.BitSet special = new java.util.BitSet();
    special.set(0, 5);
    Frame frame = new Frame(new int[] {2}, new int[] {3});
    return new Masking(1, special, VOCABULARY, 0.15)
        .of(new TokenBlocks(TokenIds.of(ids), frame, 12));
  }
}

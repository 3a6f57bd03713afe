package vitrine.engine.training;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.models.Model;

/** Runs a model over examples, with nothing dropped, and measures. */
public final class Evaluator {
  private Evaluator() {}

  /**
   * Measures a model.
   *
   * @param batch examples that run together
   * @param seed of what is random in the examples: the same tokens are hidden every time
   * @throws vitrine.engine.InputException when the examples do not fit the model
   */
  public static Evaluation evaluate(
      Model model, Objective objective, Examples examples, int batch, long seed) {
    EvaluationRun run = new EvaluationRun(model, objective, examples, seed);
    List<Integer> order = byLength(examples);
    for (int from = 0; from < order.size(); from += batch) {
      run.run(order.subList(from, Math.min(from + batch, order.size())));
    }
    return run.evaluation();
  }

  /**
   * The memory that the largest batch of {@link #evaluate} would take, in bytes beside the weights;
   * computes nothing.
   */
  public static long peakBytes(Model model, Objective objective, Examples examples, int batch) {
    EvaluationRun run = new EvaluationRun(model, objective, examples, 0);
    List<Integer> order = byLength(examples);
    // The last batch has the longest texts, the one before it more of them perhaps.
    int last = (order.size() - 1) / batch * batch;
    long peak = 0;
    for (int from = Math.max(0, last - batch); from < order.size(); from += batch) {
      List<Integer> indices = order.subList(from, Math.min(from + batch, order.size()));
      peak = Math.max(peak, run.peakBytes(indices));
    }
    return peak;
  }

  /** What an evaluation of a model on such examples measures. */
  static Set<Measure> measures(Architecture model, Objective objective, Examples examples) {
    Set<Measure> measures = EnumSet.of(Measure.LOSS);
    if (objective != Objective.LABELS) {
      measures.add(Measure.PERPLEXITY);
    }
    measures.addAll(Tally.of(model, objective).measures(examples));
    return measures;
  }

  /** Texts of like lengths run together: there is less padding to compute. */
  private static List<Integer> byLength(Examples examples) {
    int[] lengths = new int[examples.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = examples.length(i);
    }
    return IntStream.range(0, lengths.length)
        .boxed()
        .sorted(Comparator.comparingInt(i -> lengths[i]))
        .toList();
  }
}

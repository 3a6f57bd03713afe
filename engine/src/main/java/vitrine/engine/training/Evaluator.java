package vitrine.engine.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;

/** Runs a model over examples, with nothing dropped, and measures. */
public final class Evaluator {
  private Evaluator() {}

  /**
   * Measures a model.
   *
   * @param batch examples that run together
   * @param seed of what is random in the examples: the same tokens are hidden every time
   * @throws InputException when the examples do not fit the model
   */
  public static Evaluation evaluate(
      Model model, Objective objective, Examples examples, int batch, long seed) {
    Tally tally = Tally.of(model.architecture(), objective);
    Terms terms = new Terms(objective, model.architecture());
    Plan plan = Plan.empty().loss(objective.loss());
    if (objective == Objective.LABELS) {
      plan = plan.read(Site.logits());
    }
    double loss = 0;
    long counted = 0;
    List<Integer> order = byLength(examples);
    for (int from = 0; from < order.size(); from += batch) {
      List<Example> together = new ArrayList<>();
      for (int index : order.subList(from, Math.min(from + batch, order.size()))) {
        together.add(examples.get(index, key(seed, index)));
      }
      Batches.Micro micro = Batches.micro(together, terms);
      if (micro.counted() == 0) {
        continue; // texts of one token, say, which predict nothing
      }
      try (Trace trace = model.run(plan, micro.inputs())) {
        loss += trace.loss().orElseThrow() * micro.counted();
        counted += micro.counted();
        if (objective == Objective.LABELS) {
          tally.add(together, trace.value(Site.logits()).toArray());
        }
      }
    }
    if (counted == 0) {
      throw new InputException(
          "evaluate: the examples ask nothing; expected tokens to predict, or labels.");
    }
    Map<Measure, Double> measures = new EnumMap<>(Measure.class);
    measures.put(Measure.LOSS, loss / counted);
    if (objective != Objective.LABELS) {
      measures.put(Measure.PERPLEXITY, Math.exp(loss / counted));
    }
    measures.putAll(tally.measures());
    return new Evaluation(examples.size(), measures);
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

  private static long key(long seed, int index) {
    return Draw.key(seed, Draw.Use.MASKING, index);
  }
}

package vitrine.engine.training;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;

/** Runs a model over examples, in their order and with nothing dropped, and measures. */
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
    Plan plan = Plan.empty().loss(objective.loss());
    if (objective == Objective.LABELS) {
      plan = plan.read(Site.logits());
    }
    double loss = 0;
    long counted = 0;
    for (int from = 0; from < examples.size(); from += batch) {
      List<Example> together = new ArrayList<>();
      for (int i = from; i < Math.min(from + batch, examples.size()); i++) {
        together.add(examples.get(i, Draw.key(seed, Draw.Use.MASKING, i)));
      }
      Batches.Micro micro = Batches.micro(together, objective);
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
}

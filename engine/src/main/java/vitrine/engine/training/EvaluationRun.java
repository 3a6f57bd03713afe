package vitrine.engine.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;

/**
 * An evaluation that goes from example to example, and can take up what an earlier one found: the
 * measures are those of all results together, wherever they come from.
 */
public final class EvaluationRun {
  private final Model model;
  private final Objective objective;
  private final Examples examples;
  private final long seed;
  private final Terms terms;
  private final Tally tally;
  private final Plan plan;
  private final List<Verdict> verdicts = new ArrayList<>();
  private double loss;
  private long counted;

  /**
   * What came of one example.
   *
   * @param loss the mean over its terms; 0 where it has none
   * @param terms tokens or labels that it asks for; 0 where it asks nothing, as a text of one token
   */
  public record Result(double loss, long terms, Verdict verdict) {}

  /**
   * @param seed of what is random in the examples: the same tokens are hidden every time
   */
  public EvaluationRun(Model model, Objective objective, Examples examples, long seed) {
    this.model = model;
    this.objective = objective;
    this.examples = examples;
    this.seed = seed;
    terms = new Terms(objective, model.architecture());
    tally = Tally.of(model.architecture(), objective);
    Plan asked = Plan.empty().loss(objective.loss());
    plan = objective == Objective.LABELS ? asked.read(Site.logits()) : asked;
  }

  /**
   * Runs one example.
   *
   * @throws InputException when it does not fit the model
   */
  public Result run(int index) {
    Ran ran = ran(List.of(index));
    Result result = new Result(ran.loss(), ran.terms(), ran.verdicts().getFirst());
    add(result);
    return result;
  }

  /** Takes up the result of an example that was run before. */
  public void add(Result result) {
    add(new Ran(result.loss(), result.terms(), List.of(result.verdict())));
  }

  /** Runs some examples as one batch. */
  void run(List<Integer> indices) {
    add(ran(indices));
  }

  /** What came of a batch. */
  private record Ran(double loss, long terms, List<Verdict> verdicts) {}

  private void add(Ran ran) {
    loss += ran.loss() * ran.terms();
    counted += ran.terms();
    verdicts.addAll(ran.verdicts());
  }

  /** The memory that a batch would take; 0 where it asks nothing, and is not run. */
  long peakBytes(List<Integer> indices) {
    Batches.Micro micro = Batches.micro(read(indices), terms);
    return micro.counted() == 0 ? 0 : model.forecast(plan, micro.inputs(), Saving.KEEP).peakBytes();
  }

  private List<Example> read(List<Integer> indices) {
    return indices.stream()
        .map(index -> examples.get(index, Draw.key(seed, Draw.Use.MASKING, index)))
        .toList();
  }

  private Ran ran(List<Integer> indices) {
    List<Example> together = read(indices);
    Batches.Micro micro = Batches.micro(together, terms);
    if (micro.counted() == 0) {
      // Texts of one token, say, which predict nothing.
      return new Ran(0, 0, Collections.nCopies(together.size(), Verdict.NONE));
    }
    try (Trace trace = model.run(plan, micro.inputs())) {
      List<Verdict> read =
          objective == Objective.LABELS
              ? tally.read(together, trace.value(Site.logits()).toArray())
              : Collections.nCopies(together.size(), Verdict.NONE);
      return new Ran(trace.loss().orElseThrow(), micro.counted(), read);
    }
  }

  /**
   * What all of them come to.
   *
   * @throws InputException when none asked anything
   */
  public Evaluation evaluation() {
    if (counted == 0) {
      throw new InputException(
          "evaluate: the examples ask nothing; expected tokens to predict, or labels.");
    }
    Map<Measure, Double> measures = new EnumMap<>(Measure.class);
    measures.put(Measure.LOSS, loss / counted);
    if (objective != Objective.LABELS) {
      measures.put(Measure.PERPLEXITY, Math.exp(loss / counted));
    }
    measures.putAll(tally.measures(verdicts));
    return new Evaluation(verdicts.size(), measures);
  }
}

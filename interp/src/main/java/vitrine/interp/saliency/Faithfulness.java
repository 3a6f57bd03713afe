package vitrine.interp.saliency;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.interp.io.Json;
import vitrine.interp.stats.Correlation;
import vitrine.kernels.AttentionMask.Causality;

/**
 * What the model makes of the tokens that scored high (DeYoung et al. 2020, ERASER). Tokens are
 * left out by putting another one in their place; of what the target can see, special tokens stay.
 *
 * <pre>
 *   comprehensiveness(q) = f(text) - f(text without its highest share q of tokens)   high is good
 *   sufficiency(q)       = f(text) - f(text with nothing but them)                    low is good
 * </pre>
 *
 * <p>Both as means over q = 1, 5, 10, 20 and 50% (AOPC), in the target's own unit; ERASER has them
 * of a class's probability.
 *
 * @param tokens how many could be left out
 * @param replacement what takes their place
 * @param comprehensiveness at each q
 * @param sufficiency at each q
 * @param correlation Spearman's, of the scores with what leaving out each token alone costs; NaN
 *     where either is constant
 */
public record Faithfulness(
    int tokens,
    int replacement,
    List<Double> comprehensiveness,
    List<Double> sufficiency,
    double correlation) {
  /** The shares of tokens. */
  public static final List<Double> SHARES = List.of(0.01, 0.05, 0.1, 0.2, 0.5);

  public Faithfulness {
    comprehensiveness = List.copyOf(comprehensiveness);
    sufficiency = List.copyOf(sufficiency);
  }

  /**
   * Puts scores to the test.
   *
   * @param reader the position that the target is read from
   */
  static Faithfulness of(
      Scored scored, Evaluation evaluation, Example example, int reader, Specials specials) {
    int id = specials.replacement();
    List<Integer> seen = candidates(scored, evaluation, example, reader, specials);
    List<Integer> best =
        seen.stream().sorted(Comparator.comparingDouble(t -> -scored.scores()[t])).toList();
    List<Example> texts = new ArrayList<>();
    for (double share : SHARES) {
      List<Integer> high =
          best.subList(0, Math.min(best.size(), (int) Math.ceil(share * best.size())));
      texts.add(replaced(example, high, id));
      texts.add(replaced(example, seen.stream().filter(t -> !high.contains(t)).toList(), id));
    }
    seen.forEach(t -> texts.add(replaced(example, List.of(t), id)));
    double[] values = evaluation.values(texts);
    List<Double> comprehensiveness = new ArrayList<>();
    List<Double> sufficiency = new ArrayList<>();
    for (int i = 0; i < SHARES.size(); i++) {
      comprehensiveness.add(scored.value() - values[2 * i]);
      sufficiency.add(scored.value() - values[2 * i + 1]);
    }
    double[] alone =
        IntStream.range(2 * SHARES.size(), values.length)
            .mapToDouble(i -> scored.value() - values[i])
            .toArray();
    double[] scores = seen.stream().mapToDouble(t -> scored.scores()[t]).toArray();
    double correlation = scores.length < 2 ? Double.NaN : Correlation.spearman(scores, alone);
    return new Faithfulness(seen.size(), id, comprehensiveness, sufficiency, correlation);
  }

  private static List<Integer> candidates(
      Scored scored, Evaluation evaluation, Example example, int reader, Specials specials) {
    boolean[] real = example.mask();
    boolean causal = evaluation.architecture().causality() == Causality.CAUSAL;
    int end = causal ? reader + 1 : example.ids().length;
    return IntStream.range(0, end)
        .filter(t -> real == null || real[t])
        .filter(t -> !specials.isSpecial(example.ids()[t]))
        .filter(t -> !Double.isNaN(scored.scores()[t]))
        .boxed()
        .toList();
  }

  private static Example replaced(Example example, List<Integer> positions, int id) {
    int[] ids = example.ids().clone();
    positions.forEach(t -> ids[t] = id);
    return example.withIds(ids);
  }

  /** Over the shares. */
  public double comprehensivenessAopc() {
    return mean(comprehensiveness);
  }

  /** Over the shares. */
  public double sufficiencyAopc() {
    return mean(sufficiency);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  ObjectNode json() {
    ObjectNode node = Json.object().put("tokens", tokens).put("replacement", replacement);
    node.set("shares", numbers(SHARES));
    node.set("comprehensiveness", numbers(comprehensiveness));
    node.set("comprehensiveness_aopc", Json.number(comprehensivenessAopc()));
    node.set("sufficiency", numbers(sufficiency));
    node.set("sufficiency_aopc", Json.number(sufficiencyAopc()));
    node.set("leave_one_out_spearman", Json.number(correlation));
    return node;
  }

  private static ArrayNode numbers(List<Double> values) {
    ArrayNode array = Json.array();
    values.forEach(value -> array.add(Json.number(value)));
    return array;
  }
}

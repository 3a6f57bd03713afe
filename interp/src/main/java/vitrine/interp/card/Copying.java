package vitrine.interp.card;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.heads.RandomTokens;
import vitrine.interp.heads.RepeatedTokens;
import vitrine.interp.io.Json;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;

/**
 * Whether a model of next tokens continues what it has seen once: its loss where random tokens are
 * said the first time and the second (Olsson et al. 2022). Of the first nobody can do better than
 * the logarithm of how many tokens there are; what is lower the second time was copied.
 *
 * @param texts how many
 * @param length how many tokens each says twice
 * @param first mean loss over the tokens said first, but for the very first, in nats
 * @param second mean loss over the same tokens said again; without the first of them, which nothing
 *     announces
 * @param right how often the model's first choice is the token, said again
 */
public record Copying(int texts, int length, Interval first, Interval second, Interval right) {
  private static final int BATCH = 4;

  /**
   * Measures a model of next tokens.
   *
   * @param source where the model came from, for its special tokens
   * @param seed decides the tokens and the bootstrap's draws
   */
  public static Copying of(Model model, ModelFiles source, long seed) {
    RandomTokens random = RandomTokens.of(source, model.architecture());
    int length = Math.min(RepeatedTokens.USUAL_LENGTH, random.most(model.architecture()));
    List<Example> examples =
        random
            .texts(model.architecture(), RepeatedTokens.USUAL_TEXTS, length, seed)
            .inputs()
            .examples();
    List<double[]> first = new ArrayList<>();
    List<double[]> second = new ArrayList<>();
    List<double[]> right = new ArrayList<>();
    // The loss of token t stands at t - 1.
    int start = random.before().length;
    for (int from = 0; from < examples.size(); from += BATCH) {
      List<Example> together = examples.subList(from, Math.min(from + BATCH, examples.size()));
      for (TokenScores scores : TokenScores.of(model, together)) {
        first.add(Arrays.copyOfRange(scores.nats(), start, start + length - 1));
        int again = start + length;
        second.add(Arrays.copyOfRange(scores.nats(), again, again + length - 1));
        double[] hits = new double[length - 1];
        for (int i = 0; i < hits.length; i++) {
          hits[i] = scores.first()[again + i] ? 1 : 0;
        }
        right.add(hits);
      }
    }
    Resampling resampling = Resampling.seeded(seed);
    return new Copying(
        examples.size(),
        length,
        resampling.meanOfTokens(first),
        resampling.meanOfTokens(second),
        resampling.meanOfTokens(right));
  }

  ObjectNode json() {
    ObjectNode node = Json.object().put("texts", texts).put("length", length);
    node.set("first", Json.interval(first));
    node.set("second", Json.interval(second));
    node.set("right", Json.interval(right));
    return node;
  }
}

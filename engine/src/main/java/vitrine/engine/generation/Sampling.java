package vitrine.engine.generation;

/**
 * How the next token is chosen.
 *
 * @param temperature divides the logits, above 0; used when sampled
 * @param topK only the K largest logits take part, at least 1
 * @param topP of these only the smallest set whose probability reaches P, in (0, 1]
 * @param seed of the random numbers: the same seed gives the same text
 */
public record Sampling(Mode mode, double temperature, int topK, double topP, long seed) {
  /** By the largest logit, or by chance. */
  public enum Mode {
    GREEDY,
    SAMPLED
  }

  public Sampling {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "generate: temperature: " + temperature + "; expected a number above 0.");
    }
    if (topK < 1) {
      throw new IllegalArgumentException("generate: top-k: " + topK + "; expected at least 1.");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "generate: top-p: " + topP + "; expected a number in (0, 1].");
    }
  }

  public static Sampling greedy() {
    return new Sampling(Mode.GREEDY, 1, Integer.MAX_VALUE, 1, 0);
  }

  /** By chance from all tokens. */
  public static Sampling sampled(double temperature, long seed) {
    return new Sampling(Mode.SAMPLED, temperature, Integer.MAX_VALUE, 1, seed);
  }

  public Sampling withTopK(int k) {
    return new Sampling(mode, temperature, k, topP, seed);
  }

  public Sampling withTopP(double p) {
    return new Sampling(mode, temperature, topK, p, seed);
  }
}

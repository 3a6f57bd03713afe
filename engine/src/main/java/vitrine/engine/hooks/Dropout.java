package vitrine.engine.hooks;

/**
 * Probabilities of dropping an element in training; 0 for none.
 *
 * @param embedding of the embeddings' sum (after BERT's LayerNorm)
 * @param attention of attention probabilities
 * @param residual of what attention and MLP add to the residual stream
 * @param head of what a classifier reads
 */
public record Dropout(float embedding, float attention, float residual, float head) {
  /** As outside training. */
  public static final Dropout NONE = new Dropout(0, 0, 0, 0);

  /** Where elements are dropped. */
  public enum Place {
    EMBEDDING(1),
    ATTENTION(2),
    ATTENTION_OUT(3),
    MLP_OUT(4),
    HEAD(5);

    /** Part of the key: changing it changes what trained models are repeated from. */
    final int number;

    Place(int number) {
      this.number = number;
    }
  }

  public Dropout {
    check("embedding", embedding);
    check("attention", attention);
    check("residual", residual);
    check("head", head);
  }

  private static void check(String name, float rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "dropout: " + name + ": " + rate + "; expected 0 or more and less than 1");
    }
  }

  float at(Place place) {
    return switch (place) {
      case EMBEDDING -> embedding;
      case ATTENTION -> attention;
      case ATTENTION_OUT, MLP_OUT -> residual;
      case HEAD -> head;
    };
  }

  /** These rates with the key of one pass. */
  public Keyed keyed(long seed) {
    return new Keyed(this, seed);
  }

  /**
   * Dropout of one forward and backward pass: which elements go depends on the seed, the place and
   * the layer alone, so that a second forward drops the same ones.
   */
  public record Keyed(Dropout rates, long seed) {
    long key(Place place, int layer) {
      long hash = SplitMix.next(seed);
      hash = SplitMix.next(hash + place.number);
      return SplitMix.next(hash + layer);
    }
  }
}

package vitrine.engine.hooks;

import org.jspecify.annotations.Nullable;

/**
 * What a run's backward pass will ask for, told before its forward pass.
 *
 * @param lowest the first block that is run backward; {@link #EMBEDDINGS} for everything, {@link
 *     #HEAD} for no block
 * @param saving how blocks come by what they need
 * @param factor what the loss is multiplied by
 * @param parameters where the gradients of parameters go; null when only sites are asked for
 */
public record Differentiation(
    int lowest, Saving saving, double factor, @Nullable Gradients parameters) {
  /** The depth of what comes before the blocks. */
  public static final int EMBEDDINGS = -1;

  /** The depth of what comes after the blocks. */
  public static final int HEAD = Integer.MAX_VALUE;

  /** Where a tap stands: its layer, or one of the two ends. */
  static int depth(Tap tap, int layer) {
    if (tap.perBlock()) {
      return layer;
    }
    return switch (tap) {
      case EMBED, POS_EMBED, TYPE_EMBED, EMBED_OUT -> EMBEDDINGS;
      default -> HEAD;
    };
  }
}

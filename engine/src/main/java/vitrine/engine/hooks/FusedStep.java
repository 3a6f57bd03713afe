package vitrine.engine.hooks;

import java.util.Optional;

/**
 * A step of a pass that is one op unless something between its ends is tapped. Taken apart it gives
 * the same numbers to rounding, not to the bit; so what is to agree to the bit must take apart the
 * same steps.
 *
 * @param layer the block, or {@link Differentiation#HEAD}
 */
public record FusedStep(Kind kind, int layer) {
  /** Which. */
  public enum Kind {
    /** Scores, softmax and mix. */
    ATTENTION,
    /** The heads' mixes through W_O, and their sum. */
    OUTPUT_OF_HEADS,
    /** A post-norm block's first addition and LayerNorm. */
    SUM1,
    LAYER_NORM1,
    /** A post-norm block's second addition and LayerNorm. */
    SUM2,
    LAYER_NORM2,
    /** The MLP's first product and its activation. */
    ACTIVATION,
    LAST_LAYER_NORM
  }

  /** The step between whose ends a tap stands; empty for a tap at an end. */
  static Optional<Kind> around(Tap tap) {
    return switch (tap) {
      case SCORES, PATTERN -> Optional.of(Kind.ATTENTION);
      case RESULT -> Optional.of(Kind.OUTPUT_OF_HEADS);
      case RESID_MID_RAW -> Optional.of(Kind.SUM1);
      case LN1_SCALE, LN1_NORMALIZED -> Optional.of(Kind.LAYER_NORM1);
      case RESID_POST_RAW -> Optional.of(Kind.SUM2);
      case LN2_SCALE, LN2_NORMALIZED -> Optional.of(Kind.LAYER_NORM2);
      case MLP_PRE -> Optional.of(Kind.ACTIVATION);
      case LN_FINAL_SCALE, LN_FINAL_NORMALIZED -> Optional.of(Kind.LAST_LAYER_NORM);
      case EMBED,
          POS_EMBED,
          TYPE_EMBED,
          EMBED_OUT,
          RESID_PRE,
          Q,
          K,
          V,
          Z,
          ATTN_OUT,
          RESID_MID,
          MLP_POST,
          MLP_OUT,
          RESID_POST,
          POOLED,
          LOGITS,
          LOGITS_MLM,
          LOGITS_NSP,
          LOGITS_START,
          LOGITS_END ->
          Optional.empty();
    };
  }
}

package vitrine.engine.hooks;

/**
 * The steps of a block's forward pass between which it can be cut: what is computed before the
 * first tap that anybody asks for is the same for all variants of a sweep.
 */
public enum Stage {
  /** From the residual stream to what the heads mix. */
  MIX,
  /** From there to the neurons after their activation. */
  MIDDLE,
  /** From there to the residual stream after the block. */
  END;

  /**
   * The step in which a tap of a block stands, or an earlier one: a LayerNorm stands before the
   * sublayer or behind it, as the family has it.
   */
  static Stage of(Tap tap) {
    return switch (tap) {
      case Z, RESULT, ATTN_OUT, RESID_MID_RAW, RESID_MID, LN2_SCALE, LN2_NORMALIZED, MLP_PRE ->
          MIDDLE;
      case MLP_POST, MLP_OUT, RESID_POST_RAW, RESID_POST -> END;
      case RESID_PRE,
          LN1_SCALE,
          LN1_NORMALIZED,
          Q,
          K,
          V,
          SCORES,
          PATTERN,
          EMBED,
          POS_EMBED,
          TYPE_EMBED,
          EMBED_OUT,
          LN_FINAL_SCALE,
          LN_FINAL_NORMALIZED,
          POOLED,
          LOGITS,
          LOGITS_MLM,
          LOGITS_NSP,
          LOGITS_START,
          LOGITS_END ->
          MIX;
    };
  }
}

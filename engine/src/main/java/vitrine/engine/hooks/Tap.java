package vitrine.engine.hooks;

import static vitrine.engine.hooks.Axis.BATCH;
import static vitrine.engine.hooks.Axis.DIM;
import static vitrine.engine.hooks.Axis.HEAD;
import static vitrine.engine.hooks.Axis.HEAD_DIM;
import static vitrine.engine.hooks.Axis.KEY;
import static vitrine.engine.hooks.Axis.NEURON;
import static vitrine.engine.hooks.Axis.ONE;
import static vitrine.engine.hooks.Axis.POSITION;
import static vitrine.engine.hooks.Axis.QUERY;

import java.util.List;
import java.util.Optional;

/**
 * Every place of a forward pass where a value can be read, edited or differentiated, in the order
 * of a pre-norm block. The names are TransformerLens' (Nanda and Bloom 2022) without {@code hook_}.
 */
public enum Tap implements Target {
  /** Token embedding, (B,T,D). */
  EMBED("embed", Place.MODEL, BATCH, POSITION, DIM),
  /** Position embedding, (B,T,D). */
  POS_EMBED("pos_embed", Place.MODEL, BATCH, POSITION, DIM),
  /** Segment embedding, (B,T,D); BERT. */
  TYPE_EMBED("type_embed", Place.MODEL, BATCH, POSITION, DIM),
  /** What enters block 0, (B,T,D): the sum; for BERT its LayerNorm. */
  EMBED_OUT("embed_out", Place.MODEL, BATCH, POSITION, DIM),
  /** The input of the block, (B,T,D). */
  RESID_PRE("resid_pre", Place.BLOCK, BATCH, POSITION, DIM),
  /** sqrt(variance + eps) of the first LayerNorm, (B,T,1). */
  LN1_SCALE("ln1.scale", Place.BLOCK, BATCH, POSITION, ONE),
  /** The first LayerNorm before weight and bias, (B,T,D). */
  LN1_NORMALIZED("ln1.normalized", Place.BLOCK, BATCH, POSITION, DIM),
  /** Queries, with bias, (B,T,H,K). */
  Q("attn.q", Place.BLOCK, BATCH, POSITION, HEAD, HEAD_DIM),
  /** Keys, with bias, (B,T,H,K). */
  K("attn.k", Place.BLOCK, BATCH, POSITION, HEAD, HEAD_DIM),
  /** Values, with bias, (B,T,H,K). */
  V("attn.v", Place.BLOCK, BATCH, POSITION, HEAD, HEAD_DIM),
  /** Scaled and masked, before softmax, (B,H,T,T): query, then key. */
  SCORES("attn.scores", Place.BLOCK, BATCH, HEAD, QUERY, KEY),
  /** Attention probabilities, (B,H,T,T): query, then key. */
  PATTERN("attn.pattern", Place.BLOCK, BATCH, HEAD, QUERY, KEY),
  /** Each head's mix of values, before W_O, (B,T,H,K). */
  Z("attn.z", Place.BLOCK, BATCH, POSITION, HEAD, HEAD_DIM),
  /** Each head's contribution after W_O, without bias, (B,T,H,D). */
  RESULT("attn.result", Place.BLOCK, BATCH, POSITION, HEAD, DIM),
  /** The attention's output, with bias, (B,T,D). */
  ATTN_OUT("attn_out", Place.BLOCK, BATCH, POSITION, DIM),
  /** resid_pre + attn_out before LayerNorm, (B,T,D); post-norm blocks only. */
  RESID_MID_RAW("resid_mid_raw", Place.BLOCK, BATCH, POSITION, DIM),
  /** The residual stream between attention and MLP, (B,T,D). */
  RESID_MID("resid_mid", Place.BLOCK, BATCH, POSITION, DIM),
  /** sqrt(variance + eps) of the second LayerNorm, (B,T,1). */
  LN2_SCALE("ln2.scale", Place.BLOCK, BATCH, POSITION, ONE),
  /** The second LayerNorm before weight and bias, (B,T,D). */
  LN2_NORMALIZED("ln2.normalized", Place.BLOCK, BATCH, POSITION, DIM),
  /** The neurons before the activation function, (B,T,M). */
  MLP_PRE("mlp.pre", Place.BLOCK, BATCH, POSITION, NEURON),
  /** The neurons after the activation function, (B,T,M). */
  MLP_POST("mlp.post", Place.BLOCK, BATCH, POSITION, NEURON),
  /** The MLP's output, with bias, (B,T,D). */
  MLP_OUT("mlp_out", Place.BLOCK, BATCH, POSITION, DIM),
  /** resid_mid + mlp_out before LayerNorm, (B,T,D); post-norm blocks only. */
  RESID_POST_RAW("resid_post_raw", Place.BLOCK, BATCH, POSITION, DIM),
  /** The output of the block, (B,T,D). */
  RESID_POST("resid_post", Place.BLOCK, BATCH, POSITION, DIM),
  /** sqrt(variance + eps) of the last LayerNorm, (B,T,1); pre-norm models only. */
  LN_FINAL_SCALE("ln_final.scale", Place.MODEL, BATCH, POSITION, ONE),
  /** The last LayerNorm before weight and bias, (B,T,D); pre-norm models only. */
  LN_FINAL_NORMALIZED("ln_final.normalized", Place.MODEL, BATCH, POSITION, DIM),
  /** The pooler's output, (B,D). */
  POOLED("pooled", Place.HEAD),
  /** The head's scores before softmax; axes by head. */
  LOGITS("logits", Place.HEAD),
  /** The masked-language-model scores of a head that has several outputs, (B,T,V). */
  LOGITS_MLM("logits.mlm", Place.HEAD),
  /** The next-sentence scores, (B,2). */
  LOGITS_NSP("logits.nsp", Place.HEAD),
  /** Scores for the start of the answer, (B,T). */
  LOGITS_START("logits.start", Place.HEAD),
  /** Scores for the end of the answer, (B,T). */
  LOGITS_END("logits.end", Place.HEAD);

  private enum Place {
    MODEL,
    BLOCK,
    HEAD
  }

  private final String path;
  private final Place place;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Axis> axes;

  Tap(String path, Place place, Axis... axes) {
    this.path = path;
    this.place = place;
    this.axes = List.of(axes);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public boolean perBlock() {
    return place == Place.BLOCK;
  }

  /** Whether it is an output, whose axes are the head's to tell. */
  public boolean isOutput() {
    return place == Place.HEAD;
  }

  /** The axes, the same in every model; empty for outputs, see {@link Architecture#axes}. */
  List<Axis> fixedAxes() {
    return axes;
  }

  @Override
  public Optional<String> absence(Architecture architecture) {
    return switch (this) {
      case RESID_MID_RAW, RESID_POST_RAW ->
          Absences.unlessPostNorm(
              architecture,
              "the sum before a LayerNorm exists for BERT only, whose blocks normalise after the"
                  + " residual (post-norm)");
      case LN_FINAL_SCALE, LN_FINAL_NORMALIZED ->
          Absences.unlessPreNorm(
              architecture, "a final LayerNorm exists for GPT-2 only (pre-norm blocks)");
      case TYPE_EMBED ->
          Absences.when(architecture.segments() == 0, "this model has no segment embedding");
      case POOLED, LOGITS, LOGITS_MLM, LOGITS_NSP, LOGITS_START, LOGITS_END ->
          Absences.when(
              architecture.output(this).isEmpty(),
              "a model with the head '" + architecture.head().label() + "' has no such output");
      case EMBED,
          POS_EMBED,
          EMBED_OUT,
          RESID_PRE,
          LN1_SCALE,
          LN1_NORMALIZED,
          Q,
          K,
          V,
          SCORES,
          PATTERN,
          Z,
          RESULT,
          ATTN_OUT,
          RESID_MID,
          LN2_SCALE,
          LN2_NORMALIZED,
          MLP_PRE,
          MLP_POST,
          MLP_OUT,
          RESID_POST ->
          Optional.empty();
    };
  }
}

package vitrine.engine.hooks;

import static vitrine.engine.hooks.Axis.DIM;
import static vitrine.engine.hooks.Axis.HEAD;
import static vitrine.engine.hooks.Axis.HEAD_DIM;
import static vitrine.engine.hooks.Axis.NEURON;
import static vitrine.engine.hooks.Axis.POSITION;
import static vitrine.engine.hooks.Axis.SEGMENT;
import static vitrine.engine.hooks.Axis.TOKEN;

import java.util.List;
import java.util.Optional;

/**
 * The weights, under TransformerLens' names and in its layout, whatever the checkpoint's own names
 * and layout are. For reading only; they have no batch axis.
 */
public enum WeightSite implements Target {
  /** Token embedding, (V,D). */
  W_E("embed.W_E", Place.MODEL, TOKEN, DIM),
  /** Position embedding, (positions,D). */
  W_POS("pos_embed.W_pos", Place.MODEL, POSITION, DIM),
  /** Segment embedding, (segments,D); BERT. */
  W_TYPE("type_embed.W_type", Place.MODEL, SEGMENT, DIM),
  /** Weight of the LayerNorm of the embeddings, (D); BERT. */
  EMBED_LN_W("embed_ln.w", Place.MODEL, DIM),
  /** Bias of the LayerNorm of the embeddings, (D); BERT. */
  EMBED_LN_B("embed_ln.b", Place.MODEL, DIM),
  /** (D). */
  LN1_W("ln1.w", Place.BLOCK, DIM),
  /** (D). */
  LN1_B("ln1.b", Place.BLOCK, DIM),
  /** (H,D,K): {@code q[h] = x W_Q[h] + b_Q[h]}. */
  W_Q("attn.W_Q", Place.BLOCK, HEAD, DIM, HEAD_DIM),
  /** (H,D,K). */
  W_K("attn.W_K", Place.BLOCK, HEAD, DIM, HEAD_DIM),
  /** (H,D,K). */
  W_V("attn.W_V", Place.BLOCK, HEAD, DIM, HEAD_DIM),
  /** (H,K,D): {@code result[h] = z[h] W_O[h]}. */
  W_O("attn.W_O", Place.BLOCK, HEAD, HEAD_DIM, DIM),
  /** (H,K). */
  B_Q("attn.b_Q", Place.BLOCK, HEAD, HEAD_DIM),
  /** (H,K). */
  B_K("attn.b_K", Place.BLOCK, HEAD, HEAD_DIM),
  /** (H,K). */
  B_V("attn.b_V", Place.BLOCK, HEAD, HEAD_DIM),
  /** (D). */
  B_O("attn.b_O", Place.BLOCK, DIM),
  /** (D). */
  LN2_W("ln2.w", Place.BLOCK, DIM),
  /** (D). */
  LN2_B("ln2.b", Place.BLOCK, DIM),
  /** (D,M). */
  W_IN("mlp.W_in", Place.BLOCK, DIM, NEURON),
  /** (M). */
  B_IN("mlp.b_in", Place.BLOCK, NEURON),
  /** (M,D). */
  W_OUT("mlp.W_out", Place.BLOCK, NEURON, DIM),
  /** (D). */
  B_OUT("mlp.b_out", Place.BLOCK, DIM),
  /** (D); GPT-2. */
  LN_FINAL_W("ln_final.w", Place.MODEL, DIM),
  /** (D); GPT-2. */
  LN_FINAL_B("ln_final.b", Place.MODEL, DIM),
  /** (D,V), of heads that score the vocabulary. */
  W_U("unembed.W_U", Place.MODEL, DIM, TOKEN),
  /** (V); BERT's heads that score the vocabulary. */
  B_U("unembed.b_U", Place.MODEL, TOKEN);

  private enum Place {
    MODEL,
    BLOCK
  }

  private final String path;
  private final Place place;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Axis> axes;

  WeightSite(String path, Place place, Axis... axes) {
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

  /** The axes, outermost first. */
  public List<Axis> axes() {
    return axes;
  }

  @Override
  public Optional<String> absence(Architecture architecture) {
    return switch (this) {
      case W_TYPE ->
          Absences.when(architecture.segments() == 0, "this model has no segment embedding");
      case EMBED_LN_W, EMBED_LN_B ->
          Absences.unlessPostNorm(architecture, "only BERT normalises its embeddings");
      case LN_FINAL_W, LN_FINAL_B ->
          Absences.unlessPreNorm(
              architecture, "a final LayerNorm exists for GPT-2 only (pre-norm blocks)");
      case W_U ->
          Absences.when(!architecture.head().scoresVocabulary(), noVocabulary(architecture));
      case B_U ->
          architecture.head().scoresVocabulary()
              ? Absences.unlessPostNorm(architecture, "GPT-2's unembedding has no bias")
              : Optional.of(noVocabulary(architecture));
      case W_E,
          W_POS,
          LN1_W,
          LN1_B,
          W_Q,
          W_K,
          W_V,
          W_O,
          B_Q,
          B_K,
          B_V,
          B_O,
          LN2_W,
          LN2_B,
          W_IN,
          B_IN,
          W_OUT,
          B_OUT ->
          Optional.empty();
    };
  }

  private static String noVocabulary(Architecture architecture) {
    return "the head '" + architecture.head().label() + "' does not score the vocabulary";
  }
}

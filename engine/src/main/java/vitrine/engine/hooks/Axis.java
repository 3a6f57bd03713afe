package vitrine.engine.hooks;

/** What one axis of a site's tensor counts. */
public enum Axis {
  /** B, the examples of a batch. */
  BATCH("batch"),
  /** T, the positions of a text. */
  POSITION("pos"),
  /** The position that attends. */
  QUERY("query"),
  /** The position attended to. */
  KEY("key"),
  /** H. */
  HEAD("head"),
  /** D, the width of the residual stream. */
  DIM("dim"),
  /** K, the width of one head. */
  HEAD_DIM("hdim"),
  /** M, the hidden units of the MLP. */
  NEURON("neuron"),
  /** V, the vocabulary. */
  TOKEN("token"),
  /** C, the classes of a head. */
  CLASS("class"),
  /** S, the segments of BERT's type embedding (a weight's axis only). */
  SEGMENT("segment"),
  /** Always of length 1: the one divisor of a normalised row. */
  ONE("one");

  private final String keyword;

  Axis(String keyword) {
    this.keyword = keyword;
  }

  /** As written in a slice: {@code [head=5]}. */
  public String keyword() {
    return keyword;
  }

  /** Whether its length is known only with a run's inputs. */
  boolean dependsOnInputs() {
    return switch (this) {
      case BATCH, POSITION, QUERY, KEY -> true;
      case HEAD, DIM, HEAD_DIM, NEURON, TOKEN, CLASS, SEGMENT, ONE -> false;
    };
  }
}

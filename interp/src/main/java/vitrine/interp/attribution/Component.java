package vitrine.interp.attribution;

import org.jspecify.annotations.Nullable;

/**
 * A part of the model that adds to the residual stream, or to the logit itself.
 *
 * @param name as in {@code embed}, {@code head 1.2}, {@code mlp 0}
 * @param layer its block; null outside the blocks
 * @param number of the head or neuron in its block; null for others
 */
public record Component(Kind kind, String name, @Nullable Integer layer, @Nullable Integer number) {
  /** What it is. */
  public enum Kind {
    /** Of tokens, positions or segments. */
    EMBEDDING("embeddings"),
    HEAD("heads"),
    /** A whole MLP, its output's bias with it. */
    MLP("MLPs"),
    NEURON("neurons"),
    /** Of an attention's output, of an MLP that is taken apart, of a LayerNorm. */
    BIAS("biases"),
    /** What stands on the blocks: its bias, and what of it is not linear. */
    OUTPUT("the output's own");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** For people, in the plural. */
    String label() {
      return label;
    }
  }

  static Component of(Kind kind, String name) {
    return new Component(kind, name, null, null);
  }

  static Component inBlock(Kind kind, String name, int layer) {
    return new Component(kind, name + " " + layer, layer, null);
  }

  static Component numbered(Kind kind, String name, int layer, int number) {
    return new Component(kind, name + " " + layer + "." + number, layer, number);
  }
}

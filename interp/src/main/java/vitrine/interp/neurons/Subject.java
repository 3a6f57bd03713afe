package vitrine.interp.neurons;

import java.util.List;
import vitrine.interp.Texts;

/** What was taken apart. */
public sealed interface Subject {
  /**
   * A file.
   *
   * @param path as it was given
   * @param hash SHA-256 of it
   */
  record File(String path, String hash) implements Subject {}

  /**
   * The neurons of some layers for some texts: a row a token, text after text; a column a neuron,
   * layer after layer.
   *
   * @param neurons M, of each layer
   * @param clipped how many activations were below zero, and count as zero
   * @param lost their share of the sum of squares
   */
  record Neurons(Texts texts, List<Integer> layers, int neurons, long clipped, double lost)
      implements Subject {
    public Neurons {
      layers = List.copyOf(layers);
    }

    /** The name of a column, as in {@code 3.17}: layer and neuron. */
    public String name(int column) {
      return layers.get(column / neurons) + "." + column % neurons;
    }
  }
}

package vitrine.interp.probe;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the parameters of a network lie in one array: of each layer its matrix, (in,out) row by
 * row, and its biases.
 *
 * @param layers from the features on
 */
record NetworkShape(List<Layer> layers) {
  /**
   * One layer.
   *
   * @param matrix where its matrix begins
   */
  record Layer(int in, int out, int matrix) {
    /** Where its biases begin. */
    int bias() {
      return matrix + in * out;
    }

    /** Behind its parameters. */
    int end() {
      return bias() + out;
    }
  }

  static NetworkShape of(int width, List<Integer> hidden, int classes) {
    List<Layer> layers = new ArrayList<>();
    int in = width;
    int at = 0;
    for (int i = 0; i <= hidden.size(); i++) {
      Layer layer = new Layer(in, i < hidden.size() ? hidden.get(i) : classes, at);
      layers.add(layer);
      in = layer.out();
      at = layer.end();
    }
    return new NetworkShape(layers);
  }

  /** How many numbers there are. */
  int size() {
    return layers.getLast().end();
  }
}

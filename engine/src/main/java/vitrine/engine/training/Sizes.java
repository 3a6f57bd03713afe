package vitrine.engine.training;

import vitrine.engine.InputException;

/**
 * How large a new model is.
 *
 * @param layers number of blocks
 * @param heads H
 * @param width D, a multiple of H
 * @param inner M, the neurons of a block; usually 4 D
 * @param positions the longest text it can take
 */
public record Sizes(int layers, int heads, int width, int inner, int positions) {
  public Sizes {
    check("layers", layers);
    check("heads", heads);
    check("width", width);
    check("inner", inner);
    check("positions", positions);
    if (width % heads != 0) {
      throw new InputException(
          "new model: width: "
              + width
              + ", which "
              + heads
              + " heads do not divide; expected a multiple of it.");
    }
  }

  private static void check(String name, int size) {
    if (size < 1) {
      throw new InputException("new model: " + name + ": " + size + "; expected 1 or more.");
    }
  }

  /** With the usual 4 D neurons. */
  public static Sizes of(int layers, int heads, int width, int positions) {
    return new Sizes(layers, heads, width, Math.multiplyExact(4, width), positions);
  }
}

package vitrine.engine.layers;

import vitrine.engine.hooks.Run;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/** Picks rows. */
final class Rows {
  private Rows() {}

  /**
   * One position of each example: (B,T,D) to (B,D).
   *
   * @param positions (B)
   */
  static Tensor at(Run run, Tensor x, int[] positions) {
    Shape shape = x.shape();
    int[] rows = new int[positions.length];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = b * shape.dim(1) + positions[b];
    }
    Tensor out = run.allocate(shape.dim(0), shape.dim(2));
    run.kernels().gather(x, rows, out);
    return out;
  }
}

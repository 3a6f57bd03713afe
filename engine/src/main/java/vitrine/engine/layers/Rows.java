package vitrine.engine.layers;

import vitrine.engine.hooks.Run;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/** Picks rows, and puts gradients back where they were picked. */
final class Rows {
  private Rows() {}

  /**
   * One position of each example: (B,T,D) to (B,D).
   *
   * @param positions (B)
   */
  static Tensor at(Run run, Tensor x, int[] positions) {
    Tensor out = run.allocate(x.shape().dim(0), x.shape().dim(2));
    run.kernels().gather(x, rows(x.shape(), positions), out);
    return out;
  }

  /**
   * Adds each example's gradient to its position.
   *
   * @param dOut (B,D); released
   * @param dX (B,T,D); added to
   */
  static void addAt(Run run, Tensor dOut, int[] positions, Tensor dX) {
    run.kernels().gatherBackward(dOut, rows(dX.shape(), positions), dX);
    run.release(dOut);
  }

  private static int[] rows(Shape shape, int[] positions) {
    int[] rows = new int[positions.length];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = b * shape.dim(1) + positions[b];
    }
    return rows;
  }
}

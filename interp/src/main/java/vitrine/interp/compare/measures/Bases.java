package vitrine.interp.compare.measures;

import java.util.List;
import java.util.stream.IntStream;
import vitrine.interp.stats.Parallel;

/** Both sides by their own principal directions, and in each other's terms. */
final class Bases {
  private final Basis x;
  private final Basis y;
  private final Activations rowsOfX;
  private final Activations rowsOfY;
  private final Alignment alignment;

  Bases(Activations x, Activations y, double tolerance, int threads) {
    List<Basis> both = Parallel.map(2, threads, side -> Basis.of(side == 0 ? x : y, tolerance));
    this.x = both.get(0);
    this.y = both.get(1);
    this.rowsOfX = this.x.coordinates();
    this.rowsOfY = this.y.coordinates();
    this.alignment = shuffled(IntStream.range(0, x.rows()).toArray());
  }

  Basis x() {
    return x;
  }

  Basis y() {
    return y;
  }

  /** (n,k_x) the rows of X along its principal directions. */
  Activations rowsOfX() {
    return rowsOfX;
  }

  /** (n,k_y) those of Y. */
  Activations rowsOfY() {
    return rowsOfY;
  }

  /** With the rows as they are. */
  Alignment alignment() {
    return alignment;
  }

  /** With the rows of Y in another order. */
  Alignment shuffled(int[] order) {
    return Alignment.of(x, y, order);
  }

  /** Operations of the product of both sides' rows. */
  double product() {
    return 2.0 * rowsOfX.rows() * rowsOfX.columns() * rowsOfY.columns();
  }

  /** The cube of the smaller width, which decompositions of the product go by. */
  double cube() {
    double narrow = Math.min(rowsOfX.columns(), rowsOfY.columns());
    return narrow * narrow * Math.max(rowsOfX.columns(), rowsOfY.columns());
  }
}

package vitrine.interp.probe;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Representations, (n,d): a row an example. They lie with the backend in blocks of rows, counted
 * from an {@link Origin}, so that a probe reads them there in every iteration.
 */
public final class Features implements AutoCloseable {
  /** Small enough for a block and its scores to stay in the cache. */
  private static final int BLOCK = 1024;

  /** Up to so many numbers there is time to compute with them in double. */
  private static final long MOST_EXACT = 1L << 20;

  private final Kernels kernels;
  private final Workspace workspace;
  private final List<Tensor> blocks;
  private final List<double[]> exact;
  private final Origin origin;
  private final int rows;
  private final int width;

  private Features(
      Kernels kernels,
      Workspace workspace,
      List<Tensor> blocks,
      List<double[]> exact,
      Origin origin,
      int rows,
      int width) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.blocks = blocks;
    this.exact = exact;
    this.origin = origin;
    this.rows = rows;
    this.width = width;
  }

  /**
   * Numbers that are to become features.
   *
   * @param operand what errors call them
   * @param rows gives a row of {@code width} numbers; asked for each three times, in order
   */
  public record Given(String operand, int count, int width, Origin.Rows rows) {
    /**
     * Refuses what is not finite.
     *
     * @throws InputException naming the first such number
     */
    void requireFinite() {
      for (int i = 0; i < count; i++) {
        double[] row = rows.row(i);
        for (int j = 0; j < width; j++) {
          if (!Double.isFinite(row[j])) {
            throw notFinite(i, j, Double.toString(row[j]));
          }
        }
      }
    }

    InputException notFinite(int row, int column, String found) {
      return new InputException(
          "probe: %s: row %d, column %d is %s; expected finite numbers. Leave the row out, or mend what made it."
              .formatted(operand, row, column, found));
    }
  }

  /**
   * Puts the rows that a probe is fitted to where the backend computes with them.
   *
   * @throws InputException when one is not finite, naming it
   */
  public static Features of(Kernels kernels, Given given) {
    given.requireFinite();
    return of(kernels, given, Origin.of(given.count(), given.width(), given.rows()));
  }

  /**
   * As {@link #of(Kernels, Given)}, of rows that the fitted probe is applied to.
   *
   * @param fitted what it was fitted to
   */
  public static Features of(Kernels kernels, Given given, Features fitted) {
    given.requireFinite();
    return of(kernels, given, fitted.origin);
  }

  private static Features of(Kernels kernels, Given given, Origin origin) {
    Workspace workspace = kernels.workspace();
    boolean complete = false;
    try {
      List<Tensor> blocks = new ArrayList<>();
      List<double[]> exact = new ArrayList<>();
      boolean few = (long) given.count() * given.width() <= MOST_EXACT;
      for (int first = 0; first < given.count(); first += BLOCK) {
        int count = Math.min(BLOCK, given.count() - first);
        double[] values = values(given, origin, first, count);
        blocks.add(
            kernels.upload(
                workspace,
                Shape.of(count, given.width()),
                MemorySegment.ofArray(narrow(given, origin, first, values))));
        if (few) {
          exact.add(values);
        }
      }
      complete = true;
      return new Features(kernels, workspace, blocks, exact, origin, given.count(), given.width());
    } finally {
      if (!complete) {
        workspace.close();
      }
    }
  }

  private static double[] values(Given given, Origin origin, int first, int count) {
    int width = given.width();
    double factor = origin.factor();
    double[] means = origin.means();
    double[] values = new double[count * width];
    for (int i = 0; i < count; i++) {
      double[] row = given.rows().row(first + i);
      for (int j = 0; j < width; j++) {
        values[i * width + j] = (row[j] - means[j]) * factor;
      }
    }
    return values;
  }

  private static float[] narrow(Given given, Origin origin, int first, double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
      if (!Float.isFinite(narrow[i])) {
        int column = i % given.width();
        double spelled = values[i] / origin.factor() + origin.means()[column];
        throw given.notFinite(
            first + i / given.width(),
            column,
            spelled + ", too far from what the probe was fitted to");
      }
    }
    return narrow;
  }

  /** n. */
  public int rows() {
    return rows;
  }

  /** d. */
  public int width() {
    return width;
  }

  Kernels kernels() {
    return kernels;
  }

  Origin origin() {
    return origin;
  }

  /** Rows {@code [BLOCK * i, BLOCK * (i + 1))}, the last fewer. */
  List<Tensor> blocks() {
    return blocks;
  }

  /** Whether the rows are kept in double too. */
  boolean isExact() {
    return !exact.isEmpty();
  }

  /** A block's rows in double; not to be changed. */
  double[] exact(int block) {
    return exact.get(block);
  }

  /** The first row of a block. */
  static int first(int block) {
    return block * BLOCK;
  }

  /** How many blocks have rows before {@code end}. */
  static int blocksBefore(int end) {
    return (end + BLOCK - 1) / BLOCK;
  }

  @Override
  public void close() {
    workspace.close();
  }
}

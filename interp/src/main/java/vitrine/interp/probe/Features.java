package vitrine.interp.probe;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import vitrine.engine.InputException;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Representations, (n,d): a row an example. They lie with the backend in blocks of rows, so that a
 * probe reads them there in every iteration.
 */
public final class Features implements AutoCloseable {
  /** Small enough for a block and its scores to stay in the cache. */
  private static final int BLOCK = 1024;

  private final Kernels kernels;
  private final Workspace workspace;
  private final List<Tensor> blocks;
  private final int rows;
  private final int width;

  private Features(Kernels kernels, Workspace workspace, List<Tensor> blocks, int rows, int width) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.blocks = blocks;
    this.rows = rows;
    this.width = width;
  }

  /**
   * Puts rows where the backend computes with them.
   *
   * @param operand what errors call them
   * @param row gives a row of {@code width} numbers; asked for each once, in order
   * @throws InputException when one is not finite, naming it
   */
  public static Features of(
      Kernels kernels, String operand, int rows, int width, IntFunction<float[]> row) {
    Workspace workspace = kernels.workspace();
    boolean complete = false;
    try {
      List<Tensor> blocks = new ArrayList<>();
      for (int first = 0; first < rows; first += BLOCK) {
        int count = Math.min(BLOCK, rows - first);
        float[] values = new float[count * width];
        for (int i = 0; i < count; i++) {
          float[] one = row.apply(first + i);
          requireFinite(operand, first + i, one);
          System.arraycopy(one, 0, values, i * width, width);
        }
        blocks.add(
            kernels.upload(workspace, Shape.of(count, width), MemorySegment.ofArray(values)));
      }
      complete = true;
      return new Features(kernels, workspace, blocks, rows, width);
    } finally {
      if (!complete) {
        workspace.close();
      }
    }
  }

  private static void requireFinite(String operand, int row, float[] values) {
    for (int column = 0; column < values.length; column++) {
      if (!Float.isFinite(values[column])) {
        throw new InputException(
            "probe: %s: row %d, column %d is %s; expected finite numbers. Leave the row out, or mend what made it."
                .formatted(operand, row, column, values[column]));
      }
    }
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

  /** Rows {@code [BLOCK * i, BLOCK * (i + 1))}, the last fewer. */
  List<Tensor> blocks() {
    return blocks;
  }

  /**
   * The classes of a block's rows; of rows from {@code end} on negative, which is passed over.
   *
   * @param end how many of all rows count
   */
  int[] of(int[] classes, int block, int end) {
    int[] part = new int[blocks.get(block).shape().dim(0)];
    for (int i = 0; i < part.length; i++) {
      int row = block * BLOCK + i;
      part[i] = row < end ? classes[row] : -1;
    }
    return part;
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

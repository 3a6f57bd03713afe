package vitrine.kernels.simd;

import org.jspecify.annotations.Nullable;
import vitrine.kernels.host.BackwardArithmetic.GammaBeta;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.SlabPool;

/**
 * Sums over rows, column by column: blocks of rows are summed apart, from their first row to their
 * last, and the blocks' sums then in order. How many rows a block has is fixed.
 */
final class ColumnSums {
  private static final int BLOCK = 32;

  /** Columns a task, when the blocks' sums are added. */
  private static final int COLUMNS = 1024;

  private final Tasks tasks;
  private final Scratch scratch;

  ColumnSums(Tasks tasks, Scratch scratch) {
    this.tasks = tasks;
    this.scratch = scratch;
  }

  /** Work on a row; where the sums are wanted, it adds to those of its block. */
  @FunctionalInterface
  interface Row {
    void run(int row, long gammaAt, long betaAt);
  }

  private static int blocks(int rows) {
    return (rows + BLOCK - 1) / BLOCK;
  }

  /** Work on rows of d that leads to the gradients of a scale and a shift. */
  void forRows(int rows, int d, @Nullable GammaBeta parameters, Row work) {
    if (parameters == null) {
      tasks.rowRanges(
          rows,
          d,
          (first, end) -> {
            for (int r = first; r < end; r++) {
              work.run(r, 0, 0);
            }
          });
      return;
    }
    long bytes = Rows.padded(d);
    SlabPool.Slab slab = scratch.take(2 * bytes * Math.max(1, blocks(rows)));
    try {
      long partial = slab.address();
      tasks.ranges(
          rows,
          BLOCK,
          (first, end) -> {
            long gammaAt = partial + first / BLOCK * (2 * bytes);
            long betaAt = gammaAt + bytes;
            Rows.fill(gammaAt, d, 0);
            Rows.fill(betaAt, d, 0);
            for (int r = first; r < end; r++) {
              work.run(r, gammaAt, betaAt);
            }
          });
      addBlocks(partial, 2 * bytes, blocks(rows), d, parameters.dGamma().address());
      addBlocks(partial + bytes, 2 * bytes, blocks(rows), d, parameters.dBeta().address());
    } finally {
      scratch.giveBack(slab);
    }
  }

  /** {@code out[j] += sum over rows of x[row][j]}. */
  void addRows(HostTensor x, HostTensor out) {
    int d = out.columns();
    int rows = Math.toIntExact(x.shape().size() / d);
    long from = x.address();
    long bytes = Rows.padded(d);
    SlabPool.Slab slab = scratch.take(bytes * Math.max(1, blocks(rows)));
    try {
      long partial = slab.address();
      tasks.ranges(
          rows,
          BLOCK,
          (first, end) -> {
            long to = partial + first / BLOCK * bytes;
            Rows.fill(to, d, 0);
            addAll(from + 4L * first * d, 4L * d, end - first, d, to);
          });
      addBlocks(partial, bytes, blocks(rows), d, out.address());
    } finally {
      scratch.giveBack(slab);
    }
  }

  private void addBlocks(long partial, long stride, int blocks, int d, long out) {
    tasks.ranges(
        d,
        COLUMNS,
        (first, end) ->
            addAll(partial + 4L * first, stride, blocks, end - first, out + 4L * first));
  }

  /** Adds rows of n, {@code stride} bytes apart, one after the other. */
  private static void addAll(long x, long stride, int rows, int n, long out) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      RowSlopes.addFour(x + r * stride, stride, n, out);
    }
    for (; r < rows; r++) {
      Pointwise.add(out, x + r * stride, n, out);
    }
  }
}

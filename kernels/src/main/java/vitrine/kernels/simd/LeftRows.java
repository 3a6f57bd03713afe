package vitrine.kernels.simd;

/**
 * Cuts products into blocks of rows and panels of columns, the rows copied to an array first, some
 * millions of floats at a time.
 */
record LeftRows(Tasks tasks, Scratch scratch) {
  /** Rows a task of a product; a multiple of every tile. */
  private static final int BLOCK = 144;

  /** Floats copied at a time, so that scratch memory has a limit. */
  private static final int GROUP = 1 << 22;

  /** Work on one panel of {@code count} rows from {@code first} on, copied to {@code x}. */
  @FunctionalInterface
  interface Block {
    void run(Product.Left x, int first, int count, int panel);
  }

  /**
   * Work on all.
   *
   * @param x rows of {@code depth} floats
   */
  void forBlocks(Product.Matrix x, int rows, int depth, int panels, Block block) {
    forBlocks(x, rows, depth, BLOCK, panels, block);
  }

  /**
   * The same.
   *
   * @param blockRows rows a task
   */
  void forBlocks(Product.Matrix x, int rows, int depth, int blockRows, int panels, Block block) {
    int group = Math.max(1, GROUP / Math.max(1, depth) / blockRows) * blockRows;
    float[] copy = scratch.floats(Math.multiplyExact(Math.min(group, rows), depth));
    try {
      for (int first = 0; first < rows; first += group) {
        int start = first;
        int count = Math.min(group, rows - first);
        tasks.rowRanges(
            count,
            Math.max(1, depth),
            (from, end) -> x.from(start + from, 0).copy(end - from, depth, copy, from * depth));
        Product.Left left = new Product.Left(copy, 0, depth);
        tasks.forEach(
            Math.multiplyExact((count + blockRows - 1) / blockRows, panels),
            task -> {
              int row = task / panels * blockRows;
              block.run(
                  left.from(row, 0), start + row, Math.min(blockRows, count - row), task % panels);
            });
      }
    } finally {
      scratch.giveBack(copy);
    }
  }
}

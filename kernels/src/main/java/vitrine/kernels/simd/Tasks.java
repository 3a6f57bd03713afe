package vitrine.kernels.simd;

import java.util.function.IntConsumer;
import vitrine.kernels.host.Workers;

/** Cuts ops into tasks, by their shapes alone, and hands them to the workers. */
record Tasks(Workers workers) {
  /** Elements a task of an element-wise op: long enough that handing it out is lost in it. */
  static final int CHUNK = 1 << 14;

  /** Work on {@code n} elements from byte {@code at} on. */
  @FunctionalInterface
  interface Stretch {
    void run(long at, int n);
  }

  /** Work on rows, or columns, {@code from} until {@code end}. */
  @FunctionalInterface
  interface Range {
    void run(int from, int end);
  }

  void forEach(int tasks, IntConsumer task) {
    workers.forEach(tasks, task);
  }

  /** How many stretches of {@link #CHUNK} elements. */
  static int chunks(long size) {
    return Math.toIntExact((size + CHUNK - 1) / CHUNK);
  }

  void stretches(long size, Stretch stretch) {
    forEach(
        chunks(size),
        task -> {
          long first = (long) task * CHUNK;
          stretch.run(4 * first, (int) Math.min(CHUNK, size - first));
        });
  }

  /** Rows of so many columns, about {@link #CHUNK} elements a task. */
  void rowRanges(int rows, int columns, Range range) {
    ranges(rows, Math.max(1, CHUNK / columns), range);
  }

  /** {@code count} things, so many a task. */
  void ranges(int count, int each, Range range) {
    forEach(
        (count + each - 1) / each,
        task -> range.run(task * each, Math.min(count, (task + 1) * each)));
  }
}

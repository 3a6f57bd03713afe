package vitrine.bench.workers;

/** Work that is ready to be repeated. */
interface Job extends AutoCloseable {
  /** Does the work once and writes what comes out, float32. */
  void writeTo(Output out);

  /**
   * Does the work and takes the time.
   *
   * @return milliseconds of each repetition
   */
  double[] time(int repeat);

  @Override
  default void close() {}

  /** Times a piece of work that is all of it timed. */
  static double[] times(int repeat, Runnable work) {
    double[] times = new double[repeat];
    for (int i = 0; i < repeat; i++) {
      long start = System.nanoTime();
      work.run();
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    return times;
  }
}

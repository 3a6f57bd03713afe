package vitrine.bench.workers;

/** A loaded model of one engine. */
interface Engine extends AutoCloseable {
  /** The library's version. */
  String version();

  /**
   * Makes work ready to be repeated.
   *
   * @throws UnsupportedOperationException when this engine has no such work
   */
  Job prepare(Work work);

  @Override
  void close();
}

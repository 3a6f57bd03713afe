package vitrine.interp.probe;

/** A probe that was fitted. */
public sealed interface Probe permits LinearProbe, NetworkProbe {
  /** Whether the optimum was reached. */
  enum Fit {
    /** There is nothing left to gain but rounding; of a network, nearby. */
    OPTIMAL,
    /** The search ended before it. */
    NOT_OPTIMAL
  }

  /**
   * Applies the probe.
   *
   * @param x (n,d), counted from the origin of what the probe was fitted to
   * @param own the class of each row, for its surprise; one that the probe does not know is
   *     negative, and its surprise infinite
   */
  Predictions predict(Features x, int[] own);

  /** What was minimised, where the search ended. */
  double objective();

  /** How many steps it took. */
  int iterations();

  Fit fit();
}

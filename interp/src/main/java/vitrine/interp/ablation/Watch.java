package vitrine.interp.ablation;

import java.util.concurrent.CancellationException;

/** Who looks on while an ablation runs, and may end it. Called by the thread that runs it. */
public interface Watch {
  /** Nobody. */
  Watch NOBODY = (done, all) -> {};

  /**
   * Runs of a variant over a portion of the texts are done.
   *
   * @param done so far
   * @param all there are; more may be added after a first part
   */
  void progress(long done, long all);

  /**
   * Intervals and tests of variants are done; comes after the runs that they are of.
   *
   * @param done so far
   * @param all there are; more may be added after a first part
   */
  default void tested(long done, long all) {}

  /** Whether to go on; asked before each block of the model. */
  default boolean goesOn() {
    return true;
  }

  /**
   * Ends it all if nobody wants it any more.
   *
   * @throws CancellationException then
   */
  default void check() {
    if (!goesOn()) {
      throw new CancellationException("ablate: cancelled");
    }
  }
}

package vitrine.bench.peers;

import java.util.function.Consumer;
import vitrine.bench.ProcFiles;
import vitrine.bench.ProcFiles.Processors;

/** Waits until nobody else uses the machine. */
final class Calm {
  /** Share of the processors that may be busy while everything of ours rests. */
  private static final double BUSY = 0.05;

  private static final long LOOK_MILLIS = 1000;

  private final double patience;
  private final Consumer<String> notes;

  /**
   * @param patience seconds until it is measured all the same
   */
  Calm(double patience, Consumer<String> notes) {
    this.patience = patience;
    this.notes = notes;
  }

  /** Gives the share of the processors that was idle at last. */
  double await() {
    double deadline = System.nanoTime() / 1e9 + patience;
    double busy = look();
    boolean told = false;
    while (busy > BUSY && System.nanoTime() / 1e9 < deadline) {
      if (!told) {
        notes.accept("waiting for a calm machine: %.0f%% busy".formatted(100 * busy));
        told = true;
      }
      busy = look();
    }
    if (busy > BUSY) {
      notes.accept("the machine is not calm: %.0f%% busy; measuring".formatted(100 * busy));
    }
    return 1 - busy;
  }

  private static double look() {
    Processors before = ProcFiles.processors();
    pause(LOOK_MILLIS);
    Processors passed = ProcFiles.processors().since(before);
    return passed.busy() / passed.all();
  }

  /** So that threads which spin for a while after their work come to rest. */
  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

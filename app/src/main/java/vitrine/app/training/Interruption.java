package vitrine.app.training;

import java.util.concurrent.CountDownLatch;

/**
 * Lets a training end well when the process is asked to end, as by Ctrl-C: it is told to stop, and
 * the process stays until it has.
 */
public final class Interruption implements AutoCloseable {
  /** What the thread that trains still has to say, it says within this. */
  private static final long LAST_WORDS_MILLIS = 300;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Watches until it is closed, in the thread that trains.
   *
   * @param stop asks the training to end; called in another thread
   */
  public Interruption(Runnable stop) {
    Thread training = Thread.currentThread();
    hook = new Thread(() -> await(stop, training), "vitrine-interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void await(Runnable stop, Thread training) {
    stop.run();
    try {
      ended.await();
      // Where it ended with an error, that is printed after this is closed.
      training.join(LAST_WORDS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the process is ending: the hook has run
    }
  }
}

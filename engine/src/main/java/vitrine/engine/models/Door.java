package vitrine.engine.models;

/**
 * Lets a model, or what a run has kept, be closed while others use it: who is inside finishes, the
 * last to leave closes, and nobody else gets in. Kernels reach memory by its address, so it must
 * not go while they run.
 */
final class Door {
  private final String what;
  private final Runnable close;
  private int inside;
  private boolean closed;

  /**
   * @param what stands behind it, for the error: {@code model: NAME}
   */
  Door(String what, Runnable close) {
    this.what = what;
    this.close = close;
  }

  /**
   * Begins a use; {@link #leave} ends it.
   *
   * @throws IllegalStateException when the model has been closed
   */
  synchronized void enter() {
    if (closed) {
      throw new IllegalStateException(what + ": used after it was closed");
    }
    inside++;
  }

  synchronized void leave() {
    inside--;
    closeIfLast();
  }

  synchronized void close() {
    if (!closed) {
      closed = true;
      closeIfLast();
    }
  }

  private void closeIfLast() {
    if (closed && inside == 0) {
      close.run();
    }
  }
}

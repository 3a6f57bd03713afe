package vitrine.engine.models;

/**
 * Lets a model be closed while others use it: who is inside finishes, the last to leave closes, and
 * nobody else gets in. Kernels reach memory by its address, so it must not go while they run.
 */
final class Door {
  private final String name;
  private final Runnable close;
  private int inside;
  private boolean closed;

  /** Of a model with that name. */
  Door(String name, Runnable close) {
    this.name = name;
    this.close = close;
  }

  /**
   * Begins a use; {@link #leave} ends it.
   *
   * @throws IllegalStateException when the model has been closed
   */
  synchronized void enter() {
    if (closed) {
      throw new IllegalStateException("model: " + name + ": used after it was closed");
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

package vitrine.app.terminal;

import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;

/**
 * Events for a program: one JSON object a line on standard output, each at once. When nobody reads
 * them any more, the work that they tell of goes on without.
 */
public final class EventLines {
  private final Console console;
  private boolean closed;

  public EventLines(Console console) {
    this.console = console;
  }

  /**
   * Writes one event; from any thread.
   *
   * @throws java.io.UncheckedIOException when it cannot be written though there is a reader
   */
  public synchronized void print(ObjectNode event) {
    if (closed) {
      return;
    }
    try {
      console.println(Json.line(event));
      console.flush();
    } catch (ClosedOutputException e) {
      closed = true;
      console.note("standard output was closed by its reader: going on without events");
    }
  }
}

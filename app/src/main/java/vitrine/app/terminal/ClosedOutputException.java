package vitrine.app.terminal;

import java.io.IOException;

/**
 * Whoever read standard output has gone ({@code | head}): nothing is left to do, and nothing is
 * wrong.
 */
public final class ClosedOutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClosedOutputException(IOException cause) {
    super("standard output was closed by its reader", cause);
  }
}

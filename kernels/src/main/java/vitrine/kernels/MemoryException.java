package vitrine.kernels;

/**
 * A backend could not get the memory it was asked for; the message says how much, and how much it
 * already holds.
 */
public final class MemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}

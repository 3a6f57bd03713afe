package vitrine.app.terminal;

/**
 * The machine has not enough memory or disk for what was asked; exit 4. The message is one line in
 * the house's form.
 */
public final class ResourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ResourceException(String message) {
    super(message);
  }
}

package vitrine.app.terminal;

/**
 * The command was not called as its help says; exit 2. The message is one line in the house's form.
 */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}

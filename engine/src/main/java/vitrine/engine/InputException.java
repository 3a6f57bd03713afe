package vitrine.engine;

/**
 * The model, data or plan that was given cannot be used; the person who gave it can mend it.
 *
 * <p>The message is one line in the house's form: {@code <operation>: <operand>: <actual>; expected
 * <...>. <remedy>}. The command line shows it and exits with 3.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}

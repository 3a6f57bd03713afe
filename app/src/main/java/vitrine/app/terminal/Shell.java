package vitrine.app.terminal;

/** Words of a command that a person is going to paste. */
public final class Shell {
  private Shell() {}

  /** A word as a POSIX shell reads it back, in single quotes where it needs them. */
  public static String quoted(String word) {
    return word.matches("[\\w./:@%+=,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}

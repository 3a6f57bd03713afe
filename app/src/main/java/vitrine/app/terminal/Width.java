package vitrine.app.terminal;

/** How many characters fit a line of standard output. */
public final class Width {
  /** A system property: the terminal's columns, which only the launcher can tell; 0 for a file. */
  private static final String COLUMNS = "vitrine.columns";

  /** Of a file or a pipe, and of a program that embeds this one. */
  private static final int USUAL = 100;

  private static final int LEAST = 40;
  private static final int MOST = 400;

  private Width() {}

  /** What the launcher told; a usual width where it told none. */
  public static int columns() {
    int told = Integer.getInteger(COLUMNS, 0);
    return told <= 0 ? USUAL : Math.clamp(told, LEAST, MOST);
  }
}

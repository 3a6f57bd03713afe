package vitrine.app.terminal;

import java.util.function.Supplier;

/**
 * How far something long has come: on a terminal a bar in a line that is rewritten, otherwise a
 * note now and then.
 */
public final class ProgressBar {
  private static final int WIDTH = 20;
  private static final long NANOS_A_REWRITE = 100_000_000L;
  private static final long NANOS_A_NOTE = 10_000_000_000L;

  private final Console console;
  private long last = System.nanoTime();

  public ProgressBar(Console console) {
    this.console = console;
  }

  /**
   * Shows it, unless it was shown just now.
   *
   * @param share in [0, 1]
   * @param text what else there is to say, made only where it is shown
   */
  public void show(double share, Supplier<String> text) {
    showAfter(bar(share) + " ", text);
  }

  /** Shows how far it has come where nobody knows how far it goes, unless it was shown just now. */
  public void show(Supplier<String> text) {
    showAfter("", text);
  }

  private void showAfter(String bar, Supplier<String> text) {
    long now = System.nanoTime();
    boolean rewrites = console.screen() == Console.Screen.REWRITABLE;
    if (now - last < (rewrites ? NANOS_A_REWRITE : NANOS_A_NOTE)) {
      return;
    }
    last = now;
    if (rewrites) {
      console.rewrite(bar + text.get());
    } else {
      console.note(text.get());
    }
  }

  private static String bar(double share) {
    int full = (int) Math.floor(share * WIDTH);
    return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
  }

  /** Takes the line away. */
  public void end() {
    console.rewrite("");
  }
}

package vitrine.app.terminal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Standard output and standard error of one command: results on the one, everything else on the
 * other. Always UTF-8, whatever the locale.
 */
public final class Console {
  private final OutputStream out;
  private final PrintStream err;
  private final BooleanSupplier quiet;
  private final Screen screen;

  /** How much of a rewritten line a terminal of the usual width shows without a second one. */
  private static final int REWRITTEN_WIDTH = 79;

  /** A line stands on the terminal that is going to be rewritten. */
  private boolean rewriting;

  /** What standard error is. */
  public enum Screen {
    /** A file or a pipe: a line stays. */
    LINES,
    /** A terminal: the last line can be rewritten. */
    REWRITABLE
  }

  /**
   * @param quiet whether notes are suppressed; asked at each note, since it is known only once the
   *     options are read
   */
  public Console(OutputStream out, OutputStream err, BooleanSupplier quiet, Screen screen) {
    this.screen = screen;
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    this.quiet = quiet;
  }

  /**
   * Writes results to standard output.
   *
   * @throws ClosedOutputException when its reader has gone
   * @throws UncheckedIOException when it cannot be written otherwise, as on a full disk
   */
  public void print(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** {@link #print} and a line feed. */
  public void println(String line) {
    print(line + "\n");
  }

  /**
   * Everything printed so far is written, or the exceptions of {@link #print} say that it could not
   * be.
   */
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  public Screen screen() {
    return screen;
  }

  /** The last line of standard error becomes this one, unless quiet; nothing where lines stay. */
  public synchronized void rewrite(String line) {
    if (screen == Screen.LINES || quiet.getAsBoolean()) {
      return;
    }
    String safe = OneLine.escape(line);
    clear();
    if (!safe.isEmpty()) {
      err.print(safe.substring(0, Math.min(REWRITTEN_WIDTH, safe.length())));
      err.flush();
      rewriting = true;
    }
  }

  private void clear() {
    if (rewriting) {
      err.print("\r\u001b[K");
      rewriting = false;
    }
  }

  /** One sentence about the run on standard error, unless quiet. */
  public synchronized void note(String sentence) {
    if (!quiet.getAsBoolean()) {
      clear();
      err.println("vitrine: note: " + OneLine.error(sentence));
    }
  }

  /** The one line of an error on standard error. */
  public synchronized void error(String message) {
    clear();
    err.println("vitrine: error: " + OneLine.error(message));
  }

  /** For {@code --debug} only. */
  public void stackTrace(Throwable failure) {
    failure.printStackTrace(err);
  }

  private static RuntimeException failed(IOException e) {
    String reason = String.valueOf(e.getMessage());
    if (reason.toLowerCase(Locale.ROOT).contains("pipe")) {
      return new ClosedOutputException(e);
    }
    FileSystemException named = new FileSystemException("standard output", null, reason);
    named.initCause(e);
    return new UncheckedIOException(named);
  }
}

package vitrine.weights;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.PrimitiveIterator;

/**
 * Text of a file in a message: on one line, of bounded length, with nothing that a terminal would
 * obey.
 */
final class Quote {
  private static final int LONGEST = 120;

  /** What an operating system allows a path; a path that was cut short would name nothing. */
  private static final int LONGEST_PATH = 4096;

  private Quote() {}

  /** In double quotes. */
  static String of(String text) {
    return '"' + plain(text) + '"';
  }

  /** Without quotes. */
  static String plain(String text) {
    return escaped(text, LONGEST);
  }

  /** A path, whole. */
  static String of(Path path) {
    return escaped(path.toString(), LONGEST_PATH);
  }

  /** Why the operating system refused, without the path, which the message has already. */
  static String reason(IOException refusal) {
    String reason =
        switch (refusal) {
          case NoSuchFileException missing -> "no such file or directory";
          case AccessDeniedException denied -> "permission denied";
          case FileSystemException other when other.getReason() != null -> other.getReason();
          default -> refusal.getMessage();
        };
    return plain(reason == null ? refusal.getClass().getSimpleName() : reason);
  }

  private static String escaped(String text, int longest) {
    StringBuilder safe = new StringBuilder();
    PrimitiveIterator.OfInt points = text.codePoints().iterator();
    while (points.hasNext()) {
      int point = points.nextInt();
      if (safe.length() >= longest) {
        return safe.append("... (").append(text.length()).append(" characters)").toString();
      }
      switch (Character.getType(point)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR ->
            safe.append(String.format("\\u%04x", point));
        default -> safe.appendCodePoint(point);
      }
    }
    return safe.toString();
  }
}

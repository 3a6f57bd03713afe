package vitrine.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Objects;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.kernels.MemoryException;
import vitrine.weights.WeightsException;

/**
 * What a person and a script are told when a command cannot be done.
 *
 * @param exit 1 internal error, 2 usage, 3 bad input, 4 not enough memory or disk
 * @param line one line in the house's form
 */
record Failure(int exit, String line) {
  static final int INTERNAL = 1;
  static final int USAGE = 2;
  static final int INPUT = 3;
  static final int RESOURCES = 4;

  static Failure of(String operation, RuntimeException failure) {
    return switch (failure) {
      case UsageException e -> new Failure(USAGE, message(e));
      case InputException e
          when e.getCause() instanceof IOException cause && isFull(reason(cause)) ->
          new Failure(RESOURCES, message(e));
      case InputException e -> new Failure(INPUT, message(e));
      case MemoryException e -> new Failure(RESOURCES, message(e));
      case ResourceException e -> new Failure(RESOURCES, message(e));
      case WeightsException e -> new Failure(exit(e.kind()), message(e));
      case UncheckedIOException e -> of(operation, Objects.requireNonNull(e.getCause()));
      default ->
          new Failure(
              INTERNAL,
              operation
                  + ": internal error: "
                  + failure
                  + "; expected no such thing. Rerun with --debug and report the stack trace");
    };
  }

  static Failure of(String operation, IOException failure) {
    String operand =
        failure instanceof FileSystemException e && e.getFile() != null
            ? OneLine.operand(e.getFile())
            : "input or output";
    String reason = reason(failure);
    if (isFull(reason)) {
      return new Failure(
          RESOURCES,
          operation
              + ": "
              + operand
              + ": "
              + reason
              + "; expected room to write. Free some disk space");
    }
    String remedy =
        switch (failure) {
          case NoSuchFileException e -> "expected an existing file or directory. Check the path";
          case AccessDeniedException e ->
              "expected permission. Check the owner and mode of the path";
          case NotDirectoryException e -> "expected a directory. Check the path";
          default -> "expected a readable input and a writable output. Check the path and its disk";
        };
    return new Failure(INPUT, operation + ": " + operand + ": " + reason + "; " + remedy);
  }

  static Failure of(String operation, OutOfMemoryError failure) {
    return new Failure(
        RESOURCES,
        operation
            + ": memory: "
            + failure.getMessage()
            + ", with a Java heap of at most "
            + (Runtime.getRuntime().maxMemory() >> 20)
            + " MiB; expected it to suffice. Use fewer or shorter inputs, or a machine with more memory");
  }

  private static int exit(WeightsException.Kind kind) {
    return kind == WeightsException.Kind.DISK_FULL || kind == WeightsException.Kind.TOO_LARGE
        ? RESOURCES
        : INPUT;
  }

  private static String message(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  private static String reason(IOException failure) {
    return switch (failure) {
      case NoSuchFileException e -> "no such file or directory";
      case AccessDeniedException e -> "permission denied";
      case NotDirectoryException e -> "not a directory";
      case FileAlreadyExistsException e -> "exists already";
      case DirectoryNotEmptyException e -> "directory not empty";
      case CharacterCodingException e -> "not UTF-8";
      case FileSystemException e when e.getReason() != null -> String.valueOf(e.getReason());
      default -> String.valueOf(failure.getMessage());
    };
  }

  private static boolean isFull(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    return lower.contains("no space left")
        || lower.contains("not enough space")
        || lower.contains("quota")
        || lower.contains("file too large");
  }
}

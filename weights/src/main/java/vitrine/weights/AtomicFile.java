package vitrine.weights;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import vitrine.weights.WeightsException.Kind;

/**
 * Writes a file entirely or not at all: to a temporary one beside it, synced to the disk, then
 * renamed over it. Whoever reads the path meanwhile sees the old content or the new, never a part;
 * after a failure the temporary file is gone and the old content is still there.
 */
public final class AtomicFile {
  private static final int BUFFER = 1 << 16;

  /** What is to be in the file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /** Writes bytes. */
  public static void write(Path path, byte[] content) {
    write(path, out -> out.write(content));
  }

  /** Writes a text, as UTF-8. */
  public static void write(Path path, String content) {
    write(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes what {@code content} writes. An unchecked exception that it throws passes through, and
   * nothing has been written. A path that is a symbolic link is written through: what it points to
   * is replaced.
   *
   * @throws WeightsException of kind WRITE_FAILED or DISK_FULL when the operating system refuses
   */
  public static void write(Path path, Content content) {
    try {
      replace(path, content);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Says before a long write that it cannot end well.
   *
   * @throws WeightsException of kind DISK_FULL when the disk of that path has less room than {@code
   *     bytes}
   */
  public static void requireRoom(Path path, long bytes) {
    Path target = path.toAbsolutePath();
    try {
      Path directory = target.getParent();
      long room = Files.getFileStore(directory == null ? target : directory).getUsableSpace();
      if (room < bytes) {
        throw new WeightsException(
            Kind.DISK_FULL,
            "write: %s: %d bytes free on its disk; expected %d. Free some, or write elsewhere."
                .formatted(Quote.of(path), room, bytes));
      }
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static void replace(Path path, Content content) throws IOException {
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException("it is no regular file");
    }
    Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
    try {
      // Not Files.createTempFile: that one's files are for the owner alone, whatever the umask
      // says.
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncDirectory(target);
  }

  /** Makes the rename itself durable, where directories can be opened for that. */
  private static void syncDirectory(Path target) throws IOException {
    Path directory = target.getParent();
    if (directory != null
        && FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static WeightsException failed(Path path, IOException e) {
    String reason = Quote.reason(e);
    boolean full = reason.contains("No space left") || reason.contains("quota");
    return new WeightsException(
        full ? Kind.DISK_FULL : Kind.WRITE_FAILED,
        "write: %s: %s; expected a writable file. %s"
            .formatted(
                Quote.of(path),
                reason,
                full
                    ? "Free some room, or write elsewhere."
                    : "Check that its directory exists and may be written to."),
        e);
  }
}

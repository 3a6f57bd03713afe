package vitrine.app.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * A directory of results that appears whole or not at all.
 *
 * <p>Files are written into a hidden directory beside it (or inside it where it exists already, so
 * that it may be a mount point), and take their places on {@link #commit()}. {@link #close()}
 * without commit removes every trace; so does the end of the JVM.
 */
public final class OutputDirectory implements AutoCloseable {
  /** What to do with results that an earlier run left in the directory. */
  public enum Existing {
    /** An error. */
    REFUSE,
    /** They are removed, and only they: other people's files in the directory stay. */
    REPLACE
  }

  private final Path target;
  private final Path staging;
  private final String index;
  private final List<Path> replaced;
  private final Deque<Path> madeParents;
  private final Thread atExit = new Thread(this::discard, "vitrine-discard-output");
  private boolean done;

  private OutputDirectory(
      Path target, Path staging, String index, List<Path> replaced, Deque<Path> madeParents) {
    this.target = target;
    this.staging = staging;
    this.index = index;
    this.replaced = replaced;
    this.madeParents = madeParents;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Checks that a directory may become the output, touching nothing: to be called before any long
   * work.
   *
   * @throws InputException when it is a file, or not empty and not to be replaced
   */
  public static void check(Path target, Existing existing) throws IOException {
    requireRoom("out", target);
    if (!Files.exists(target)) {
      return;
    }
    if (existing == Existing.REFUSE && !isEmpty(target)) {
      throw new InputException(
          "out: "
              + OneLine.operand(target.toString())
              + ": not empty; expected a new or an empty directory. Choose another, or add --overwrite");
    }
  }

  /**
   * Checks that a directory is there or could be made, touching nothing.
   *
   * @param where what the error begins with
   * @throws InputException when it is a file, or is to be in one, or where nothing can be written
   */
  public static void requireRoom(String where, Path target) {
    Path there = target.toAbsolutePath();
    while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
      there = there.getParent();
    }
    boolean isTarget = there.equals(target.toAbsolutePath());
    String found =
        !Files.isDirectory(there)
            ? (isTarget ? "a file" : OneLine.operand(there.toString()) + " is a file")
            : !Files.isWritable(there)
                ? (isTarget ? "not" : OneLine.operand(there.toString()) + " is not") + " writable"
                : null;
    if (found != null) {
      throw new InputException(
          where
              + ": "
              + OneLine.operand(target.toString())
              + ": "
              + found
              + "; expected a directory that can be written. Choose another --out");
    }
  }

  /**
   * Begins to write.
   *
   * @param index the file that lists the others: the last to take its place, the first to go
   * @param replaced files under {@code target} that an earlier run wrote; gone after the commit
   */
  public static OutputDirectory open(
      Path target, Existing existing, String index, List<Path> replaced) throws IOException {
    check(target, existing);
    Path absolute = target.toAbsolutePath().normalize();
    Deque<Path> made = new ArrayDeque<>();
    Path holder = absolute;
    if (!Files.isDirectory(absolute)) {
      holder = absolute.getParent() == null ? absolute : absolute.getParent();
      makeParents(holder, made);
    }
    String unique = ".vitrine-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    Path staging = Files.createDirectory(holder.resolve(unique));
    return new OutputDirectory(absolute, staging, index, List.copyOf(replaced), made);
  }

  private static void makeParents(Path directory, Deque<Path> made) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path p = directory; p != null && !Files.exists(p); p = p.getParent()) {
      missing.push(p);
    }
    for (Path p : missing) {
      Files.createDirectory(p);
      made.push(p);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Where to write a file of the result; its parent exists. */
  public Path file(String relative) throws IOException {
    Path file = staging.resolve(relative).normalize();
    if (!file.startsWith(staging) || file.equals(staging)) {
      throw new InputException(
          "out: "
              + OneLine.operand(relative)
              + ": leaves the directory; expected a plain file name. Rename it");
    }
    Files.createDirectories(file.getParent());
    return file;
  }

  /** Bytes that can still be written on the disk that holds the directory. */
  public long usableBytes() throws IOException {
    return Files.getFileStore(staging).getUsableSpace();
  }

  /** Everything written takes its place. */
  public void commit() throws IOException {
    try (Stream<Path> files = Files.walk(staging)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sync(file);
      }
    }
    if (Files.isDirectory(target)) {
      Files.deleteIfExists(target.resolve(index));
      for (Path old : replaced) {
        remove(old);
      }
      moveInto(staging, target);
      Files.delete(staging);
    } else {
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
    }
    finish();
  }

  /** A file of an earlier run, and the folders that held nothing else. */
  private void remove(Path old) throws IOException {
    Files.deleteIfExists(target.resolve(old));
    for (Path p = old.getParent(); p != null; p = p.getParent()) {
      Path folder = target.resolve(p);
      if (!Files.isDirectory(folder) || !isEmpty(folder)) {
        return;
      }
      Files.delete(folder);
    }
  }

  private void moveInto(Path from, Path to) throws IOException {
    List<Path> entries;
    try (Stream<Path> listed = Files.list(from)) {
      entries = listed.sorted(Comparator.comparing(path -> path.endsWith(index))).toList();
    }
    for (Path entry : entries) {
      Path place = to.resolve(entry.getFileName());
      if (Files.isDirectory(entry) && Files.isDirectory(place)) {
        moveInto(entry, place);
        Files.delete(entry);
      } else {
        Files.move(entry, place, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private void finish() {
    done = true;
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  @Override
  public void close() {
    if (!done) {
      finish();
      discard();
    }
  }

  private void discard() {
    try {
      Files.walkFileTree(staging, new Deleter());
      for (Path parent : madeParents) {
        if (isEmpty(parent)) {
          Files.delete(parent);
        }
      }
    } catch (NoSuchFileException e) {
      return; // removed by someone else: what was wanted
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Deleter extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}

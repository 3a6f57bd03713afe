package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the means of reference texts are while an ablation runs: in the directory that is kept, or
 * in one that goes with the process. What was made is removed again unless it is kept, so that a
 * run that fails leaves nothing.
 */
final class MeansDirectory implements AutoCloseable {
  private final @Nullable Path path;

  /** Directories that were made, the outermost first. */
  private final List<Path> made;

  private boolean kept;

  private MeansDirectory(@Nullable Path path, List<Path> made) {
    this.path = path;
    this.made = made;
  }

  /** None, where nothing needs means. */
  static MeansDirectory none() {
    return new MeansDirectory(null, List.of());
  }

  /**
   * Makes one.
   *
   * @param keep the directory of what is kept, empty or not there; null when nothing is
   */
  static MeansDirectory in(@Nullable Path keep, Consumer<String> notes) throws IOException {
    if (keep == null) {
      notes.accept(
          "the means are not kept, so the plans cannot be run again; --keep DIR keeps them");
      Path passing = Files.createTempDirectory("vitrine-means");
      return new MeansDirectory(passing, List.of(passing));
    }
    Path path = keep.resolve("means");
    List<Path> made = new ArrayList<>();
    for (Path each = path; each != null && !Files.exists(each); each = each.getParent()) {
      made.addFirst(each);
    }
    Files.createDirectories(path);
    return new MeansDirectory(path, made);
  }

  /** Where; null where there is none. */
  @Nullable Path path() {
    return path;
  }

  /** It stays, with all that is in it. */
  void keep() {
    kept = true;
  }

  @Override
  public void close() throws IOException {
    if (kept || path == null) {
      return;
    }
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    for (Path each : made.reversed()) {
      try (Stream<Path> left = Files.list(each)) {
        if (left.findAny().isPresent()) {
          return;
        }
      }
      Files.delete(each);
    }
  }
}

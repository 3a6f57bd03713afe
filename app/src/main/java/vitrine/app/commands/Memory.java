package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Sizes;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;

/**
 * Says that memory will not suffice before it is asked for: a system that promises more than it has
 * ends the process without a word.
 *
 * <p>The estimates are lower bounds, so that nothing is refused that would fit.
 */
final class Memory {
  private static final Path SYSTEM = Path.of("/proc/meminfo");
  private static final Path GROUP_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
  private static final Path GROUP_USE = Path.of("/sys/fs/cgroup/memory.current");

  /** What one listed prediction takes on the heap, as a record and as JSON. */
  private static final long PREDICTION_BYTES = 300;

  private Memory() {}

  /** Bytes that can still be had without swapping; empty where the system does not tell. */
  static OptionalLong available() {
    OptionalLong system = OptionalLong.empty();
    for (String line : lines(SYSTEM)) {
      if (line.matches("MemAvailable: +[0-9]{1,15} kB")) {
        system = OptionalLong.of(Long.parseLong(line.replaceAll("[^0-9]", "")) << 10);
      }
    }
    OptionalLong limit = number(GROUP_LIMIT);
    OptionalLong use = number(GROUP_USE);
    if (system.isEmpty() || limit.isEmpty() || use.isEmpty()) {
      return system;
    }
    long left = Math.max(0, limit.getAsLong() - use.getAsLong());
    return OptionalLong.of(Math.min(system.getAsLong(), left));
  }

  private static OptionalLong number(Path file) {
    List<String> lines = lines(file);
    return lines.size() == 1 && lines.getFirst().matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(lines.getFirst()))
        : OptionalLong.empty();
  }

  /** The lines of a file of the system; none where this system has no such file. */
  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of(); // the check is then left to the allocation itself
    }
  }

  /**
   * Refuses what does not fit.
   *
   * @throws ResourceException when more bytes are needed than available
   */
  static void require(String operation, long needed, OptionalLong available, String remedy) {
    if (available.isPresent() && needed > available.getAsLong()) {
      throw new ResourceException(
          "%s: memory: %s available; expected %s or more. %s"
              .formatted(
                  operation, Sizes.bytes(available.getAsLong()), Sizes.bytes(needed), remedy));
    }
  }

  /** Bytes that the values a run keeps, and the stream they are read from, take at least. */
  static long ofRun(Plan plan, Architecture architecture, List<Example> examples) {
    int batch = examples.size();
    int length = examples.stream().mapToInt(example -> example.ids().length).max().orElse(0);
    long rows = (long) batch * length;
    long bytes = 4 * rows * (2L * architecture.dModel() + architecture.dMlp());
    for (Site site : plan.reads()) {
      boolean whole = site.slice().parts().isEmpty() && site.target() instanceof Tap;
      if (whole) {
        long values = architecture.shape(site.target(), batch, length).size();
        bytes += 4 * values * site.expand(architecture).size();
      }
    }
    return bytes;
  }

  /** Bytes of the Java heap that a list of the largest logits of every position takes at least. */
  static long ofPredictions(List<Example> examples, int count) {
    long positions = examples.stream().mapToLong(example -> example.ids().length).sum();
    return positions * count * PREDICTION_BYTES;
  }
}

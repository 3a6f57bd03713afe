package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Sizes;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Forecast;

/**
 * Says that memory will not suffice before it is asked for: a system that promises more than it has
 * ends the process without a word.
 *
 * <p>The figures are lower bounds, so that nothing is refused that would fit.
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

  /**
   * Refuses a run that does not fit, with what would help.
   *
   * @param ofSaving what the run would take with either way of saving
   * @throws ResourceException when more bytes are needed than available
   */
  static void requireRun(
      Saving saving, Function<Saving, Forecast> ofSaving, OptionalLong available) {
    Forecast forecast = ofSaving.apply(saving);
    if (available.isEmpty() || forecast.peakBytes() <= available.getAsLong()) {
      return;
    }
    require("run", forecast.peakBytes(), available, remedy(saving, forecast, ofSaving));
  }

  private static String remedy(
      Saving saving, Forecast forecast, Function<Saving, Forecast> ofSaving) {
    long saved = forecast.saved().total();
    if (saved == 0) {
      return "Run fewer or shorter inputs at a time, or read fewer sites";
    }
    String shares = "The backward pass keeps " + Sizes.bytes(saved);
    if (forecast.gradients() > 0) {
      shares += ", gradients of parameters take " + Sizes.bytes(forecast.gradients());
    }
    String less =
        switch (saving) {
          case KEEP ->
              ", or add --recompute (%s)"
                  .formatted(Sizes.bytes(ofSaving.apply(Saving.RECOMPUTE).peakBytes()));
          case RECOMPUTE -> "";
        };
    return shares + ". Run fewer or shorter inputs at a time" + less;
  }

  /** Bytes of the Java heap that a list of the largest logits of every position takes at least. */
  static long ofPredictions(List<Example> examples, int count) {
    long positions = examples.stream().mapToLong(example -> example.ids().length).sum();
    return positions * count * PREDICTION_BYTES;
  }
}

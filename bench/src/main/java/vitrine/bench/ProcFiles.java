package vitrine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What Linux tells about processors and processes in {@code /proc} (proc(5)). */
public final class ProcFiles {
  /** USER_HZ, which is 100 on every Linux that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private ProcFiles() {}

  /**
   * Processor time since the start of the machine, all processors together, in seconds.
   *
   * @param busy anything but idle and waiting for disks; stolen time is in it
   */
  public record Processors(double busy, double all) {
    public Processors since(Processors before) {
      return new Processors(busy - before.busy, all - before.all);
    }
  }

  public static Processors processors() {
    String[] fields = lines(Path.of("/proc/stat")).getFirst().trim().split(" +", -1);
    double all = 0;
    for (int field = 1; field <= 8; field++) {
      all += Long.parseLong(fields[field]);
    }
    double idle = Long.parseLong(fields[4]) + (double) Long.parseLong(fields[5]);
    return new Processors((all - idle) / TICKS_PER_SECOND, all / TICKS_PER_SECOND);
  }

  /** Processor time that a process has used, in seconds. */
  public static double used(long pid) {
    String text = lines(Path.of("/proc/" + pid + "/stat")).getFirst();
    // The second field is a name in brackets, which may hold blanks.
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /** The most memory that a process has had resident, in bytes; empty when it has gone. */
  public static OptionalLong peakResident(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty(); // It ended between two looks.
    }
  }

  /** Processes that were ready to run, averaged over a minute. */
  public static double load() {
    String line = lines(Path.of("/proc/loadavg")).getFirst();
    return Double.parseDouble(line.substring(0, line.indexOf(' ')));
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new IllegalStateException(
          "bench: " + file + ": no such file; expected Linux, whose /proc these measurements read",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

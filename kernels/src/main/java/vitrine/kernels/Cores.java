package vitrine.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** How many threads are worth having. */
public final class Cores {
  private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String LIST = "Cpus_allowed_list:";

  private Cores() {}

  /**
   * The cores that this process may use: two threads of one core share its arithmetic and gain
   * nothing. Where the system does not tell (it is not Linux), its processors.
   */
  public static int physical() {
    return physical(SYSTEM, STATUS, Runtime.getRuntime().availableProcessors());
  }

  /**
   * As above.
   *
   * @param system the folder that has one folder a processor
   * @param status the file that lists the processors this process may run on
   * @param allowed how many it may use at once
   */
  static int physical(Path system, Path status, int allowed) {
    Set<String> cores = new HashSet<>();
    try {
      for (int processor : processors(status)) {
        Path siblings = system.resolve("cpu" + processor + "/topology/thread_siblings_list");
        if (Files.exists(siblings)) { // else switched off
          cores.add(Files.readString(siblings).strip());
        }
      }
    } catch (IOException e) {
      return allowed;
    }
    return cores.isEmpty() ? allowed : Math.min(cores.size(), allowed);
  }

  /** Of a line as {@code Cpus_allowed_list: 0-3,8}; none where there is no such line. */
  private static List<Integer> processors(Path status) throws IOException {
    List<Integer> processors = new ArrayList<>();
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(LIST)) {
        for (String range : line.substring(LIST.length()).strip().split(",", 0)) {
          int dash = range.indexOf('-');
          int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
          int last = Integer.parseInt(range.substring(dash + 1));
          IntStream.rangeClosed(first, last).forEach(processors::add);
        }
      }
    }
    return processors;
  }
}

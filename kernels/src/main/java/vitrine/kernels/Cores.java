package vitrine.kernels;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** How many threads are worth having. */
public final class Cores {
  private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");

  private Cores() {}

  /**
   * The machine's cores, as far as this process may use them: two threads of one core share its
   * arithmetic and gain nothing. Where the system does not tell (it is not Linux), its processors.
   */
  public static int physical() {
    return physical(SYSTEM, Runtime.getRuntime().availableProcessors());
  }

  /**
   * As above.
   *
   * @param system the folder that has one folder a processor
   * @param allowed how many processors this process may use
   */
  static int physical(Path system, int allowed) {
    Set<String> cores = new HashSet<>();
    try (DirectoryStream<Path> processors = Files.newDirectoryStream(system, "cpu[0-9]*")) {
      for (Path processor : processors) {
        Path siblings = processor.resolve("topology/thread_siblings_list");
        if (Files.exists(siblings)) { // else switched off
          cores.add(Files.readString(siblings).strip());
        }
      }
    } catch (IOException e) {
      return allowed;
    }
    return cores.isEmpty() ? allowed : Math.min(cores.size(), allowed);
  }
}

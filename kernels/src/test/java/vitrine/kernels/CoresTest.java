package vitrine.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CoresTest {
  @TempDir private Path system;

  @Test
  void should_count_a_core_once_when_it_has_two_threads() throws IOException {
    processors("0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7");
    assertEquals(4, Cores.physical(system, allowed("0-7"), 8));
  }

  @Test
  void should_count_only_cores_it_may_run_on_when_it_is_bound() throws IOException {
    processors("0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7");
    assertEquals(1, Cores.physical(system, allowed("0,4"), 2));
    assertEquals(3, Cores.physical(system, allowed("0-2,4"), 4));
  }

  @Test
  void should_stay_within_what_is_allowed_when_that_is_less() throws IOException {
    processors("0", "1", "2", "3");
    assertEquals(2, Cores.physical(system, allowed("0-3"), 2));
  }

  @Test
  void should_take_the_processors_when_the_system_does_not_tell() throws IOException {
    assertEquals(3, Cores.physical(system, allowed("0-2"), 3));
    assertEquals(3, Cores.physical(system, system.resolve("none"), 3));
  }

  private Path allowed(String list) throws IOException {
    return Files.writeString(
        system.resolve("status"), "Name:\tjava\nCpus_allowed_list:\t" + list + "\nThreads:\t9\n");
  }

  private void processors(String... siblings) throws IOException {
    for (int i = 0; i < siblings.length; i++) {
      Path topology = Files.createDirectories(system.resolve("cpu" + i + "/topology"));
      Files.writeString(topology.resolve("thread_siblings_list"), siblings[i] + "\n");
    }
    Files.createDirectories(system.resolve("cpufreq"));
  }
}

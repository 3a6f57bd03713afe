package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import vitrine.app.terminal.ResourceException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.models.Model;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class MemoryTest {
  @Test
  void should_count_every_value_when_a_run_keeps_whole_sites() {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Model model =
            ModelLoader.load(
                new InductionModel().files(), java.util.Optional.empty(), kernels, note -> {})) {
      Architecture architecture = model.architecture();
      List<Example> examples = Collections.nCopies(1000, Example.of(new int[100]));
      long none = Memory.ofRun(Plan.empty(), architecture, examples);
      Plan plan = Plan.empty().read(Site.logits(), Site.of(Tap.PATTERN, Layers.ALL));
      long logits = 4L * 1000 * 100 * architecture.vocabulary();
      long patterns = 4L * 2 * 1000 * architecture.heads() * 100 * 100;
      assertEquals(none + logits + patterns, Memory.ofRun(plan, architecture, examples));
      assertTrue(none > 0);
    }
  }

  @Test
  void should_refuse_with_both_sizes_when_memory_does_not_suffice() {
    ResourceException e =
        assertThrows(
            ResourceException.class,
            () -> Memory.require("run", 3L << 30, OptionalLong.of(1L << 30), "Read less"));
    assertEquals(
        "run: memory: 1.0 GiB available; expected 3.0 GiB or more. Read less", e.getMessage());
    assertDoesNotThrow(() -> Memory.require("run", 1, OptionalLong.of(1), ""));
    assertDoesNotThrow(() -> Memory.require("run", Long.MAX_VALUE, OptionalLong.empty(), ""));
  }

  @Test
  void should_know_what_is_available_when_the_system_tells() {
    OptionalLong available = Memory.available();
    assertEquals(Files.exists(Path.of("/proc/meminfo")), available.isPresent());
    available.ifPresent(bytes -> assertTrue(bytes > 1 << 20, "only " + bytes));
  }
}

package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import vitrine.app.terminal.ResourceException;
import vitrine.engine.hooks.SavedMemory;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Forecast;

final class MemoryTest {
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
  void should_say_what_would_help_when_a_backward_pass_does_not_fit() {
    SavedMemory kept = new SavedMemory(new LinkedHashMap<>(Map.of("blocks.0.attn.q", 2L << 30)));
    SavedMemory less = new SavedMemory(new LinkedHashMap<>(Map.of("blocks.0.input", 1L << 20)));
    Function<Saving, Forecast> forecast =
        saving ->
            switch (saving) {
              case KEEP -> new Forecast(kept, 0, 3L << 30);
              case RECOMPUTE -> new Forecast(less, 1L << 29, 3L << 29);
            };
    assertEquals(
        "run: memory: 1.0 GiB available; expected 3.0 GiB or more. The backward pass keeps 2.0 GiB."
            + " Run fewer or shorter inputs at a time, or add --recompute (1.5 GiB)",
        refusal(Saving.KEEP, forecast));
    assertEquals(
        "run: memory: 1.0 GiB available; expected 1.5 GiB or more. The backward pass keeps 1.0 MiB,"
            + " gradients of parameters take 512.0 MiB. Run fewer or shorter inputs at a time",
        refusal(Saving.RECOMPUTE, forecast));
    assertEquals(
        "run: memory: 1.0 GiB available; expected 3.0 GiB or more. Run fewer or shorter inputs at a"
            + " time, or read fewer sites",
        refusal(Saving.KEEP, saving -> new Forecast(SavedMemory.NONE, 0, 3L << 30)));
    assertDoesNotThrow(() -> Memory.requireRun(Saving.KEEP, forecast, OptionalLong.of(3L << 30)));
    assertDoesNotThrow(() -> Memory.requireRun(Saving.KEEP, forecast, OptionalLong.empty()));
  }

  private static String refusal(Saving saving, Function<Saving, Forecast> forecast) {
    return String.valueOf(
        assertThrows(
                ResourceException.class,
                () -> Memory.requireRun(saving, forecast, OptionalLong.of(1L << 30)))
            .getMessage());
  }

  @Test
  void should_know_what_is_available_when_the_system_tells() {
    OptionalLong available = Memory.available();
    assertEquals(Files.exists(Path.of("/proc/meminfo")), available.isPresent());
    available.ifPresent(bytes -> assertTrue(bytes > 1 << 20, "only " + bytes));
  }
}

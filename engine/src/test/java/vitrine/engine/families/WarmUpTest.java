package vitrine.engine.families;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.weights.Checkpoints;

final class WarmUpTest {
  @ParameterizedTest
  @CsvSource({"gpt2,LANGUAGE", "gpt2,NONE", "gpt2,SEQUENCE", "bert,NONE", "bert,MASKED"})
  void should_leave_no_thread_when_ended(String family, Head task) {
    try (Kernels kernels = Backends.open("scalar", 2, note -> {})) {
      long before = warming();
      // A failure in its thread comes out of close.
      try (WarmUp started =
          WarmUp.start(config(family), task, kernels, Precision.F32, note -> {})) {
        assertNotNull(started);
      }
      assertEquals(before, warming());
    }
  }

  @ParameterizedTest
  @CsvSource({"gpt2,LANGUAGE,F32", "gpt2,LANGUAGE,INT8", "gpt2,NONE,F32", "bert,NONE,BF16"})
  void should_run_when_made_from_a_config(String family, Head head, Precision precision) {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Model model = WarmUp.load(WarmUp.tiny(config(family)), head, kernels, precision)) {
      assertEquals(precision, model.facts().precision());
      assertEquals(family, model.architecture().family());
      assertEquals(1, model.architecture().layers());
      WarmUp.pass(model);
    }
  }

  @Test
  void should_not_start_when_the_model_is_small() {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {})) {
      assertNull(WarmUp.beside(config("gpt2"), Head.LANGUAGE, kernels, Precision.F32, note -> {}));
    }
  }

  private static long warming() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("vitrine-warm-up"))
        .count();
  }

  /** Of a model of usual size; its numbers are never read. */
  private static ModelFiles config(String family) {
    return ModelFiles.of(
        "test",
        """
        {"model_type": "%s", "n_embd": 768, "hidden_size": 768, "pad_token_id": 50256}
        """
            .formatted(family),
        Checkpoints.inMemory(Map.of()),
        Optional.empty());
  }
}

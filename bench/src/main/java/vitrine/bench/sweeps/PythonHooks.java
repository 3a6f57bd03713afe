package vitrine.bench.sweeps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs {@code bench/src/main/python/hooks.py}.
 *
 * @param python an interpreter with PyTorch and transformers
 */
record PythonHooks(Path python, int threads) {
  /** How long its loop over all heads takes. */
  double milliseconds(Path model, List<int[]> texts, int heads) {
    String ids =
        texts.stream()
            .map(text ->
                Arrays.stream(text).mapToObj(String::valueOf).collect(Collectors.joining(",")))
            .collect(Collectors.joining(";"));
    Path script = Path.of(System.getProperty("vitrine.root"), "bench/src/main/python/hooks.py");
    try {
      Process process =
          new ProcessBuilder(
                  python.toString(),
                  script.toString(),
                  model.toString(),
                  Integer.toString(threads),
                  Integer.toString(heads))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (var out = process.outputWriter(StandardCharsets.UTF_8)) {
        out.write(ids + "\n");
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("sweeps: hooks.py ended with " + process.exitValue());
      }
      return Double.parseDouble(said.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("sweeps: interrupted", e);
    }
  }
}

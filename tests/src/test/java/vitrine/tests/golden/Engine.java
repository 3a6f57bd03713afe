package vitrine.tests.golden;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.tests.backends.OpaqueKernels;

/** A backend, a directory's files and the model made of them, closed together. */
record Engine(Kernels kernels, ModelFiles files, Model model) implements AutoCloseable {
  /** Every golden suite runs on each of these. */
  static final List<String> BACKENDS = List.of("scalar", "simd", "opaque");

  static Engine open(Path directory, String backend, int threads) {
    return open(ModelFiles.open(directory), backend, threads);
  }

  static Engine open(ModelFiles files, String backend, int threads) {
    Kernels kernels = kernels(backend, threads);
    return new Engine(
        kernels, files, ModelLoader.load(files, Optional.empty(), kernels, note -> {}));
  }

  /** With matrices that are rounded. */
  static Engine open(Path directory, String backend, int threads, Precision precision) {
    ModelFiles files = ModelFiles.open(directory);
    Kernels kernels = kernels(backend, threads);
    return new Engine(
        kernels, files, ModelLoader.load(files, Optional.empty(), kernels, note -> {}, precision));
  }

  private static Kernels kernels(String backend, int threads) {
    if (backend.equals("opaque")) {
      return new OpaqueKernels();
    }
    return Backends.open(
        backend,
        threads,
        note -> {
          throw new AssertionError(note);
        });
  }

  @Override
  public void close() {
    model.close();
    files.close();
    kernels.close();
  }
}

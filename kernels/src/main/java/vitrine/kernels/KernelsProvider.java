package vitrine.kernels;

import java.util.Optional;

/** How a backend makes itself known: one implementation, one {@code META-INF/services} line. */
public interface KernelsProvider {
  /** The name for {@code --backend}. */
  String name();

  /** Larger is preferred by {@code auto}. */
  int preference();

  /** Empty when it can be opened here; otherwise one sentence saying why not, and the cure. */
  Optional<String> unavailable();

  /** Opens the backend with that many worker threads (at least 1). */
  Kernels open(int threads);

  /** For {@link SelfCheck}: GFLOP/s that a product exceeds unless something is wrong. */
  default double leastGflops() {
    return 0;
  }
}

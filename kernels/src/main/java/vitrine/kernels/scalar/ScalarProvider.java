package vitrine.kernels.scalar;

import java.util.Optional;
import vitrine.kernels.Kernels;
import vitrine.kernels.KernelsProvider;
import vitrine.kernels.host.HostKernels;

/** Makes {@code scalar} known. It works everywhere and is preferred nowhere. */
public final class ScalarProvider implements KernelsProvider {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  /**
   * Opens the backend.
   *
   * @param threads not used: the specification runs on the caller's thread
   */
  @Override
  public Kernels open(int threads) {
    return new HostKernels(name(), new ScalarArithmetic());
  }
}

package vitrine.kernels.simd;

import java.util.Optional;
import vitrine.kernels.Kernels;
import vitrine.kernels.KernelsProvider;
import vitrine.kernels.host.HostKernels;

/**
 * Makes {@code simd} known. Names no type of the incubator module, so that it loads, and can
 * explain itself, in a JVM that runs without the module.
 */
public final class SimdProvider implements KernelsProvider {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String MEMORY = "vitrine.kernels.simd.Memory";

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public int preference() {
    return 100;
  }

  @Override
  public Optional<String> unavailable() {
    try {
      // A class, not the boot layer: the launcher loads the module after the start.
      Class.forName(MODULE + ".FloatVector", false, SimdProvider.class.getClassLoader());
      Class.forName(MEMORY, true, SimdProvider.class.getClassLoader());
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      return Optional.of(
          "the JVM runs without the module "
              + MODULE
              + "; start java with --add-modules="
              + MODULE);
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof IllegalCallerException) {
        return Optional.of(
            "the JVM denies the restricted method that it needs; start java with"
                + " --enable-native-access=ALL-UNNAMED");
      }
      throw e;
    }
  }

  @Override
  public Kernels open(int threads) {
    unavailable()
        .ifPresent(reason -> {
          throw new IllegalStateException("backend: simd: " + reason);
        });
    return new HostKernels(name(), new SimdArithmetic(threads));
  }

  /** One core with 128-bit vectors has twice this; kernels left uncompiled stay below 3. */
  @Override
  public double leastGflops() {
    return 8;
  }
}

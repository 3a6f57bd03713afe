package vitrine.kernels;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Finds backends by name. Asking for one that cannot be had is an error; only {@code auto} falls
 * back, and says so.
 */
public final class Backends {
  private Backends() {}

  /** Every backend on the class path, the preferred first. */
  public static List<KernelsProvider> all() {
    return ServiceLoader.load(KernelsProvider.class, Backends.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(KernelsProvider::preference).reversed())
        .toList();
  }

  /**
   * Opens a backend.
   *
   * @param name a provider's name, or {@code auto} for the most preferred one that works here
   * @param threads worker threads, at least 1
   * @param notes receives one sentence for each backend that {@code auto} passed over
   * @throws IllegalArgumentException when there is no such backend, or it cannot be opened here
   */
  public static Kernels open(String name, int threads, Consumer<String> notes) {
    if (threads < 1) {
      throw new IllegalArgumentException("backend: threads: " + threads + "; expected at least 1");
    }
    List<KernelsProvider> providers = all();
    if (name.equals("auto")) {
      for (KernelsProvider provider : providers) {
        Optional<String> reason = provider.unavailable();
        if (reason.isEmpty()) {
          return provider.open(threads);
        }
        notes.accept("backend " + provider.name() + " passed over: " + reason.get());
      }
    }
    for (KernelsProvider provider : providers) {
      if (provider.name().equals(name)) {
        provider
            .unavailable()
            .ifPresent(reason -> {
              throw new IllegalArgumentException(
                  "backend: " + name + ": not available here; " + reason);
            });
        return provider.open(threads);
      }
    }
    throw new IllegalArgumentException(
        "backend: "
            + name
            + ": no such backend; expected auto, "
            + providers.stream().map(KernelsProvider::name).collect(Collectors.joining(", ")));
  }
}

package vitrine.app.commands;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import vitrine.app.terminal.UsageException;
import vitrine.kernels.Backends;
import vitrine.kernels.Cores;
import vitrine.kernels.Kernels;

/** The options that every command takes, before or after its name. */
public final class Common {
  private static final String AUTO = "auto";

  @Option(
      names = "--model",
      paramLabel = "DIR|NAME",
      scope = ScopeType.INHERIT,
      converter = Converters.NotBlank.class,
      description = {
        "A Hugging Face model directory, or the name of a bundled model (see: vitrine models)."
      })
  private @Nullable String model;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      defaultValue = AUTO,
      converter = Converters.NotBlank.class,
      description = "auto, scalar, simd or tornado; auto if not given (see: vitrine backends).")
  private String backend = AUTO;

  @Option(
      names = "--threads",
      paramLabel = "N",
      scope = ScopeType.INHERIT,
      converter = Converters.Threads.class,
      description = "Worker threads; one a core if not given. Results do not depend on it.")
  private @Nullable Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      scope = ScopeType.INHERIT,
      converter = Converters.WholeNumber.class,
      description = "Seed of everything random; 0 if not given.")
  private @Nullable Long seed;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "No notes and no progress on standard error.")
  private boolean quiet;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean debug;

  /** What was given with {@code --model}; null when nothing was. */
  @Nullable String model() {
    return model;
  }

  /** The seed that was given; null when none was. */
  @Nullable Long givenSeed() {
    return seed;
  }

  long seed() {
    return seed == null ? 0 : seed;
  }

  /** The backend that was asked for; null when none was, or any. */
  @Nullable String givenBackend() {
    return backend.equals(AUTO) ? null : backend;
  }

  /** Whether notes are suppressed. */
  public boolean quiet() {
    return quiet;
  }

  /** Whether a stack trace was asked for. */
  public boolean debug() {
    return debug;
  }

  /** How many were asked for, or one a core. */
  int threads() {
    return threads == null ? Cores.physical() : threads;
  }

  /** The backend that was asked for, with its threads. */
  Kernels openKernels(Consumer<String> notes) {
    return openKernels(threads(), notes);
  }

  /** The backend that was asked for, with another number of threads. */
  Kernels openKernels(int workers, Consumer<String> notes) {
    try {
      return Backends.open(backend, workers, notes);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }
}

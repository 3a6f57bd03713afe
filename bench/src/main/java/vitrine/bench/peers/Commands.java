package vitrine.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How an engine's process is started.
 *
 * @param root of the checkout
 * @param python null where there is none with PyTorch
 * @param profile where our workers leave recordings; null for none
 */
record Commands(Path root, @Nullable Path python, @Nullable Path profile) {
  private static final List<String> USUAL = List.of("python3", "python");

  /** A python that has PyTorch and transformers: the one given, or the one in PATH. */
  static @Nullable Path python(@Nullable Path given) {
    List<String> candidates = given == null ? USUAL : List.of(given.toString());
    return candidates.stream().filter(Commands::hasTorch).findFirst().map(Path::of).orElse(null);
  }

  private static boolean hasTorch(String python) {
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import torch, transformers")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // No such program.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The command of a worker.
   *
   * @throws EngineProcess.EngineException when it is not on this machine
   */
  List<String> worker(EngineKind engine) {
    return switch (engine) {
      case VITRINE -> recorded(java("vitrine.bench.workers.Worker", engine.option()));
      case ONNXRUNTIME, DJL -> java("vitrine.bench.workers.Worker", engine.option());
      case PYTORCH -> python("peer.py");
    };
  }

  /** From nothing to the first token, as JSON on standard output. */
  List<String> firstToken(EngineKind engine, Path model, String text, int threads) {
    return switch (engine) {
      case VITRINE ->
          List.of(
              root.resolve("vitrine").toString(),
              "generate",
              "--json",
              "--threads",
              "" + threads,
              "--model",
              model.toString(),
              "--text",
              text,
              "--max-new",
              "1");
      case ONNXRUNTIME ->
          java("vitrine.bench.workers.OnnxFirstToken", model.toString(), text, "" + threads);
      case DJL -> java("vitrine.bench.workers.DjlFirstToken", model.toString(), text, "" + threads);
      case PYTORCH -> {
        List<String> command = new ArrayList<>(python("first_token.py"));
        command.addAll(List.of(model.toString(), text, "" + threads));
        yield command;
      }
    };
  }

  private List<String> recorded(List<String> command) {
    if (profile == null) {
      return command;
    }
    List<String> longer = new ArrayList<>(command);
    String file = profile.toAbsolutePath().resolve("vitrine-%p.jfr").toString();
    longer.add(1, "-XX:StartFlightRecording=settings=profile,filename=" + file);
    return longer;
  }

  /** The same JVM, with the same options. */
  private static List<String> java(String... program) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As they were given to this JVM, by the script that knows the launcher's.
    command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(Arrays.asList(program));
    return command;
  }

  private List<String> python(String script) {
    Path interpreter = python;
    if (interpreter == null) {
      throw new EngineProcess.EngineException("no python with torch and transformers (--python)");
    }
    Path file = root.resolve("bench/src/main/python").resolve(script);
    if (!Files.exists(file)) {
      throw new EngineProcess.EngineException(file + ": no such file");
    }
    return List.of(interpreter.toString(), file.toString());
  }
}

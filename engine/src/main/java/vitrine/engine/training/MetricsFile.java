package vitrine.engine.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;

/**
 * {@code metrics.jsonl}: a line for each step and each evaluation. Each line is written at once; a
 * training that goes on from a checkpoint cuts off what was written after it, so no line is there
 * twice and none is torn. The file is locked, so that two processes do not train in one directory.
 */
final class MetricsFile implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final FileChannel channel;

  private MetricsFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens the file, made if it is not there.
   *
   * @throws InputException when it cannot be written, or another process trains there
   */
  static MetricsFile open(Path path) {
    return open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /**
   * Opens the file that an earlier session has left.
   *
   * @throws InputException when it is not there, cannot be written, or another process trains there
   */
  static MetricsFile reopen(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InputException(
          "resume: "
              + path
              + ": no such file; expected the metrics that the checkpoint goes with. Put the file"
              + " back, or begin a new training.");
    }
    return open(path, StandardOpenOption.WRITE);
  }

  private static MetricsFile open(Path path, OpenOption... how) {
    try {
      FileChannel channel = FileChannel.open(path, how);
      if (!locks(channel)) {
        channel.close();
        throw new InputException(
            "train: "
                + path
                + ": another process is training there; expected a directory of its own.");
      }
      return new MetricsFile(path, channel);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this very process
    }
  }

  /** Forgets what stands after so many bytes. */
  void cut(long bytes) {
    try {
      if (channel.size() < bytes) {
        throw new InputException(
            "resume: "
                + path
                + ": "
                + channel.size()
                + " bytes; expected at least the "
                + bytes
                + " that it had at the checkpoint. Put the file back, or begin a new training.");
      }
      channel.truncate(bytes);
      channel.position(bytes);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  void write(TrainingEvent event) {
    ObjectNode line = json(event);
    if (line != null) {
      write(line.toString() + "\n");
    }
  }

  private void write(String line) {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /** What the last evaluation after a step measured; empty where there was none. */
  Optional<Evaluation> evaluation(int step) {
    try (Stream<String> lines = Files.lines(path)) {
      return lines
          .filter(line -> line.startsWith("{\"event\":\"evaluation\""))
          .map(JSON::readTree)
          .filter(line -> line.path("step").asInt(0) == step)
          .reduce((earlier, later) -> later)
          .map(MetricsFile::evaluation);
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(
          "train: " + path + ": cannot be read: " + e.getMessage() + "; expected its lines.", e);
    }
  }

  private static Evaluation evaluation(JsonNode line) {
    Map<Measure, Double> measures = new EnumMap<>(Measure.class);
    for (Measure measure : Measure.values()) {
      JsonNode value = line.get(measure.label());
      if (value != null) {
        measures.put(measure, value.isNumber() ? value.doubleValue() : Double.NaN);
      }
    }
    return new Evaluation(line.path("examples").asInt(0), measures);
  }

  /** Makes sure that all of it is on the disk; how many bytes that is. */
  long sync() {
    try {
      channel.force(true);
      return channel.position();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static @Nullable ObjectNode json(TrainingEvent event) {
    ObjectNode line = JSON.createObjectNode();
    return switch (event) {
      case TrainingEvent.Step step -> {
        line.put("event", "step").put("step", step.step()).put("steps", step.steps());
        line.put("epoch", step.epoch());
        line.put("loss", step.loss()).put("learning_rate", step.learningRate());
        line.put("gradient_norm", step.gradientNorm()).put("tokens", step.tokens());
        line.put("tokens_per_second", step.tokensPerSecond()).put("seconds", step.seconds());
        yield line;
      }
      case TrainingEvent.Evaluated evaluated -> {
        line.put("event", "evaluation").put("step", evaluated.step());
        line.put("examples", evaluated.evaluation().examples());
        for (Map.Entry<Measure, Double> each : evaluated.evaluation().measures().entrySet()) {
          line.put(each.getKey().label(), each.getValue());
        }
        line.put("best", evaluated.standing() == TrainingEvent.Standing.BEST);
        line.put("seconds", evaluated.seconds());
        yield line;
      }
      case TrainingEvent.Stopped stopped -> {
        if (stopped.reason() == TrainingEvent.Reason.ASKED) {
          yield null; // it may go on, and then this would stand in the middle
        }
        line.put("event", "stopped").put("step", stopped.step());
        line.put("reason", stopped.reason().label()).put("best_step", stopped.best());
        yield line;
      }
      case TrainingEvent.Started _, TrainingEvent.Note _, TrainingEvent.Checkpointed _ -> null;
    };
  }

  private static InputException failed(Path path, IOException e) {
    return new InputException(
        "train: "
            + path
            + ": cannot be written: "
            + e.getMessage()
            + "; expected room on its disk and the right to write. The last checkpoint is whole:"
            + " mend this, then resume.",
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }
}

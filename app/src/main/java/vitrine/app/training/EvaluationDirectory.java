package vitrine.app.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.interp.io.Json;
import vitrine.weights.AtomicFile;

/**
 * Where an evaluation leaves what it finds, so that it can go on after it was killed:
 *
 * <pre>
 * OUT/evaluation.json     what is evaluated; at the end the measures too
 * OUT/predictions.jsonl   a line an example, in their order, each written at once
 * </pre>
 */
public final class EvaluationDirectory implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String EVALUATION = "evaluation.json";
  private static final String PREDICTIONS = "predictions.jsonl";

  /** The key of what has to be the same in an evaluation that goes on. */
  private static final String OF = "of";

  private final Path out;
  private final FileChannel channel;
  private final List<JsonNode> lines;

  private EvaluationDirectory(Path out, FileChannel channel, List<JsonNode> lines) {
    this.out = out;
    this.channel = channel;
    this.lines = lines;
  }

  /**
   * A place for a new evaluation.
   *
   * @throws InputException when the directory has something in it already
   */
  public static void requireFree(Path out) throws IOException {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw wrong(out, "a file; expected a directory. Choose another --out");
    }
    if (Files.exists(out.resolve(EVALUATION))) {
      throw wrong(
          out,
          "holds an evaluation; expected a new or an empty directory. Choose another --out, or add"
              + " --resume to go on with it");
    }
    if (Files.isDirectory(out) && !isEmpty(out)) {
      throw wrong(out, "not empty; expected a new or an empty directory. Choose another --out");
    }
  }

  /** What an evaluation leaves that was killed before it had begun is nothing. */
  private static boolean isEmpty(Path out) throws IOException {
    try (Stream<Path> entries = Files.list(out)) {
      for (Path each : entries.toList()) {
        String name = String.valueOf(each.getFileName());
        boolean begun = name.equals(PREDICTIONS) && Files.size(each) == 0;
        if (!begun && !name.matches("\\.[0-9a-f-]{36}\\.tmp")) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Begins.
   *
   * @param of what is evaluated: model, data and all that the results depend on
   */
  public static EvaluationDirectory create(Path out, ObjectNode of) throws IOException {
    requireFree(out);
    Files.createDirectories(out);
    EvaluationDirectory directory = new EvaluationDirectory(out, lock(out), List.of());
    try {
      AtomicFile.write(out.resolve(EVALUATION), Json.pretty(Json.object().set(OF, of)) + "\n");
      return directory;
    } catch (RuntimeException e) {
      directory.close();
      Files.deleteIfExists(out.resolve(PREDICTIONS));
      throw e;
    }
  }

  /**
   * Goes on.
   *
   * @throws InputException when there is none to go on with, or one of something else
   */
  public static EvaluationDirectory resume(Path out, ObjectNode of) throws IOException {
    requireBegun(out);
    JsonNode before = json(out, Files.readString(out.resolve(EVALUATION))).path(OF);
    for (Map.Entry<String, JsonNode> each : of.properties()) {
      // As text: a number that is read back may be of another type.
      if (!each.getValue().toString().equals(String.valueOf(before.get(each.getKey())))) {
        throw wrong(
            out,
            each.getKey()
                + ": "
                + OneLine.operand(each.getValue().toString())
                + "; expected "
                + OneLine.operand(String.valueOf(before.get(each.getKey())))
                + ", as the evaluation was begun. Resume with the same, or choose another --out");
      }
    }
    FileChannel channel = lock(out);
    try {
      return new EvaluationDirectory(out, channel, whole(out, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Says so when there is no evaluation to go on with.
   *
   * @throws InputException then
   */
  public static void requireBegun(Path out) {
    if (!Files.isRegularFile(out.resolve(EVALUATION))) {
      throw wrong(
          out,
          "no evaluation to go on with; expected a directory with "
              + EVALUATION
              + ". Begin one without --resume");
    }
  }

  private static FileChannel lock(Path out) throws IOException {
    FileChannel channel =
        FileChannel.open(
            out.resolve(PREDICTIONS), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isLocked(channel)) {
      channel.close();
      throw wrong(out, "another process evaluates there; expected a directory of its own");
    }
    return channel;
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this very process
    }
  }

  /** The lines that are there; one that was torn is cut off. */
  private static List<JsonNode> whole(Path out, FileChannel channel) throws IOException {
    String text = Files.readString(out.resolve(PREDICTIONS));
    String kept = text.substring(0, text.lastIndexOf('\n') + 1);
    long bytes = kept.getBytes(StandardCharsets.UTF_8).length;
    channel.truncate(bytes);
    channel.position(bytes);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : kept.lines().toList()) {
      JsonNode node = json(out, line);
      if (node.path("index").asInt(-1) != lines.size()) {
        throw damaged(out, null);
      }
      lines.add(node);
    }
    return lines;
  }

  private static JsonNode json(Path out, String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw damaged(out, e);
    }
  }

  private static InputException damaged(Path out, @Nullable Exception e) {
    InputException failure =
        wrong(out, "not as an evaluation left it; expected its lines. Choose another --out");
    if (e != null) {
      failure.initCause(e);
    }
    return failure;
  }

  private static InputException wrong(Path out, String what) {
    return new InputException("evaluate: --out: " + OneLine.operand(out.toString()) + ": " + what);
  }

  /** What was found before, a line an example from the first on. */
  public List<JsonNode> lines() {
    return lines;
  }

  /** Adds the line of the next example. */
  public void add(ObjectNode line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes what all of it comes to. */
  public void finish(ObjectNode of, ObjectNode measures) throws IOException {
    channel.force(true);
    ObjectNode document = Json.object();
    document.set(OF, of);
    document.setAll(measures);
    AtomicFile.write(out.resolve(EVALUATION), Json.pretty(document) + "\n");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

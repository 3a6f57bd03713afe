package vitrine.app.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Json;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Sizes;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Trace;
import vitrine.engine.io.Npy;

/** The files of a run's directory. */
public final class RunFiles {
  /** The file that lists the others. */
  public static final String INDEX = "run.json";

  /** Room for run.json and the headers of the others. */
  private static final long SLACK = 1 << 20;

  private RunFiles() {}

  /** The name of a value's file. */
  public static String name(Trace.Read read) {
    return read.site().name() + ".npy";
  }

  /**
   * Writes one file a value, and run.json.
   *
   * @throws ResourceException when the disk has no room for them, before anything is written
   */
  public static void write(List<Trace.Read> reads, ObjectNode document, OutputDirectory directory)
      throws IOException {
    long needed = SLACK;
    for (Trace.Read read : reads) {
      needed += read.value().shape().size() * Float.BYTES;
    }
    if (needed > directory.usableBytes()) {
      throw new ResourceException(
          "run: out: "
              + Sizes.bytes(directory.usableBytes())
              + " of disk left; expected "
              + Sizes.bytes(needed)
              + ". Free some, or read fewer sites");
    }
    for (Trace.Read read : reads) {
      Npy.write(directory.file(name(read)), read.value());
    }
    Files.writeString(directory.file(INDEX), Json.pretty(document) + "\n");
  }

  /**
   * The files that an earlier run listed in its {@code run.json}; none where there is no such file.
   */
  public static List<Path> ofEarlierRun(Path directory) throws IOException {
    Path index = directory.resolve(INDEX);
    List<Path> files = new ArrayList<>();
    if (!Files.isRegularFile(index)) {
      return files;
    }
    JsonNode listed;
    try {
      listed = JsonMapper.builder().build().readTree(Files.readAllBytes(index)).path("files");
    } catch (JacksonException e) {
      throw new InputException(
          "out: "
              + OneLine.operand(index.toString())
              + ": not the record of a run; expected one to overwrite. Choose another --out",
          e);
    }
    for (JsonNode file : listed) {
      // Only what a run writes is removed: plain .npy files of the directory itself or its
      // grad.params.
      if (file.isString() && file.stringValue().matches("(grad\\.params/)?[^/\\\\]+\\.npy")) {
        files.add(Path.of(file.stringValue()));
      }
    }
    return files;
  }
}

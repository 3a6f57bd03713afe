package vitrine.app.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.ResourceException;
import vitrine.app.terminal.Sizes;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.interp.io.Json;

/** The files of a run's directory. */
public final class RunFiles {
  /** The file that lists the others. */
  public static final String INDEX = "run.json";

  /** Room for run.json and the headers of the others. */
  private static final long SLACK = 1 << 20;

  private RunFiles() {}

  /**
   * What becomes a file of a trace: the values that the plan itself reads, not what was read
   * beside, and its gradients.
   */
  public static List<RunFile> of(Plan plan, Model model, Trace trace) {
    Set<String> asked =
        plan.reads().stream()
            .flatMap(site -> site.expand(model.architecture()).stream())
            .map(Site::name)
            .collect(Collectors.toSet());
    List<RunFile> files = new ArrayList<>();
    for (Trace.Read read : trace.reads()) {
      if (asked.contains(read.site().name())) {
        files.add(new RunFile.Value(read));
      }
    }
    trace.gradients().forEach(gradient -> files.add(new RunFile.Gradient(gradient)));
    if (plan.wantsParameterGradients()) {
      for (Parameter parameter : model.parameters()) {
        files.add(new RunFile.ParameterGradient(parameter, model, trace));
      }
    }
    return files;
  }

  /**
   * Writes the arrays, one after the other, and run.json.
   *
   * @throws ResourceException when the disk has no room for them, before anything is written
   */
  public static void write(List<RunFile> files, ObjectNode document, OutputDirectory directory)
      throws IOException {
    long needed = SLACK + files.stream().mapToLong(RunFile::bytes).sum();
    if (needed > directory.usableBytes()) {
      throw new ResourceException(
          "run: out: "
              + Sizes.bytes(directory.usableBytes())
              + " of disk left; expected "
              + Sizes.bytes(needed)
              + ". Free some, or ask for fewer values and gradients");
    }
    for (RunFile file : files) {
      file.write(directory.file(file.name()));
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

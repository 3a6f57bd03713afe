package vitrine.app.commands;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Json;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Table;
import vitrine.engine.InputException;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;
import vitrine.weights.DType;
import vitrine.weights.TensorInfo;
import vitrine.weights.WeightsException;

/** {@code vitrine inspect}: what is in files of weights, and what is wrong with them. Reads headers only. */
@CommandLine.Command(
    name = "inspect",
    description = {
      "Show what is in safetensors files or model directories: tensors, types, shapes,",
      "parameters, problems. Reads the headers only, so that size does not matter."
    },
    footer = {
      "",
      "Every path is checked, and exit is 3 if any is malformed. With --json:",
      "  {\"files\":[{\"path\":...,\"tensors\":[{\"name\":...,\"dtype\":...,\"shape\":[...],\"parameters\":...,",
      "  \"bytes\":...}],\"parameters\":...,\"bytes\":...,\"dtypes\":{...},\"metadata\":{...},\"problems\":[...]}]}",
      "",
      "Example:",
      "  vitrine inspect path/to/model"
    })
final class InspectCommand implements Command {
  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      converter = Converters.AnyPath.class,
      description = "A safetensors file, an index of shards, or a model directory.")
  private List<Path> paths = List.of();

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  InspectCommand(Console console) {
    this.console = console;
  }

  /**
   * What was found at one path.
   *
   * @param checkpoint what could be read; null when nothing could
   * @param problems one line each
   */
  private record Finding(Path path, @Nullable Contents checkpoint, List<String> problems) {}

  /** The headers of a checkpoint. */
  private record Contents(List<TensorInfo> tensors, Map<String, String> metadata) {
    long parameters() {
      return tensors.stream().mapToLong(TensorInfo::elements).sum();
    }

    long bytes() {
      return tensors.stream().mapToLong(TensorInfo::bytes).sum();
    }

    Map<DType, Integer> dtypes() {
      Map<DType, Integer> counts = new EnumMap<>(DType.class);
      tensors.forEach(tensor -> counts.merge(tensor.dtype(), 1, Integer::sum));
      return counts;
    }
  }

  @Override
  public void run() {
    List<Finding> findings = paths.stream().map(InspectCommand::inspect).toList();
    if (json) {
      console.println(Json.line(document(findings)));
    } else {
      findings.forEach(this::show);
    }
    List<String> problems = findings.stream().flatMap(finding -> finding.problems().stream()).toList();
    if (!problems.isEmpty()) {
      console.flush();
      String more = problems.size() == 1 ? "" : " (and %d more problems)".formatted(problems.size() - 1);
      throw new InputException(problems.getFirst() + more);
    }
  }

  private static Finding inspect(Path path) {
    List<String> problems = new ArrayList<>();
    Contents contents = null;
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      List<TensorInfo> tensors = checkpoint.names().stream().map(checkpoint::info).toList();
      contents = new Contents(tensors, checkpoint.metadata());
    } catch (WeightsException e) {
      problems.add(e.getMessage());
    }
    return new Finding(path, contents, problems);
  }

  private void show(Finding finding) {
    Contents contents = finding.checkpoint();
    String kind = Files.isDirectory(finding.path()) ? "directory" : "file";
    console.println(OneLine.escape(finding.path().toString()) + " (" + kind + ")");
    if (contents != null) {
      console.print(summary(contents));
      Table table = new Table("tensor", "type", "shape", "parameters");
      for (TensorInfo tensor : contents.tensors()) {
        table.row(tensor.name(), tensor.dtype(), tensor.shape(), Sizes.grouped(tensor.elements()));
      }
      console.print("\n" + table.render());
    }
    finding.problems().forEach(problem -> console.println("  problem     " + OneLine.error(problem)));
    console.println("");
  }

  private static String summary(Contents contents) {
    StringBuilder lines = new StringBuilder();
    lines.append("  parameters  ").append(Sizes.grouped(contents.parameters())).append('\n');
    lines.append("  size        ").append(Sizes.bytes(contents.bytes())).append('\n');
    contents
        .dtypes()
        .forEach((type, count) -> lines.append("  %-11s %d tensors\n".formatted(type, count)));
    contents
        .metadata()
        .forEach(
            (key, value) ->
                lines.append(
                    "  metadata    %s = %s\n"
                        .formatted(OneLine.operand(key), OneLine.operand(value))));
    return lines.toString();
  }

  private static ObjectNode document(List<Finding> findings) {
    ObjectNode document = Json.object();
    ArrayNode files = document.putArray("files");
    for (Finding finding : findings) {
      ObjectNode file = files.addObject();
      file.put("path", finding.path().toString());
      if (finding.checkpoint() != null) {
        describe(finding.checkpoint(), file);
      }
      file.set("problems", Json.strings(finding.problems()));
    }
    return document;
  }

  private static void describe(Contents contents, ObjectNode file) {
    ArrayNode tensors = file.putArray("tensors");
    for (TensorInfo tensor : contents.tensors()) {
      ObjectNode entry =
          tensors.addObject().put("name", tensor.name()).put("dtype", tensor.dtype().name());
      ArrayNode shape = entry.putArray("shape");
      tensor.shape().forEach(shape::add);
      entry.put("parameters", tensor.elements()).put("bytes", tensor.bytes());
    }
    file.put("parameters", contents.parameters()).put("bytes", contents.bytes());
    ObjectNode dtypes = file.putObject("dtypes");
    contents.dtypes().forEach((type, count) -> dtypes.put(type.name(), count));
    ObjectNode metadata = file.putObject("metadata");
    contents.metadata().forEach(metadata::put);
  }
}

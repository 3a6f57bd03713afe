package vitrine.app.commands;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.commands.Inspection.Problem;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Table;
import vitrine.engine.InputException;
import vitrine.interp.io.Json;
import vitrine.weights.CheckpointReport;
import vitrine.weights.CheckpointReport.FileReport;
import vitrine.weights.DType;
import vitrine.weights.TensorInfo;

/**
 * {@code vitrine inspect}: what is in files of weights, and what is wrong with them. Reads headers
 * only.
 */
@CommandLine.Command(
    name = "inspect",
    header = "Show what is in safetensors files or model directories.",
    description = {
      "Show what is in safetensors files or model directories: tensors, types, shapes, parameters,",
      "problems. Reads headers only, so that size does not matter."
    },
    footer = {
      "Every path is checked, and exit is 3 if any is malformed. With --json:",
      "  {\"files\":[{\"path\":...,\"model_type\":...,\"shards\":[{\"path\":...,\"bytes\":...}],",
      "    \"tensors\":[{\"name\":...,\"dtype\":...,\"shape\":[...],\"parameters\":...,\"bytes\":...}],",
      "    \"parameters\":...,\"bytes\":...,\"dtypes\":{\"F32\":...},\"metadata\":{...},",
      "    \"problems\":[{\"kind\":...,\"message\":...}],\"notes\":[...]}]}",
      "\"files\" has one entry for each PATH; \"dtypes\" counts tensors.",
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

  @Override
  public void run() {
    List<Inspection> reports = paths.stream().map(Inspection::of).toList();
    if (json) {
      console.println(Json.line(document(reports)));
    } else {
      reports.forEach(report -> console.print(text(report)));
    }
    List<Problem> problems =
        reports.stream().flatMap(report -> report.problems().stream()).toList();
    if (!problems.isEmpty()) {
      console.flush();
      int more = problems.size() - 1;
      throw new InputException(
          problems.getFirst().message()
              + (more == 0 ? "" : " (and %d more, listed on standard output)".formatted(more)));
    }
  }

  private static Map<DType, Integer> dtypes(CheckpointReport report) {
    Map<DType, Integer> counts = new EnumMap<>(DType.class);
    report.tensors().forEach(tensor -> counts.merge(tensor.dtype(), 1, Integer::sum));
    return counts;
  }

  private static String text(Inspection inspection) {
    CheckpointReport report = inspection.weights();
    StringBuilder text = new StringBuilder(OneLine.escape(report.path().toString())).append('\n');
    if (inspection.family() != null) {
      field(text, "model type", OneLine.operand(inspection.family()));
    }
    if (!report.files().isEmpty()) {
      field(text, "files", Sizes.grouped(report.files().size()));
      field(text, "tensors", Sizes.grouped(report.tensors().size()));
      field(text, "parameters", Sizes.grouped(report.parameters()));
      field(text, "size", Sizes.bytes(report.bytes()));
    }
    dtypes(report).forEach((type, count) -> field(text, type.name(), count + " tensors"));
    report
        .metadata()
        .forEach((key, value) ->
            field(text, "metadata", OneLine.operand(key) + " = " + OneLine.operand(value)));
    inspection.notes().forEach(note -> field(text, "note", OneLine.error(note)));
    inspection
        .problems()
        .forEach(problem -> field(text, "problem", OneLine.error(problem.message())));
    if (!report.tensors().isEmpty()) {
      Table table = new Table("tensor", "type", "shape", "parameters");
      for (TensorInfo tensor : report.tensors()) {
        table.row(tensor.name(), tensor.dtype(), tensor.shape(), Sizes.grouped(tensor.elements()));
      }
      text.append('\n').append(table.render());
    }
    return text.append('\n').toString();
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append("  %-11s %s\n".formatted(name, value));
  }

  private static ObjectNode document(List<Inspection> inspections) {
    ObjectNode document = Json.object();
    ArrayNode files = document.putArray("files");
    for (Inspection inspection : inspections) {
      CheckpointReport report = inspection.weights();
      ObjectNode file = files.addObject().put("path", report.path().toString());
      ArrayNode shards = file.putArray("shards");
      for (FileReport shard : report.files()) {
        shards.addObject().put("path", shard.path().toString()).put("bytes", shard.bytes());
      }
      file.put("model_type", inspection.family());
      describe(report, file);
      ArrayNode problems = file.putArray("problems");
      for (Problem problem : inspection.problems()) {
        problems.addObject().put("kind", problem.kind()).put("message", problem.message());
      }
      file.set("notes", Json.strings(inspection.notes()));
    }
    return document;
  }

  private static void describe(CheckpointReport report, ObjectNode file) {
    ArrayNode tensors = file.putArray("tensors");
    for (TensorInfo tensor : report.tensors()) {
      ObjectNode entry =
          tensors.addObject().put("name", tensor.name()).put("dtype", tensor.dtype().name());
      ArrayNode shape = entry.putArray("shape");
      tensor.shape().forEach(shape::add);
      entry.put("parameters", tensor.elements()).put("bytes", tensor.bytes());
    }
    file.put("parameters", report.parameters()).put("bytes", report.bytes());
    ObjectNode dtypes = file.putObject("dtypes");
    dtypes(report).forEach((type, count) -> dtypes.put(type.name(), count));
    ObjectNode metadata = file.putObject("metadata");
    report.metadata().forEach(metadata::put);
  }
}

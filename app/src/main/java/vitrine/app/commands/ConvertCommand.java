package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.OutputDirectory.Existing;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.UsageException;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.training.ModelWriter;
import vitrine.interp.io.Json;
import vitrine.weights.DType;

/** {@code vitrine convert}: a model with its weights in another type. */
@CommandLine.Command(
    name = "convert",
    header = "Save a model with its weights as f16, bf16 or f32.",
    description = {
      "Save a model with its weights in another type, each rounded to the nearest number of it. f16",
      "and bf16 take half the room of f32: f16 has 11 bits of precision and reaches to 65504, bf16 has",
      "8 bits and the reach of f32. DIR gets one model.safetensors, the config and the tokenizer."
    },
    footer = {
      "What the rounding costs, evaluate tells of the saved model. With --json:",
      "  {\"out\":...,\"dtype\":\"F16\",\"bytes\":...}          bytes: of model.safetensors",
      "",
      "Example:",
      "  vitrine convert --model induction-2l --dtype f16 --out out/induction-f16"
    })
final class ConvertCommand implements Command {
  private final Common common;
  private final Console console;

  @Option(
      names = "--dtype",
      paramLabel = "f16|bf16|f32",
      required = true,
      converter = Converters.NotBlank.class,
      description = "The type of the weights that are saved.")
  private String dtype = "";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Where the model goes: a new or an empty directory.")
  private @Nullable Path out;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  ConvertCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    DType to = type(dtype);
    Path directory = Objects.requireNonNull(out);
    OutputDirectory.check(directory, Existing.REFUSE);
    ModelSource source = new ModelSource(common);
    long bytes;
    try (ModelFiles files = source.open();
        OutputDirectory output =
            OutputDirectory.open(directory, Existing.REFUSE, "config.json", List.of())) {
      Path staging = output.file("config.json").getParent();
      ModelWriter.convert(Objects.requireNonNull(staging), files, to, source.sideFiles());
      output.commit();
      bytes = Files.size(directory.resolve("model.safetensors"));
    }
    if (json) {
      ObjectNode document = Json.object().put("out", directory.toString());
      console.println(Json.line(document.put("dtype", to.name()).put("bytes", bytes)));
    } else {
      console.println(
          "wrote %s (%s of %s weights)"
              .formatted(OneLine.escape(directory.toString()), Sizes.bytes(bytes), to));
    }
  }

  private static DType type(String given) {
    return switch (given.toLowerCase(Locale.ROOT)) {
      case "f16" -> DType.F16;
      case "bf16" -> DType.BF16;
      case "f32" -> DType.F32;
      default ->
          throw new UsageException(
              "convert: --dtype: "
                  + OneLine.operand(given)
                  + "; expected f16, bf16 or f32. See: vitrine help convert");
    };
  }
}

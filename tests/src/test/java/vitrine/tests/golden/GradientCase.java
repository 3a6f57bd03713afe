package vitrine.tests.golden;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import vitrine.engine.hooks.Inputs;

/**
 * The gradients of one fixture: {@code gradients.json} and {@code gradients.safetensors}.
 *
 * @param golden the model's directory, and the tensors that edits name
 */
record GradientCase(GoldenCase golden, List<Run> runs) {
  /**
   * One batch and one loss.
   *
   * @param name the prefix of the expected tensors' names
   * @param edits as in {@link GoldenCase.Run}
   * @param files as in {@link GoldenCase.Run}
   * @param loss its text
   * @param value the number that gradients are of
   * @param sites canonical sites; {@code <name>/<site>} is the gradient expected there
   * @param parameters names in the file; {@code <name>/parameters/<parameter>} is the gradient
   *     expected; empty when none is asked for
   */
  record Run(
      String name,
      Inputs inputs,
      List<String> edits,
      Map<String, String> files,
      String loss,
      double value,
      List<String> sites,
      List<String> parameters) {}

  /** Every fixture that has gradients, by name. */
  static List<GradientCase> all() {
    return GoldenCase.all().stream()
        .filter(golden -> Files.exists(golden.directory().resolve("gradients.json")))
        .map(GradientCase::read)
        .toList();
  }

  Path expected() {
    return golden.directory().resolve("gradients.safetensors");
  }

  private static GradientCase read(GoldenCase golden) {
    List<Run> runs = new ArrayList<>();
    for (JsonNode run : GoldenCase.json(golden.directory().resolve("gradients.json")).get("runs")) {
      runs.add(
          new Run(
              run.get("name").stringValue(),
              GoldenCase.inputs(run.get("inputs"), run.get("labels")),
              run.has("edits") ? GoldenCase.strings(run.get("edits")) : List.of(),
              GoldenCase.files(run.get("files")),
              run.get("loss").stringValue(),
              run.get("value").doubleValue(),
              GoldenCase.strings(run.get("sites")),
              run.has("parameters") ? GoldenCase.strings(run.get("parameters")) : List.of()));
    }
    return new GradientCase(golden, runs);
  }
}

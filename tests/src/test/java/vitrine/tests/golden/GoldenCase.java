package vitrine.tests.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;

/**
 * One fixture: a tiny Hugging Face directory that also holds {@code case.json} and {@code
 * expected.safetensors}.
 *
 * @param name the directory's name, {@code <family>-<what is special>}
 * @param directory what a user would give as {@code --model}
 */
record GoldenCase(String name, Path directory, List<Run> runs, List<Continuation> continuations) {

  /**
   * One batch, and what is asked of it.
   *
   * @param name the prefix of the expected tensors' names
   * @param reads canonical sites; {@code <name>/<site>} is what is expected there
   * @param edits {@code SITE=EDIT}, where {@code @key} stands for a file
   * @param files key of a file to the name of the expected tensor that it holds
   * @param losses text of a loss to its value: one number an example where the loss is a quantity
   *     of each
   */
  record Run(
      String name,
      Inputs inputs,
      List<String> reads,
      List<String> edits,
      Map<String, String> files,
      Map<String, List<Double>> losses) {}

  /** What greedy decoding appends to a prompt. */
  record Continuation(List<Integer> prompt, int most, List<Integer> ids) {}

  /** Every fixture, by name. */
  static List<GoldenCase> all() {
    try (Stream<Path> directories = Files.list(root())) {
      return directories.sorted().map(GoldenCase::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GoldenCase named(String name) {
    return read(root().resolve(name));
  }

  Run run(String runName) {
    return runs.stream().filter(run -> run.name().equals(runName)).findFirst().orElseThrow();
  }

  private static Path root() {
    try {
      return Path.of(
          Objects.requireNonNull(GoldenCase.class.getResource("/golden"), "golden").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(Path file) {
    try {
      return JsonMapper.shared().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GoldenCase read(Path directory) {
    JsonNode json = json(directory.resolve("case.json"));
    List<Run> runs = new ArrayList<>();
    for (JsonNode run : json.get("runs")) {
      runs.add(
          new Run(
              run.get("name").stringValue(),
              inputs(run.get("inputs"), run.get("labels")),
              strings(run.get("reads")),
              run.has("edits") ? strings(run.get("edits")) : List.of(),
              files(run.get("files")),
              losses(run.get("losses"))));
    }
    List<Continuation> continuations = new ArrayList<>();
    for (JsonNode each : json.get("generate")) {
      continuations.add(
          new Continuation(
              boxed(each.get("prompt")), each.get("max_new").intValue(), boxed(each.get("new"))));
    }
    return new GoldenCase(directory.getFileName().toString(), directory, runs, continuations);
  }

  /**
   * A batch.
   *
   * @param rows objects of ids, mask and perhaps type ids
   * @param labels one a row; null for none
   */
  static Inputs inputs(JsonNode rows, @Nullable JsonNode labels) {
    List<Example> examples = new ArrayList<>();
    for (JsonNode row : rows) {
      Example example = Example.of(ints(row.get("ids")));
      if (row.has("type_ids")) {
        example = example.withTypeIds(ints(row.get("type_ids")));
      }
      int[] mask = ints(row.get("mask"));
      if (IntStream.of(mask).anyMatch(flag -> flag == 0)) {
        boolean[] real = new boolean[mask.length];
        for (int t = 0; t < mask.length; t++) {
          real[t] = mask[t] == 1;
        }
        example = example.withMask(real);
      }
      if (labels != null) {
        example = example.withLabels(labels(labels.get(examples.size())));
      }
      examples.add(example);
    }
    return Inputs.batch(examples);
  }

  private static Labels labels(JsonNode node) {
    return node.isArray() ? new Labels.Many(ints(node)) : new Labels.One(node.doubleValue());
  }

  /** Key of an edit's file to the name of the expected tensor that it holds. */
  static Map<String, String> files(@Nullable JsonNode node) {
    Map<String, String> files = new LinkedHashMap<>();
    if (node != null) {
      node.properties().forEach(file -> files.put(file.getKey(), file.getValue().stringValue()));
    }
    return files;
  }

  private static Map<String, List<Double>> losses(@Nullable JsonNode node) {
    Map<String, List<Double>> losses = new LinkedHashMap<>();
    if (node != null) {
      for (Map.Entry<String, JsonNode> loss : node.properties()) {
        losses.put(
            loss.getKey(), loss.getValue().valueStream().map(JsonNode::doubleValue).toList());
      }
    }
    return losses;
  }

  static List<String> strings(JsonNode node) {
    return node.valueStream().map(JsonNode::stringValue).toList();
  }

  private static List<Integer> boxed(JsonNode node) {
    return IntStream.of(ints(node)).boxed().toList();
  }

  static int[] ints(JsonNode node) {
    return node.valueStream().mapToInt(JsonNode::intValue).toArray();
  }
}

package vitrine.app.results;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.interp.io.Json;

/** Examples as lines of a file that {@code --input} reads. */
final class ExampleLine {
  private ExampleLine() {}

  /** All of a batch, a line each. */
  static String all(List<Example> examples) {
    return examples.stream().map(ExampleLine::of).collect(Collectors.joining());
  }

  /** One example, its line's end included. */
  static String of(Example example) {
    ObjectNode line = Json.object();
    line.set("ids", Json.array(example.ids()));
    int[] types = example.typeIds();
    if (types != null) {
      line.set("type_ids", Json.array(types));
    }
    boolean[] mask = example.mask();
    if (mask != null) {
      int[] flags = new int[mask.length];
      for (int i = 0; i < flags.length; i++) {
        flags[i] = mask[i] ? 1 : 0;
      }
      line.set("mask", Json.array(flags));
    }
    put(line, example.labels());
    return Json.line(line) + "\n";
  }

  private static void put(ObjectNode line, @Nullable Labels labels) {
    switch (labels) {
      case Labels.One one -> line.set("labels", Json.number(one.value()));
      case Labels.Many many -> line.set("labels", Json.array(many.values()));
      case null -> {}
    }
  }
}

package vitrine.app.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.training.Evaluation;
import vitrine.engine.training.Measure;
import vitrine.interp.io.Json;

/** What an evaluation measured, as text and as JSON. */
public final class Measures {
  private Measures() {}

  /** As in {@code loss 0.4312, accuracy 0.8211}. */
  public static String text(Evaluation evaluation) {
    List<String> parts = new ArrayList<>();
    evaluation
        .measures()
        .forEach((measure, value) -> parts.add(name(measure) + " " + number(value)));
    return String.join(", ", parts);
  }

  /** What people call a measure. */
  public static String name(Measure measure) {
    return measure.label().replace('_', ' ');
  }

  /** Four digits that count. */
  public static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size < 100 ? "%.4f" : size < 1e6 ? "%.1f" : "%.4g", value);
  }

  /** Adds every measure under its name. */
  public static void put(ObjectNode object, Evaluation evaluation) {
    object.put("examples", evaluation.examples());
    for (Map.Entry<Measure, Double> each : evaluation.measures().entrySet()) {
      object.set(each.getKey().label(), Json.number(each.getValue()));
    }
  }
}

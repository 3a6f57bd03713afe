package vitrine.engine.training;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import vitrine.engine.InputException;

/**
 * How good a model is on examples.
 *
 * @param examples how many
 * @param measures what was measured; which ones depends on the head
 */
public record Evaluation(int examples, Map<Measure, Double> measures) {
  public Evaluation {
    measures = Collections.unmodifiableMap(new EnumMap<>(measures));
  }

  public double loss() {
    return value(Measure.LOSS);
  }

  /**
   * One measure.
   *
   * @throws InputException when it was not taken, listing those that were
   */
  public double value(Measure measure) {
    Double value = measures.get(measure);
    if (value == null) {
      throw new InputException(
          "evaluate: "
              + measure.label()
              + ": not measured for this head; expected one of "
              + String.join(", ", measures.keySet().stream().map(Measure::label).toList())
              + ".");
    }
    return value;
  }
}

package vitrine.engine.hooks;

import java.util.List;
import vitrine.engine.InputException;

/** The examples of one run; they run as one batch, the shorter ones padded at the right. */
public record Inputs(List<Example> examples) {
  public Inputs {
    examples = List.copyOf(examples);
    if (examples.isEmpty()) {
      throw new InputException("input: no example; expected at least one.");
    }
  }

  /** One example. */
  public static Inputs of(int... ids) {
    return new Inputs(List.of(Example.of(ids)));
  }

  public static Inputs of(Example... examples) {
    return new Inputs(List.of(examples));
  }

  public static Inputs batch(List<Example> examples) {
    return new Inputs(examples);
  }
}

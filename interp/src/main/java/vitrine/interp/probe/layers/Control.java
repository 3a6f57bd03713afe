package vitrine.interp.probe.layers;

import java.util.List;
import vitrine.engine.data.Draw;

/**
 * Control labels (Hewitt and Liang 2019): for each type of word one class, drawn at random, the
 * same in training and test. Only memory can know them.
 */
final class Control {
  private Control() {}

  /**
   * A class for each form; of a form always the same.
   *
   * @param classes how many there are
   */
  static int[] classes(List<String> forms, int classes, long seed) {
    long key = Draw.key(seed, Draw.Use.CONTROLS);
    return forms.stream()
        .mapToInt(form ->
            Draw.below(
                form.chars().asLongStream().reduce(key, (k, c) -> Draw.next(k, c + 1)), classes))
        .toArray();
  }
}

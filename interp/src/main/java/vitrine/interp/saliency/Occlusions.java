package vitrine.interp.saliency;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import vitrine.engine.hooks.Example;
import vitrine.kernels.AttentionMask.Causality;

/** What the target is of a text that lacks tokens. */
final class Occlusions {
  private Occlusions() {}

  /** Every token left out alone. */
  static Scored each(
      Method.Occlusion method, Evaluation evaluation, Example example, Specials specials) {
    double value = evaluation.values(List.of(example))[0];
    double[] without =
        switch (method.way()) {
          case REPLACE -> {
            int id = id(method, specials);
            List<Example> texts = new ArrayList<>();
            for (int t = 0; t < example.ids().length; t++) {
              int[] ids = example.ids().clone();
              ids[t] = id;
              texts.add(example.withIds(ids));
            }
            yield evaluation.values(texts);
          }
          case REMOVE -> removed(evaluation, example);
        };
    double[] scores = Arrays.stream(without).map(left -> value - left).toArray();
    return new Scored(evaluation.target(), value, scores, null, null);
  }

  /** What takes the place of tokens. */
  static int id(Method.Occlusion method, Specials specials) {
    Integer given = method.replacement();
    return given == null ? specials.replacement() : given;
  }

  /**
   * Every token taken out alone; what is behind it moves up, and the target's row with it. A causal
   * model that has lost the token at the row itself is asked at the row before it; of another the
   * target is gone then: NaN.
   */
  private static double[] removed(Evaluation evaluation, Example example) {
    int T = example.ids().length;
    double[] values = new double[T];
    Arrays.fill(values, Double.NaN);
    if (T == 1) {
      return values;
    }
    OptionalInt row = evaluation.target().row();
    boolean causal = evaluation.architecture().causality() == Causality.CAUSAL;
    List<Integer> before = new ArrayList<>(); // their rows move
    List<Integer> behind = new ArrayList<>();
    for (int t = 0; t < T; t++) {
      if (row.isEmpty() || t > row.getAsInt()) {
        behind.add(t);
      } else if (t < row.getAsInt() || (causal && t > 0)) {
        before.add(t);
      }
    }
    put(evaluation, example, behind, values);
    if (!before.isEmpty()) {
      put(evaluation.of(evaluation.target().atRow(row.orElseThrow() - 1)), example, before, values);
    }
    return values;
  }

  private static void put(
      Evaluation evaluation, Example example, List<Integer> positions, double[] values) {
    double[] found = evaluation.values(positions.stream().map(t -> example.without(t)).toList());
    for (int i = 0; i < found.length; i++) {
      values[positions.get(i)] = found[i];
    }
  }
}

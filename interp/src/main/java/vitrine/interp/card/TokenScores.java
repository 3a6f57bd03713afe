package vitrine.interp.card;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.LogitRows;
import vitrine.engine.models.Model;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;

/**
 * What a model says of the tokens that one example asks for.
 *
 * @param nats of each token asked for, minus the natural logarithm of its probability
 * @param first whether each is the model's first choice
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one analysis
record TokenScores(double[] nats, boolean[] first) {
  /**
   * A token that is asked for.
   *
   * @param position whose logits say what the model thinks of it
   * @param id what it is
   */
  private record Asked(int position, int id) {}

  /**
   * Runs examples as one batch. An example with labels asks for those, one without for every token
   * after its first.
   *
   * @return one an example, in order
   */
  static List<TokenScores> of(Model model, List<Example> examples) {
    List<List<Asked>> asked = examples.stream().map(TokenScores::asked).toList();
    int[] counts = asked.stream().mapToInt(List::size).toArray();
    if (IntStream.of(counts).sum() == 0) {
      return Arrays.stream(counts).mapToObj(count -> from(List.of(), 0, new float[0], 0)).toList();
    }
    LogitRows rows =
        LogitRows.of(
            asked.stream()
                .map(each -> each.stream().mapToInt(Asked::position).toArray())
                .toArray(int[][]::new));
    List<TokenScores> scores = new ArrayList<>();
    try (Prefix prefix = model.prefix(Inputs.batch(examples))) {
      prefix
          .sweep(List.of(Plan.of(model.architecture())), rows)
          .run(
              new Sweep.Limits(Long.MAX_VALUE, 1),
              outcome -> {
                float[] logits = Objects.requireNonNull(outcome.logits()).toArray();
                int width = model.architecture().vocabulary();
                int at = 0;
                for (List<Asked> each : asked) {
                  scores.add(from(each, at, logits, width));
                  at += each.size();
                }
              });
    }
    return scores;
  }

  private static List<Asked> asked(Example example) {
    int[] ids = example.ids();
    if (example.labels() == null) {
      return IntStream.range(1, ids.length).mapToObj(t -> new Asked(t - 1, ids[t])).toList();
    }
    if (example.labels() instanceof Labels.Many(int[] values)) {
      return IntStream.range(0, values.length)
          .filter(t -> values[t] != Labels.IGNORED)
          .mapToObj(t -> new Asked(t, values[t]))
          .toList();
    }
    throw new InputException("card: labels: one number; expected a token a position.");
  }

  private static TokenScores from(List<Asked> asked, int row, float[] logits, int width) {
    double[] nats = new double[asked.size()];
    boolean[] first = new boolean[asked.size()];
    for (int i = 0; i < nats.length; i++) {
      int from = Math.multiplyExact(row + i, width);
      int best = from;
      for (int j = from + 1; j < from + width; j++) {
        best = logits[j] > logits[best] ? j : best;
      }
      double sum = 0;
      for (int j = from; j < from + width; j++) {
        sum += Math.exp((double) logits[j] - logits[best]);
      }
      int wanted = from + asked.get(i).id();
      nats[i] = Math.log(sum) + logits[best] - logits[wanted];
      first[i] = best == wanted;
    }
    return new TokenScores(nats, first);
  }
}

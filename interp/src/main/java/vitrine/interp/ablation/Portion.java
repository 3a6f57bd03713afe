package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.data.Draw;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;

/**
 * Texts that run together.
 *
 * @param texts places of those that are measured
 * @param lent places of those that run along because a text takes its values from them
 * @param donors for each of both a place among them; the own where nothing is taken
 * @param unserved places of those that no other text is long enough for
 * @param seed of the plans' noise
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
record Portion(
    List<Integer> texts, List<Integer> lent, int[] donors, List<Integer> unserved, long seed) {
  Portion {
    texts = List.copyOf(texts);
    lent = List.copyOf(lent);
    unserved = List.copyOf(unserved);
  }

  /** All texts in portions of like length: there is less padding to compute. */
  static List<Portion> of(Inputs inputs, AblationSpec spec) {
    int[] lengths = inputs.examples().stream().mapToInt(each -> each.ids().length).toArray();
    List<Integer> order =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> lengths[i]))
            .toList();
    List<Portion> portions = new ArrayList<>();
    for (int from = 0; from < order.size(); from += spec.batch()) {
      List<Integer> texts = order.subList(from, Math.min(from + spec.batch(), order.size()));
      long seed = spec.seed() + portions.size();
      if (spec.treatment() instanceof Treatment.Resample) {
        List<Integer> next = order.subList(from + texts.size(), order.size());
        portions.add(resampled(texts, next, lengths, spec.seed(), seed));
      } else {
        int[] own = IntStream.range(0, texts.size()).toArray();
        portions.add(new Portion(texts, List.of(), own, List.of(), seed));
      }
    }
    return portions;
  }

  private static Portion resampled(
      List<Integer> texts, List<Integer> next, int[] lengths, long drawn, long seed) {
    List<Integer> lent = new ArrayList<>();
    List<Integer> unserved = new ArrayList<>();
    int[] donors = IntStream.range(0, texts.size() + 1).toArray();
    for (int i = 0; i < texts.size(); i++) {
      int own = i;
      int length = lengths[texts.get(i)];
      int[] others =
          IntStream.range(0, texts.size())
              .filter(j -> j != own && lengths[texts.get(j)] >= length)
              .toArray();
      if (others.length > 0) {
        long key = Draw.key(drawn, Draw.Use.DONORS, texts.get(i));
        donors[i] = others[Draw.below(Draw.next(key, 0), others.length)];
      } else if (!next.isEmpty()) {
        lent = List.of(next.getFirst());
        donors[i] = texts.size();
      } else {
        unserved.add(texts.get(i));
      }
    }
    int rows = texts.size() + lent.size();
    return new Portion(texts, lent, Arrays.copyOf(donors, rows), unserved, seed);
  }

  /** What runs. */
  Inputs inputs(Inputs all) {
    List<Example> rows = new ArrayList<>();
    texts.forEach(text -> rows.add(all.examples().get(text)));
    lent.forEach(text -> rows.add(all.examples().get(text)));
    return Inputs.batch(rows);
  }

  /** Whether a text is measured. */
  boolean serves(int text) {
    return !unserved.contains(text);
  }
}

package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Draw;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.interp.metrics.Asks;
import vitrine.interp.metrics.RowLengths;

/**
 * Texts that run together.
 *
 * @param texts places of those that are measured
 * @param lent places of those that run along behind them, untouched, because a text takes its
 *     values from them; one of the texts may run along so, too
 * @param donors for each row a row of the same run; the own where nothing is taken
 * @param unserved places of those that no other text is long enough for
 * @param length tokens of the longest that is measured
 * @param seed of the plans' noise
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
record Portion(
    List<Integer> texts,
    List<Integer> lent,
    int[] donors,
    List<Integer> unserved,
    int length,
    long seed) {
  /** Seeds in JSON are whole for every reader: a double has so many bits. */
  private static final int SEED_BITS = 53;

  Portion {
    texts = List.copyOf(texts);
    lent = List.copyOf(lent);
    unserved = List.copyOf(unserved);
  }

  /**
   * The texts that the metric asks something of, in portions of like length: there is less padding
   * to compute. Of one length where negative positions, or a loss, mean another place in a row that
   * is padded. Portions of which no text is measured are left out.
   */
  static List<Portion> of(Inputs inputs, AblationSpec spec, Architecture model) {
    List<Example> all = inputs.examples();
    int[] lengths = all.stream().mapToInt(each -> each.ids().length).toArray();
    List<Integer> order =
        IntStream.range(0, lengths.length)
            .filter(text -> Asks.anything(spec.metric(), model, all.get(text)))
            .boxed()
            .sorted(Comparator.comparingInt(i -> lengths[i]))
            .toList();
    boolean oneLength = spec.countsFromEnd() || RowLengths.wantsOneLength(spec.metric(), model);
    List<Portion> portions = new ArrayList<>();
    for (int from = 0; from < order.size(); ) {
      int to = Math.min(from + spec.batch(), order.size());
      while (oneLength && lengths[order.get(to - 1)] != lengths[order.get(from)]) {
        to--;
      }
      Portion portion =
          of(
              order.subList(from, to),
              order.subList(to, order.size()),
              lengths,
              spec,
              seed(spec, portions.size()));
      if (portion.unserved.size() < portion.texts.size()) {
        portions.add(portion);
      }
      from = to;
    }
    return portions;
  }

  /** What is random differs from portion to portion, and from one seed's portions to another's. */
  private static long seed(AblationSpec spec, int portion) {
    boolean draws =
        spec.treatment() instanceof Treatment.Plain plain
            && (plain.edit() instanceof Edit.Noise || plain.edit() instanceof Edit.Custom);
    return draws
        ? Draw.key(spec.seed(), Draw.Use.NOISE, portion) >>> (Long.SIZE - SEED_BITS)
        : spec.seed();
  }

  /**
   * @param next all that are as long or longer than these
   */
  private static Portion of(
      List<Integer> texts, List<Integer> next, int[] lengths, AblationSpec spec, long seed) {
    int length = lengths[texts.getLast()];
    List<Integer> lent = new ArrayList<>();
    List<Integer> unserved = new ArrayList<>();
    List<Integer> donors = new ArrayList<>();
    boolean resamples = spec.treatment() instanceof Treatment.Resample;
    for (int i = 0; i < texts.size(); i++) {
      Integer donor = resamples ? donor(texts, i, next, lengths, spec.seed()) : texts.get(i);
      if (donor == null) {
        unserved.add(texts.get(i));
        donors.add(i);
      } else if (texts.contains(donor) && !(resamples && spec.sets().reachesOn())) {
        donors.add(texts.indexOf(donor));
      } else {
        if (!lent.contains(donor)) {
          lent.add(donor);
        }
        donors.add(texts.size() + lent.indexOf(donor));
      }
    }
    IntStream.range(texts.size(), texts.size() + lent.size()).forEach(donors::add);
    return new Portion(
        texts, lent, donors.stream().mapToInt(Integer::intValue).toArray(), unserved, length, seed);
  }

  /** The text that stands in for another; null when none is long enough. */
  private static @Nullable Integer donor(
      List<Integer> texts, int own, List<Integer> next, int[] lengths, long seed) {
    int length = lengths[texts.get(own)];
    List<Integer> others =
        IntStream.range(0, texts.size())
            .filter(j -> j != own && lengths[texts.get(j)] >= length)
            .mapToObj(texts::get)
            .toList();
    if (!others.isEmpty()) {
      long key = Draw.key(seed, Draw.Use.DONORS, texts.get(own));
      return others.get(Draw.below(Draw.next(key, 0), others.size()));
    }
    return next.isEmpty() ? null : next.getFirst();
  }

  /** Places of all rows, in order. */
  List<Integer> rows() {
    List<Integer> rows = new ArrayList<>(texts);
    rows.addAll(lent);
    return rows;
  }

  /** What runs. */
  Inputs inputs(Inputs all) {
    return Inputs.batch(rows().stream().map(text -> all.examples().get(text)).toList());
  }

  /** Whether a text is measured. */
  boolean serves(int text) {
    return !unserved.contains(text);
  }
}

package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import vitrine.interp.metrics.Summary;
import vitrine.interp.stats.Draws;
import vitrine.interp.stats.Holm;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.PairedTest;
import vitrine.interp.stats.Resampling;
import vitrine.interp.stats.SignTest;
import vitrine.interp.stats.SignedRank;
import vitrine.interp.stats.SwapTest;

/** From readings to effects with intervals and tests; the text is the unit. */
final class Effects {
  private final Readings readings;
  private final Summary summary;
  private final Resampling resampling;
  private final long seed;
  private final Workers workers;
  private final double[] clean;

  /** By how many texts: positions are not in all of them. */
  private final ConcurrentMap<Integer, Draws> draws = new ConcurrentHashMap<>();

  Effects(Readings readings, long seed, Workers workers) {
    this.readings = readings;
    this.summary = readings.summary();
    this.resampling = Resampling.seeded(seed);
    this.seed = seed;
    this.workers = workers;
    this.clean = seen(readings.clean());
  }

  /** By which test its p-values are come by. */
  Testing testing() {
    return switch (summary) {
      case Summary.Mean _ -> Testing.WILCOXON;
      case Summary.Right _ -> Testing.SIGN;
      case Summary.Compared _ -> Testing.EXCHANGE;
    };
  }

  /** What is averaged, where the metric is a mean: right or wrong, of an answer. */
  private double[] seen(double[] read) {
    return summary instanceof Summary.OfEach of ? of.each(read) : read;
  }

  /** The metric of the clean run. */
  Interval ofCleanRun() {
    return of(clean, readings.texts());
  }

  /**
   * Effects of variants, corrected for their number.
   *
   * @param first the index of the first of them among all that were read
   */
  List<Effect> of(List<Variant> variants, int first) {
    List<Effect> raw =
        workers.map(variants.size(), i -> one(variants.get(i), seen(readings.variant(first + i))));
    double[] adjusted = Holm.adjusted(raw.stream().mapToDouble(Effect::p).toArray());
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      Effect each = raw.get(i);
      effects.add(
          new Effect(each.variant(), each.value(), each.change(), each.test(), adjusted[i]));
    }
    return effects;
  }

  private Effect one(Variant variant, double[] edited) {
    int[] texts = readings.texts(variant);
    PairedTest test = test(edited, texts);
    Interval change = resampled(texts, some -> change(edited, some));
    return new Effect(variant, of(edited, texts), change, test, test.p());
  }

  /**
   * How much more two change together than the sum of what each does alone, all on the texts that
   * have both.
   *
   * @param pairs every two of the singles: first with second, first with third, and so on
   * @param singles how many, read first; the pairs were read behind them
   */
  List<Interval> interactions(List<Variant> pairs, int singles) {
    List<int[]> parts = new ArrayList<>();
    for (int i = 0; i < singles; i++) {
      for (int j = i + 1; j < singles; j++) {
        parts.add(new int[] {i, j});
      }
    }
    return workers.map(
        pairs.size(),
        pair ->
            interaction(
                readings.texts(pairs.get(pair)),
                seen(readings.variant(singles + pair)),
                seen(readings.variant(parts.get(pair)[0])),
                seen(readings.variant(parts.get(pair)[1]))));
  }

  private Interval interaction(int[] texts, double[] both, double[] one, double[] other) {
    return resampled(texts, some -> change(both, some) - change(one, some) - change(other, some));
  }

  private Interval of(double[] values, int[] texts) {
    return resampled(texts, some -> score(values, some));
  }

  private double change(double[] edited, int[] texts) {
    return score(edited, texts) - score(clean, texts);
  }

  private double score(double[] values, int[] texts) {
    if (summary instanceof Summary.Compared compared) {
      return compared.of(values, texts);
    }
    double sum = 0;
    for (int text : texts) {
      sum += values[text];
    }
    return sum / texts.length;
  }

  /**
   * A number with an interval. What is a mean of one number a text is taken text by text first, and
   * then resampled as such.
   */
  private Interval resampled(int[] texts, ToDoubleFunction<int[]> number) {
    Draws units = draws.computeIfAbsent(texts.length, resampling::draws);
    if (summary instanceof Summary.Compared) {
      return resampling.of(units, some -> number.applyAsDouble(chosen(texts, some)));
    }
    return resampling.mean(
        units,
        IntStream.of(texts).mapToDouble(text -> number.applyAsDouble(new int[] {text})).toArray());
  }

  private PairedTest test(double[] edited, int[] texts) {
    return switch (summary) {
      case Summary.Mean _ -> SignedRank.test(chosen(edited, texts), chosen(clean, texts));
      case Summary.Right _ -> SignTest.test(chosen(edited, texts), chosen(clean, texts));
      case Summary.Compared compared -> exchanged(compared, edited, texts);
    };
  }

  private static double[] chosen(double[] values, int[] texts) {
    return IntStream.of(texts).mapToDouble(text -> values[text]).toArray();
  }

  private PairedTest exchanged(Summary.Compared compared, double[] edited, int[] texts) {
    int[] first = compared.first();
    boolean moved =
        IntStream.of(texts)
            .anyMatch(text ->
                !Arrays.equals(
                    edited, first[text], first[text + 1], clean, first[text], first[text + 1]));
    if (!moved) {
      return new PairedTest(0, Double.NaN, texts.length, PairedTest.Way.EXACT);
    }
    double[] after = edited.clone();
    double[] before = clean.clone();
    return SwapTest.seeded(seed)
        .test(
            texts.length,
            swapped -> {
              for (int i = 0; i < texts.length; i++) {
                for (int at = first[texts[i]]; at < first[texts[i] + 1]; at++) {
                  after[at] = swapped[i] ? clean[at] : edited[at];
                  before[at] = swapped[i] ? edited[at] : clean[at];
                }
              }
              return compared.of(after, texts) - compared.of(before, texts);
            });
  }

  private static int[] chosen(int[] texts, int[] units) {
    int[] chosen = new int[units.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = texts[units[i]];
    }
    return chosen;
  }
}

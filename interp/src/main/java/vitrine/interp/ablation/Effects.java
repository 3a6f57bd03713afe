package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.interp.metrics.Summary;
import vitrine.interp.stats.Holm;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.PairedTest;
import vitrine.interp.stats.Resampling;
import vitrine.interp.stats.SignedRank;
import vitrine.interp.stats.SwapTest;

/** From readings to effects with intervals and tests; the text is the unit. */
final class Effects {
  private final Readings readings;
  private final Summary summary;
  private final Resampling resampling;
  private final long seed;
  private final double[] clean;

  Effects(Readings readings, long seed) {
    this.readings = readings;
    this.summary = readings.summary();
    this.resampling = Resampling.seeded(seed);
    this.seed = seed;
    this.clean = readings.clean();
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
        IntStream.range(0, variants.size())
            .mapToObj(i -> one(variants.get(i), readings.variant(first + i)))
            .toList();
    double[] adjusted = Holm.adjusted(raw.stream().mapToDouble(Effect::p).toArray());
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      Effect each = raw.get(i);
      effects.add(new Effect(each.variant(), each.value(), each.change(), each.p(), adjusted[i]));
    }
    return effects;
  }

  private Effect one(Variant variant, double[] edited) {
    int[] texts = readings.texts(variant);
    double p = test(edited, texts).p();
    return new Effect(variant, of(edited, texts), change(edited, texts), p, p);
  }

  private Interval of(double[] values, int[] texts) {
    return summary instanceof Summary.Mean
        ? resampling.mean(chosen(values, texts))
        : resampling.of(texts.length, units -> summary.of(values, chosen(texts, units)));
  }

  private Interval change(double[] edited, int[] texts) {
    if (summary instanceof Summary.Mean) {
      double[] before = chosen(clean, texts);
      double[] after = chosen(edited, texts);
      return resampling.mean(
          IntStream.range(0, texts.length).mapToDouble(i -> after[i] - before[i]).toArray());
    }
    return resampling.of(
        texts.length,
        units -> {
          int[] drawn = chosen(texts, units);
          return summary.of(edited, drawn) - summary.of(clean, drawn);
        });
  }

  private PairedTest test(double[] edited, int[] texts) {
    if (summary instanceof Summary.Compared compared) {
      if (Arrays.equals(edited, clean)) {
        return new PairedTest(0, Double.NaN, texts.length, PairedTest.Way.EXACT);
      }
      return SwapTest.seeded(seed)
          .test(texts.length, swapped -> swapped(compared, edited, texts, swapped));
    }
    return SignedRank.test(chosen(edited, texts), chosen(clean, texts));
  }

  private double swapped(
      Summary.Compared compared, double[] edited, int[] texts, boolean[] swapped) {
    double[] after = edited.clone();
    double[] before = clean.clone();
    for (int i = 0; i < texts.length; i++) {
      if (swapped[i]) {
        int from = compared.first()[texts[i]];
        int length = compared.first()[texts[i] + 1] - from;
        System.arraycopy(clean, from, after, from, length);
        System.arraycopy(edited, from, before, from, length);
      }
    }
    return compared.of(after, texts) - compared.of(before, texts);
  }

  private static double[] chosen(double[] values, int[] texts) {
    return Arrays.stream(texts).mapToDouble(text -> values[text]).toArray();
  }

  private static int[] chosen(int[] texts, int[] units) {
    return Arrays.stream(units).map(unit -> texts[unit]).toArray();
  }
}

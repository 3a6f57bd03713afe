package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;

/** Which measures {@code compare} takes, and what they leave open. */
final class MeasureOptions {
  private static final String ALL = "all";

  /** What streams can tell from rounding, of layers up to some ten thousand units wide. */
  private static final double LEAST_TOLERANCE = 3e-7;

  @Option(
      names = "--metric",
      paramLabel = "NAME,...",
      converter = Converters.NotBlank.class,
      description = {
        "Measures, with commas between: cca, svcca, pwcca, cka-linear, cka-unbiased, cka-rbf, rsa,",
        "procrustes (all stands for these eight), neighbours, max-correlation, min-correlation,",
        "regression."
      })
  private @Nullable String metric;

  @Option(
      names = "--svcca-variance",
      paramLabel = "S",
      converter = Converters.Share.class,
      description = "svcca keeps the fewest directions with this share of the variance; 0.99.")
  private @Nullable Double variance;

  @Option(
      names = "--svcca-count",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "svcca keeps so many directions instead.")
  private @Nullable Integer count;

  @Option(
      names = "--rbf-fraction",
      paramLabel = "F",
      converter = Converters.Positive.class,
      description = "cka-rbf: exp(-d^2 / (2 F^2 m)), m the median squared distance; 0.5.")
  private @Nullable Double fraction;

  @Option(
      names = "--rsa-dissimilarity",
      paramLabel = "NAME",
      converter = Converters.NotBlank.class,
      description = "rsa: pearson (1 - r), cosine (1 - cosine) or euclidean; pearson.")
  private @Nullable String dissimilarity;

  @Option(
      names = "--rsa-agreement",
      paramLabel = "NAME",
      converter = Converters.NotBlank.class,
      description = "rsa: spearman or pearson; spearman.")
  private @Nullable String agreement;

  @Option(
      names = "--neighbours",
      paramLabel = "K",
      converter = Converters.Count.class,
      description = "neighbours: how many of each example; 10.")
  private @Nullable Integer neighbours;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      converter = Converters.Probability.class,
      description = "Directions count above this times the largest singular value; 1e-6.")
  private @Nullable Double tolerance;

  @Option(
      names = "--sample",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = {
        "cka-rbf, rsa, neighbours: of at most so many rows; 10000 of arrays, 1000 of models. Half a",
        "matrix of all pairs is some 400 MB for 10000."
      })
  private @Nullable Integer sample;

  @Option(
      names = "--resamples",
      paramLabel = "N",
      converter = Converters.CountOrNone.class,
      description = {
        "Bootstrap draws of each interval; up to 200, fewer or none where they are slow, which is said.",
        "Of models 50, of cka-rbf, rsa and neighbours."
      })
  private @Nullable Integer resamples;

  @Option(
      names = "--shuffles",
      paramLabel = "N",
      converter = Converters.CountOrNone.class,
      description = {
        "Shuffles of the baseline; up to 100, from 10 on where they are slow, which is said. Of models",
        "20, of cka-rbf, rsa and neighbours; of the others one."
      })
  private @Nullable Integer shuffles;

  /**
   * The measures that were named, without repetition.
   *
   * @param usual where none was
   * @throws UsageException for a name that is none
   */
  List<Measure> measures(List<Measure> usual) {
    if (metric == null) {
      return usual;
    }
    List<Measure> measures = new ArrayList<>();
    for (String name : metric.split(",", -1)) {
      List<Measure> named =
          name.strip().equals(ALL)
              ? Measure.all()
              : List.of(Measure.named(name.strip()).orElseThrow(() -> unknown(name.strip())));
      named.stream().filter(each -> !measures.contains(each)).forEach(measures::add);
    }
    return measures;
  }

  private static UsageException unknown(String name) {
    List<String> names = new ArrayList<>(Measure.labels());
    names.add(ALL);
    return new UsageException(
        "compare: --metric: "
            + OneLine.operand(name)
            + ": no such measure; expected "
            + NearestName.of(name, names)
                .map(near -> near + " perhaps")
                .orElse("one of " + String.join(", ", names))
            + ". See: vitrine help compare");
  }

  Options options(long seed) {
    return options(seed, Options.usual(seed).sample());
  }

  /** Whether it was said how many rows all pairs are looked at of. */
  boolean saysSample() {
    return sample != null;
  }

  /**
   * Of models' layers.
   *
   * @throws UsageException for what means nothing there
   */
  Options optionsOfModels(long seed, int usualSample, List<Measure> chosen) {
    if (chosen.contains(Measure.MIN_CORRELATION)) {
      throw new UsageException(
          "compare: --metric: min-correlation: is over several arrays; expected --x, --y and --also. Of models take max-correlation");
    }
    boolean pairwise = chosen.stream().anyMatch(Measure::isPairwise);
    if (!pairwise && (resamples != null || shuffles != null || sample != null)) {
      throw new UsageException(
          "compare: %s: given for layers of models; expected with cka-rbf, rsa or neighbours alone. Intervals of the others are by --groups"
              .formatted(
                  resamples != null
                      ? "--resamples"
                      : shuffles != null ? "--shuffles" : "--sample"));
    }
    if (tolerance != null && tolerance < LEAST_TOLERANCE) {
      throw new UsageException(
          "compare: --tolerance: %s; expected at least %s for layers of models, whose sums of products have half the digits. Write the layers with run --out, and give --x and --y"
              .formatted(tolerance, LEAST_TOLERANCE));
    }
    return options(seed, usualSample);
  }

  /**
   * With another sample where none was asked for.
   *
   * @param usualSample rows of which all pairs are looked at
   */
  Options options(long seed, int usualSample) {
    if (variance != null && count != null) {
      throw new UsageException(
          "compare: --svcca-count: given with --svcca-variance; expected one of them. See: vitrine help compare");
    }
    Options usual = Options.usual(seed);
    Options.Keep keep =
        count != null
            ? new Options.Count(count)
            : variance != null ? new Options.Variance(variance) : usual.keep();
    return new Options(
        tolerance == null ? usual.tolerance() : tolerance,
        keep,
        fraction == null ? usual.fraction() : fraction,
        named("--rsa-dissimilarity", dissimilarity, usual.dissimilarity()),
        named("--rsa-agreement", agreement, usual.agreement()),
        neighbours == null ? usual.neighbours() : neighbours,
        sample == null ? usualSample : requireSample(sample),
        resamples,
        shuffles,
        seed);
  }

  private static int requireSample(int sample) {
    if (sample < 2 || sample > Comparison.mostRowsOfPairs()) {
      throw new UsageException(
          "compare: --sample: %d; expected 2 to %d. See: vitrine help compare"
              .formatted(sample, Comparison.mostRowsOfPairs()));
    }
    return sample;
  }

  /** The first option that was given of those that mean something only to layers; null of none. */
  @Nullable String given() {
    return metric == null ? null : "--metric";
  }

  private static <E extends Enum<E>> E named(String option, @Nullable String name, E usual) {
    if (name == null) {
      return usual;
    }
    List<String> names = new ArrayList<>();
    for (E each : usual.getDeclaringClass().getEnumConstants()) {
      String label = each.name().toLowerCase(Locale.ROOT);
      if (label.equals(name)) {
        return each;
      }
      names.add(label);
    }
    throw new UsageException(
        "compare: "
            + option
            + ": "
            + OneLine.operand(name)
            + "; expected "
            + String.join(" or ", names)
            + ". See: vitrine help compare");
  }
}

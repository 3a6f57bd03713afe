package vitrine.interp.ablation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;
import vitrine.interp.metrics.Measurement;
import vitrine.interp.stats.Interval;

/**
 * Switches components of a model off and measures what that does (Michel et al. 2019 for heads).
 *
 * <p>What it does not tell: what a component is for. A model may do the same in two places, so that
 * neither alone matters; and zeros are a value that a model may never have seen (try {@code mean}
 * or {@code resample}).
 */
public final class Ablation {
  /** Plans that are compiled at once: each takes some kilobytes. */
  private static final int PLANS = 1024;

  /** Rows that run at once: more of them gain nothing. */
  private static final int ROWS = 4096;

  private final Model model;
  private final Inputs inputs;
  private final AblationSpec spec;
  private final Means means;
  private final long bytes;
  private final Watch watch;
  private final List<Portion> portions;
  private long done;
  private long all;

  /**
   * What is taken from reference texts.
   *
   * @param inputs whose means are taken
   * @param directory there already; the files stay, since plans name them
   */
  public record Reference(Inputs inputs, Path directory) {}

  /** Where files of means are; none where the treatment needs none. */
  private record Means(@Nullable Path directory) {}

  private Ablation(
      Model model, Inputs inputs, AblationSpec spec, Means means, long bytes, Watch watch) {
    this.model = model;
    this.inputs = inputs;
    this.spec = spec;
    this.means = means;
    this.bytes = bytes;
    this.watch = watch;
    this.portions = Portion.of(inputs, spec);
  }

  /**
   * Runs every variant over every text.
   *
   * @param source where the model came from, for the record
   * @param reference for {@link Treatment.Reference}; null where that is not asked for
   * @param bytes memory that activations may take at most, beside the kept prefix
   * @param version of the program that asks, for the record
   * @throws InputException when the model has no such component, or the metric does not fit
   * @throws java.util.concurrent.CancellationException when the watch does not want to go on
   */
  public static AblationResult run(
      Model model,
      ModelFiles source,
      Texts texts,
      AblationSpec spec,
      @Nullable Reference reference,
      long bytes,
      Watch watch,
      String version) {
    Architecture architecture = model.architecture();
    spec.metric().validate(architecture);
    int[] lengths =
        texts.inputs().examples().stream().mapToInt(each -> each.ids().length).toArray();
    List<Component> components =
        spec.components(architecture, IntStream.of(lengths).max().orElseThrow());
    if ((spec.treatment() instanceof Treatment.Reference) != (reference != null)) {
      throw new InputException(
          reference == null
              ? "ablate: --edit reference: no reference texts; expected some. Add --reference FILE"
              : "ablate: --reference: given with --edit "
                  + spec.treatment()
                  + "; expected it with --edit reference");
    }
    Path directory = reference == null ? null : reference.directory();
    if (reference != null) {
      ReferenceMeans.write(
          model, reference.inputs(), spec.batch(), components, reference.directory(), watch);
    }
    return new Ablation(model, texts.inputs(), spec, new Means(directory), bytes, watch)
        .run(source, texts, components, lengths, version);
  }

  /**
   * The memory that a run cannot do without, in bytes beside the weights; a lower bound that
   * computes nothing.
   */
  public static long leastBytes(Model model, Texts texts, AblationSpec spec) {
    // The last portion has the longest texts.
    Inputs longest = Portion.of(texts.inputs(), spec).getLast().inputs(texts.inputs());
    Prefix.Memory prefix = model.forecastPrefix(longest, 0);
    Plan plan = Measurement.plan(spec.metric(), model.architecture(), Plan.empty());
    long run = model.forecast(plan, longest, Saving.KEEP).peakBytes();
    return Math.max(prefix.peak(), prefix.kept() + run);
  }

  private AblationResult run(
      ModelFiles source, Texts texts, List<Component> components, int[] lengths, String version) {
    List<Variant> singles = components.stream().map(Variant::of).toList();
    Groups groups = new Groups(spec, components);
    List<Variant> first =
        switch (spec.sets()) {
          case SINGLE, CUMULATIVE -> singles;
          case PAIRS -> joined(singles, groups.pairs());
          case ALL_BUT_ONE -> groups.allButOne();
        };
    Readings readings = new Readings(spec.metric(), model.architecture(), first.size(), lengths);
    measure(first, readings);
    Effects effects = new Effects(readings, spec.seed());
    Interval clean = effects.ofCleanRun();
    List<Effect> found = spec.sets() == Sets.PAIRS ? effects.of(singles, 0) : effects.of(first, 0);
    List<Effect> together =
        spec.sets() == Sets.PAIRS
            ? effects.of(first.subList(singles.size(), first.size()), singles.size())
            : List.of();
    List<double[]> byText = byText(readings, first.size());
    List<AblationResult.Curve> curves =
        spec.sets() == Sets.CUMULATIVE ? curves(groups, found, lengths, byText) : List.of();
    return new AblationResult(
        Provenance.of(source, model, version, wholePlan(Plan.empty().seed(spec.seed()))),
        texts,
        spec,
        clean,
        found,
        together,
        curves,
        plans(found, together, curves),
        byText,
        portions,
        left(readings));
  }

  private static List<Variant> joined(List<Variant> some, List<Variant> more) {
    List<Variant> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static List<double[]> byText(Readings readings, int variants) {
    return new ArrayList<>(IntStream.range(0, variants).mapToObj(readings::variant).toList());
  }

  /**
   * @param byText added to
   */
  private List<AblationResult.Curve> curves(
      Groups groups, List<Effect> singles, int[] lengths, List<double[]> byText) {
    List<List<Variant>> orders =
        List.of(
            groups.cumulative("by importance", groups.byImportance(singles)),
            groups.cumulative("at random", groups.atRandom()));
    List<Variant> variants = joined(orders.getFirst(), orders.getLast());
    Readings readings = new Readings(spec.metric(), model.architecture(), variants.size(), lengths);
    measure(variants, readings);
    byText.addAll(byText(readings, variants.size()));
    Effects effects = new Effects(readings, spec.seed());
    int split = orders.getFirst().size();
    return List.of(
        new AblationResult.Curve("least important first", effects.of(orders.getFirst(), 0)),
        new AblationResult.Curve("in random order", effects.of(orders.getLast(), split)));
  }

  // ---- running ----

  private void measure(List<Variant> variants, Readings readings) {
    all += (long) variants.size() * portions.size();
    for (Portion portion : portions) {
      watch.check();
      try (Prefix prefix = model.prefix(portion.inputs(inputs))) {
        Measurement measured = Measurement.of(spec.metric(), model.architecture(), prefix.batch());
        double[] clean = measured.clean(prefix);
        readings.clean(portion, clean, measured.wanted(), measured.counts(), measured.asked());
        for (int from = 0; from < variants.size(); from += PLANS) {
          int to = Math.min(variants.size(), from + PLANS);
          measure(variants, from, to, portion, prefix, measured, readings);
        }
      }
    }
  }

  private void measure(
      List<Variant> variants,
      int from,
      int to,
      Portion portion,
      Prefix prefix,
      Measurement measured,
      Readings readings) {
    int[] there =
        IntStream.range(from, to)
            .filter(variant -> variants.get(variant).isIn(prefix.batch().length()))
            .toArray();
    done += to - from - there.length;
    if (there.length == 0) {
      return;
    }
    List<Plan> plans =
        IntStream.of(there)
            .mapToObj(each -> variants.get(each).plan(spec.treatment(), portion, means.directory()))
            .toList();
    int atOnce = Math.max(1, ROWS / (prefix.batch().batch() * prefix.batch().length()));
    measured
        .sweep(prefix, plans)
        .run(
            new Sweep.Limits(bytes, atOnce),
            new Sweep.Listener() {
              @Override
              public void outcome(Sweep.Outcome outcome) {
                readings.variant(
                    there[outcome.variant()], portion, measured.values(outcome), measured.counts());
                done++;
                watch.progress(done, all);
              }

              @Override
              public boolean goesOn() {
                return watch.goesOn();
              }
            });
  }

  // ---- for the record ----

  /** Every variant's plan; one a portion where they differ. */
  private List<AblationResult.Planned> plans(
      List<Effect> found, List<Effect> together, List<AblationResult.Curve> curves) {
    List<Effect> all = new ArrayList<>(found);
    all.addAll(together);
    curves.forEach(curve -> all.addAll(curve.points()));
    List<Portion> each =
        spec.treatment().dependsOnPortion() ? portions : List.of(portions.getFirst());
    return all.stream()
        .map(effect ->
            new AblationResult.Planned(
                effect.variant(),
                each.stream()
                    .map(portion ->
                        wholePlan(
                            effect.variant().plan(spec.treatment(), portion, means.directory())))
                    .toList()))
        .toList();
  }

  /** With what the metric is made of, so that a run by the plan alone has all of it. */
  private Plan wholePlan(Plan plan) {
    return Measurement.wholePlan(spec.metric(), model.architecture(), plan);
  }

  private List<Integer> left(Readings readings) {
    List<Integer> counted = IntStream.of(readings.texts()).boxed().toList();
    return IntStream.range(0, inputs.examples().size())
        .boxed()
        .filter(text -> !counted.contains(text))
        .toList();
  }
}

package vitrine.interp.ablation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Prefix;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;
import vitrine.interp.heads.Importance;
import vitrine.interp.metrics.Asks;
import vitrine.interp.metrics.Measurement;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.MetricRules;

/**
 * Switches components of a model off and measures what that does (Michel et al. 2019 for heads).
 *
 * <p>What it does not tell: what a component is for. A model may do the same in two places, so that
 * neither alone matters; and zeros are a value that a model may never have seen (try {@code mean}
 * or {@code resample}).
 */
public final class Ablation {
  private final Model model;
  private final Inputs inputs;
  private final AblationSpec spec;
  private final Means means;
  private final Workers workers;
  private final List<Portion> portions;
  private final VariantRuns runs;

  /**
   * What is taken from reference texts.
   *
   * @param inputs whose means are taken
   * @param directory there already; the files stay, since plans name them
   */
  public record Reference(Inputs inputs, Path directory) {}

  /**
   * What it may take.
   *
   * @param bytes memory that activations may take at most, beside the kept prefix
   * @param threads that intervals and tests are computed on; the runs are on the model's own
   */
  public record Effort(long bytes, int threads) {}

  /** Where files of means are; none where the treatment needs none. */
  record Means(@Nullable Path directory) {}

  private Ablation(
      Model model,
      Inputs inputs,
      AblationSpec spec,
      List<Portion> portions,
      Means means,
      Effort effort,
      Watch watch) {
    this.model = model;
    this.inputs = inputs;
    this.spec = spec;
    this.portions = portions;
    this.means = means;
    this.workers = new Workers(effort.threads(), watch);
    this.runs = new VariantRuns(model, inputs, spec, portions, means, effort.bytes(), watch);
  }

  /**
   * Runs every variant over every text.
   *
   * @param source where the model came from, for the record
   * @param reference for {@link Treatment.Reference}; null where that is not asked for
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
      Effort effort,
      Watch watch,
      String version) {
    List<Component> components = components(model, texts, spec);
    if ((spec.treatment() instanceof Treatment.Reference) != (reference != null)) {
      throw new InputException(
          reference == null
              ? "ablate: --edit reference: no reference texts; expected some. Add --reference FILE"
              : "ablate: --reference: given with --edit "
                  + spec.treatment()
                  + "; expected it with --edit reference");
    }
    List<Portion> portions = portions(model, texts, spec);
    if (spec.sets() == Sets.CUMULATIVE && spec.order() == Order.IMPORTANCE) {
      checkLabels(importanceLoss(model, spec), texts.inputs().examples());
    }
    List<Variant> variants = variants(new Groups(spec, components), components, spec.sets());
    Path directory = reference == null ? null : reference.directory();
    if (reference != null) {
      ReferenceMeans.write(
          model, reference.inputs(), spec.batch(), components, reference.directory(), watch);
    }
    return new Ablation(model, texts.inputs(), spec, portions, new Means(directory), effort, watch)
        .run(source, texts, components, variants, version);
  }

  /** What is switched off, each text and the metric checked: nothing of the model has run. */
  private static List<Component> components(Model model, Texts texts, AblationSpec spec) {
    Architecture architecture = model.architecture();
    spec.metric().validate(architecture);
    List<Example> all = texts.inputs().examples();
    for (int i = 0; i < all.size(); i++) {
      Asks.check(spec.metric(), architecture, all.get(i), "example " + i);
    }
    return spec.components(
        architecture, all.stream().mapToInt(each -> each.ids().length).max().orElseThrow());
  }

  /** As the texts run; at least one is measured. */
  private static List<Portion> portions(Model model, Texts texts, AblationSpec spec) {
    Architecture architecture = model.architecture();
    List<Portion> portions = Portion.of(texts.inputs(), spec, architecture);
    if (!portions.isEmpty()) {
      return portions;
    }
    boolean asked =
        texts.inputs().examples().stream()
            .anyMatch(each -> Asks.anything(spec.metric(), architecture, each));
    throw new InputException(
        asked
            ? "ablate: --edit resample: no other text to take values from; expected two or more texts, one as long as another (--input FILE)"
            : "ablate: --metric %s: asks nothing of any of these texts; expected one that it does. Give longer texts, or labels"
                .formatted(spec.metric()));
  }

  /** What is run first: of pairs each alone, and then every two. */
  private static List<Variant> variants(Groups groups, List<Component> components, Sets sets) {
    List<Variant> singles = components.stream().map(Variant::of).toList();
    return switch (sets) {
      case SINGLE, CUMULATIVE -> singles;
      case PAIRS -> joined(singles, groups.pairs());
      case ALL_BUT_ONE -> groups.allButOne();
    };
  }

  /**
   * The memory that a run cannot do without, in bytes beside the weights and the Java heap; a lower
   * bound that computes nothing.
   */
  public static long leastBytes(Model model, Texts texts, AblationSpec spec) {
    var _ = components(model, texts, spec);
    Inputs largest = largest(portions(model, texts, spec)).inputs(texts.inputs());
    Prefix.Memory prefix = model.forecastPrefix(largest, 0);
    Plan plan = Measurement.plan(spec.metric(), model.architecture(), Plan.empty());
    long run = model.forecast(plan, largest, Saving.KEEP).peakBytes();
    // Rows of logits are computed for all and handed out one variant's at a time.
    long rows = 2 * Measurement.logitBytes(spec.metric(), model.architecture(), largest);
    return Math.max(prefix.peak(), prefix.kept() + Math.max(run, rows));
  }

  /** The most rows of the most tokens: what runs along may make another than the last so. */
  private static Portion largest(List<Portion> portions) {
    return portions.stream()
        .max(Comparator.comparingLong(each -> (long) each.length() * each.rows().size()))
        .orElseThrow();
  }

  /**
   * Bytes of the Java heap that numbers take at least: of each text under each variant, and the
   * clean rows of the logits that a divergence is measured from.
   */
  public static long leastHeapBytes(Model model, Texts texts, AblationSpec spec) {
    List<Component> components = components(model, texts, spec);
    List<Variant> variants = variants(new Groups(spec, components), components, spec.sets());
    Inputs largest = largest(portions(model, texts, spec)).inputs(texts.inputs());
    return (variants.size() + 1L) * texts.count() * Double.BYTES
        + Measurement.cleanBytes(spec.metric(), model.architecture(), largest);
  }

  private AblationResult run(
      ModelFiles source,
      Texts texts,
      List<Component> components,
      List<Variant> variants,
      String version) {
    Readings readings = readings(variants);
    Effects effects = new Effects(readings, spec.seed(), workers);
    boolean pairs = spec.sets() == Sets.PAIRS;
    int first = pairs ? components.size() : variants.size();
    List<Variant> both = variants.subList(first, variants.size());
    List<Effect> found = effects.of(variants.subList(0, first), 0);
    List<double[]> byText = new ArrayList<>(rows(readings, variants.size()));
    AblationResult.Findings findings =
        new AblationResult.Findings(
            effects.testing(),
            effects.ofCleanRun(),
            found,
            effects.of(both, first),
            pairs ? effects.interactions(both, first) : List.of(),
            spec.sets() == Sets.CUMULATIVE ? curves(components, found, byText) : List.of(),
            byText);
    return new AblationResult(
        Provenance.of(source, model, version, runs.wholePlan(Plan.empty().seed(spec.seed()))),
        texts,
        spec,
        spec.metric().quantity(model.architecture()),
        findings,
        plans(findings.all()),
        portions,
        unasked());
  }

  private Readings readings(List<Variant> variants) {
    Readings readings =
        new Readings(
            spec.metric(), model.architecture(), inputs.examples(), portions, variants.size());
    runs.measure(variants, readings);
    return readings;
  }

  private static List<Variant> joined(List<Variant> some, List<Variant> more) {
    List<Variant> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static List<double[]> rows(Readings readings, int variants) {
    return IntStream.range(0, variants).mapToObj(readings::variant).toList();
  }

  /**
   * @param byText added to
   */
  private List<AblationResult.Curve> curves(
      List<Component> components, List<Effect> singles, List<double[]> byText) {
    Groups groups = new Groups(spec, components);
    double[] size =
        switch (spec.order()) {
          case EFFECT -> groups.damage(singles);
          case IMPORTANCE -> importance(components);
        };
    List<Variant> ordered = groups.cumulative("by " + spec.order().label(), groups.ascending(size));
    List<Variant> random = groups.cumulative("at random", groups.atRandom());
    Readings readings = readings(joined(ordered, random));
    byText.addAll(rows(readings, ordered.size() + random.size()));
    Effects effects = new Effects(readings, spec.seed(), workers);
    return List.of(
        new AblationResult.Curve(spec.order().words(), effects.of(ordered, 0)),
        new AblationResult.Curve("in random order", effects.of(random, ordered.size())));
  }

  /** The metric's loss, or what the head is trained with. */
  private static Loss importanceLoss(Model model, AblationSpec spec) {
    Metric.OfLoss loss = spec.metric() instanceof Metric.OfLoss of ? of : new Metric.OfLoss(null);
    Loss found = MetricRules.loss(loss, model.architecture());
    found.validate(model.architecture());
    return found;
  }

  private static void checkLabels(Loss loss, List<Example> texts) {
    if (loss instanceof Loss.Labels && texts.stream().anyMatch(text -> text.labels() == null)) {
      throw new InputException(
          "ablate: --order importance: a text without labels, which the loss of this model's head needs; expected some with every text, or --metric loss:LOSS as for run");
    }
  }

  /** Mean |dL/dxi| of heads. */
  private double[] importance(List<Component> components) {
    double[] all = Importance.sizes(model, inputs, importanceLoss(model, spec));
    int heads = model.architecture().heads();
    return components.stream()
        .mapToDouble(each -> all[each.layer() * heads + each.place()])
        .toArray();
  }

  // ---- for the record ----

  /** Every variant's plan; one a portion where they differ. */
  private List<AblationResult.Planned> plans(List<Effect> effects) {
    List<Portion> each = spec.dependsOnPortion() ? portions : List.of(portions.getFirst());
    return effects.stream()
        .map(effect ->
            new AblationResult.Planned(
                effect.variant(),
                each.stream()
                    .map(portion ->
                        runs.wholePlan(
                            portion,
                            effect.variant().plan(spec.treatment(), portion, means.directory())))
                    .toList()))
        .toList();
  }

  private List<Integer> unasked() {
    return IntStream.range(0, inputs.examples().size())
        .filter(text ->
            !Asks.anything(spec.metric(), model.architecture(), inputs.examples().get(text)))
        .boxed()
        .toList();
  }
}

package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;
import vitrine.interp.stats.Resampling;

/**
 * Activation patching (Vig et al. 2020, "Causal Mediation Analysis"; Meng et al. 2022, "Locating
 * and Editing Factual Associations in GPT"; Heimersheim and Nanda 2024 on how to read it): values
 * of one prompt's run put into the run of another, component by component, and what the metric
 * makes of it.
 *
 * <p>Of every pair each prompt is run once; then the patched runs begin where they differ, those of
 * a block as one batch ({@link vitrine.engine.models.Sweep}). To the bit each is the run that
 * {@code SITE=from:DIR} makes alone.
 *
 * <p>What it does not tell: which components a model can do without when several can do the same
 * (backup), nor along which path a component acts ({@link PathPatching}).
 */
public final class Patching {
  private final Model model;
  private final PatchSpec spec;
  private final List<PromptPair> pairs;
  private final PatchTarget.Counting counting;
  private final double[] clean;
  private final double[] corrupted;
  private final List<Map<Key, Row>> rows = new ArrayList<>();

  /** A component of all pairs. */
  private record Key(int layer, List<Integer> keys) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparingInt(Key::layer)
            .thenComparing(Key::keys, (a, b) -> Arrays.compare(plain(a), plain(b)));

    private static int[] plain(List<Integer> keys) {
      return keys.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** What all pairs say of a component. */
  private static final class Row {
    final Site site;
    final double[] exact;
    final double[] attributed;

    Row(Site site, int pairs) {
      this.site = site;
      this.exact = new double[pairs];
      this.attributed = new double[pairs];
      Arrays.fill(exact, Double.NaN);
      Arrays.fill(attributed, Double.NaN);
    }
  }

  private Patching(Model model, List<PromptPair> pairs, PatchSpec spec) {
    this.model = model;
    this.pairs = List.copyOf(pairs);
    this.spec = spec;
    this.counting = PatchTarget.Counting.of(this.pairs);
    this.clean = new double[pairs.size()];
    this.corrupted = new double[pairs.size()];
    spec.targets().forEach(target -> rows.add(new TreeMap<>()));
  }

  /**
   * Patches everything in turn.
   *
   * @param source where the model came from, for the record
   * @param pairs at least one; over several, means with bootstrap intervals
   * @param version of the program that asks, for the record
   * @param progress told after each pair
   * @throws InputException when the model has no such site, layer, head or neuron, or a metric does
   *     not fit it
   */
  public static PatchingResult run(
      Model model,
      ModelFiles source,
      List<PromptPair> pairs,
      PatchSpec spec,
      String version,
      Progress progress) {
    if (pairs.isEmpty()) {
      throw new InputException("patch: no pair; expected at least one.");
    }
    spec.validate(model.architecture());
    Patching patching = new Patching(model, pairs, spec);
    for (int pair = 0; pair < pairs.size(); pair++) {
      patching.pair(pair);
      progress.done(pair + 1, pairs.size());
    }
    return patching.result(source, version);
  }

  /** Who is told how far it is. */
  @FunctionalInterface
  public interface Progress {
    /** Some of all pairs are done. */
    void done(int pairs, int all);
  }

  private void pair(int at) {
    PromptPair pair = pairs.get(at);
    Architecture architecture = model.architecture();
    List<List<PatchTarget.Component>> components =
        spec.targets().stream()
            .map(target -> target.components(architecture, pair.length(), counting))
            .toList();
    if (spec.method().estimates()) {
      estimate(at, components);
    }
    if (spec.method().isExact()) {
      patch(at, components);
    }
  }

  private void estimate(int at, List<List<PatchTarget.Component>> components) {
    GradientEstimate.Estimate found =
        new GradientEstimate(model, spec.direction()).of(pairs.get(at), components);
    clean[at] = found.clean();
    corrupted[at] = found.corrupted();
    double base = base(at);
    for (int target = 0; target < components.size(); target++) {
      for (int i = 0; i < components.get(target).size(); i++) {
        row(target, components.get(target).get(i)).attributed[at] =
            base + found.changes().get(target)[i];
      }
    }
  }

  private void patch(int at, List<List<PatchTarget.Component>> components) {
    try (PairRuns runs = PairRuns.open(model, pairs.get(at), spec.direction(), spec.limits())) {
      clean[at] = runs.clean();
      corrupted[at] = runs.corrupted();
      runs.read(spec.direction().source(), sites());
      List<PatchTarget.Component> all = components.stream().flatMap(List::stream).toList();
      double[] metrics = runs.metrics(all.stream().map(each -> plan(each.site())).toList());
      int next = 0;
      for (int target = 0; target < components.size(); target++) {
        for (PatchTarget.Component component : components.get(target)) {
          row(target, component).exact[at] = metrics[next++];
        }
      }
    }
  }

  private Plan plan(Site site) {
    return Plan.of(model.architecture()).edit(site, edit());
  }

  private Edit edit() {
    return Edit.from(spec.direction().source().directory());
  }

  private List<Site> sites() {
    return spec.kept(model.architecture());
  }

  private Row row(int target, PatchTarget.Component component) {
    return rows.get(target)
        .computeIfAbsent(
            new Key(component.layer(), component.keys()),
            key -> new Row(component.site(), pairs.size()));
  }

  private double base(int pair) {
    return switch (spec.direction().base()) {
      case CLEAN -> clean[pair];
      case CORRUPTED -> corrupted[pair];
    };
  }

  // ---- what it comes to ----

  private PatchingResult result(ModelFiles source, String version) {
    Resampling resampling = Resampling.seeded(spec.seed());
    Normaliser normaliser = new Normaliser(clean, corrupted, resampling);
    List<SiteEffects> sites = new ArrayList<>();
    for (int target = 0; target < spec.targets().size(); target++) {
      sites.add(effects(spec.targets().get(target), rows.get(target), normaliser, resampling));
    }
    Plan plan = Plan.of(model.architecture()).read(sites().toArray(Site[]::new)).seed(spec.seed());
    return new PatchingResult(
        Provenance.of(source, model, version, plan),
        spec.direction(),
        pairs,
        clean,
        corrupted,
        normaliser,
        sites);
  }

  private SiteEffects effects(
      PatchTarget target, Map<Key, Row> found, Normaliser normaliser, Resampling resampling) {
    boolean exact = spec.method().isExact();
    boolean estimated = spec.method().estimates();
    List<SiteEffects.Effect> effects = new ArrayList<>();
    found.forEach((key, row) -> {
      double[] there = exact ? row.exact : row.attributed;
      effects.add(
          new SiteEffects.Effect(
              row.site,
              key.layer(),
              key.keys(),
              (int) Arrays.stream(there).filter(value -> !Double.isNaN(value)).count(),
              exact ? normaliser.of(row.exact) : null,
              estimated ? normaliser.of(row.attributed) : null));
    });
    return new SiteEffects(
        target, effects, exact && estimated ? agreement(found, resampling) : null);
  }

  private SiteEffects.@Nullable Agreement agreement(Map<Key, Row> found, Resampling resampling) {
    double[] base = IntStream.range(0, pairs.size()).mapToDouble(this::base).toArray();
    List<Row> all = List.copyOf(found.values());
    return SiteEffects.agreement(
        all.stream().map(row -> row.exact).toArray(double[][]::new),
        all.stream().map(row -> Objects.requireNonNull(row.attributed)).toArray(double[][]::new),
        base,
        resampling);
  }
}

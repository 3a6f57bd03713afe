package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Site;
import vitrine.interp.pictures.Grid;
import vitrine.interp.stats.Correlation;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;

/** What the components of one target do. */
public final class SiteEffects {
  private final PatchTarget target;
  private final List<Effect> effects;
  private final @Nullable Agreement agreement;

  /**
   * One component.
   *
   * @param site what was exchanged, of a single layer
   * @param keys its index along each axis of the target; positions negative where they are counted
   *     from the end
   * @param pairs how many have it
   * @param exact what the patched runs say; null where none were run
   * @param attributed what the gradient expects of them; null where none was taken
   */
  public record Effect(
      Site site,
      int layer,
      List<Integer> keys,
      int pairs,
      @Nullable Measured exact,
      @Nullable Measured attributed) {
    public Effect {
      keys = List.copyOf(keys);
    }

    /** What there is: the exact one, if both. */
    public Measured best() {
      Measured one = exact == null ? attributed : exact;
      if (one == null) {
        throw new IllegalStateException("patch: " + site + ": neither run nor estimated");
      }
      return one;
    }
  }

  /**
   * How the gradient's estimates go together with the exact changes of the metric, component by
   * component, of means over the pairs.
   */
  public record Agreement(Interval pearson, Interval spearman) {}

  SiteEffects(PatchTarget target, List<Effect> effects, @Nullable Agreement agreement) {
    this.target = target;
    this.effects = List.copyOf(effects);
    this.agreement = agreement;
  }

  /**
   * The correlation over components, pairs being resampled.
   *
   * @param exact the metric of patched runs, by component and pair; NaN where a pair lacks one
   * @param attributed likewise, as estimated
   * @param base the metric of each pair's run as it is
   */
  static Agreement agreement(
      double[][] exact, double[][] attributed, double[] base, Resampling resampling) {
    return new Agreement(
        resampling.of(
            base.length,
            units ->
                Correlation.pearson(changes(exact, base, units), changes(attributed, base, units))),
        resampling.of(
            base.length,
            units ->
                Correlation.spearman(
                    changes(exact, base, units), changes(attributed, base, units))));
  }

  /** Mean changes of the components that any of these pairs has. */
  private static double[] changes(double[][] metrics, double[] base, int[] units) {
    return Arrays.stream(metrics)
        .mapToDouble(each -> {
          double sum = 0;
          int count = 0;
          for (int unit : units) {
            if (!Double.isNaN(each[unit])) {
              sum += each[unit] - base[unit];
              count++;
            }
          }
          return count == 0 ? Double.NaN : sum / count;
        })
        .filter(change -> !Double.isNaN(change))
        .toArray();
  }

  public PatchTarget target() {
    return target;
  }

  /** By layer, then along the target's axes. */
  public List<Effect> effects() {
    return effects;
  }

  /** Null unless both ways were gone. */
  public @Nullable Agreement agreement() {
    return agreement;
  }

  /** A number of an effect. */
  @FunctionalInterface
  interface NumberOf {
    double of(Effect effect);
  }

  /** The rows of a map: a layer, and the keys of all axes but the last. */
  List<List<Integer>> rows() {
    return effects.stream().map(SiteEffects::row).distinct().toList();
  }

  private static List<Integer> row(Effect effect) {
    List<Integer> row = new ArrayList<>(List.of(effect.layer()));
    row.addAll(effect.keys().subList(0, Math.max(0, effect.keys().size() - 1)));
    return row;
  }

  /** The columns: keys of the last axis; a single 0 where there is none. */
  List<Integer> columns() {
    return List.copyOf(new TreeSet<>(effects.stream().map(SiteEffects::column).toList()));
  }

  private static int column(Effect effect) {
    return effect.keys().isEmpty() ? 0 : effect.keys().getLast();
  }

  /** Rows by columns; NaN where there is no such component. */
  Grid grid(NumberOf number) {
    List<List<Integer>> rows = rows();
    List<Integer> columns = columns();
    double[][] values = new double[rows.size()][columns.size()];
    for (double[] row : values) {
      Arrays.fill(row, Double.NaN);
    }
    for (Effect effect : effects) {
      values[rows.indexOf(row(effect))][columns.indexOf(column(effect))] = number.of(effect);
    }
    return Grid.of(values);
  }

  /** All numbers row by row, as {@link #grid} has them. */
  double[] numbers(NumberOf number) {
    Grid grid = grid(number);
    return IntStream.range(0, grid.rows() * grid.columns())
        .mapToDouble(i -> grid.at(i / grid.columns(), i % grid.columns()))
        .toArray();
  }

  /** The effects, the farthest from what the patched run is by itself first. */
  List<Effect> strongest(double without) {
    return effects.stream()
        .sorted((a, b) -> Double.compare(away(b, without), away(a, without)))
        .toList();
  }

  private static double away(Effect effect, double without) {
    double distance = Math.abs(effect.best().normalised().estimate() - without);
    return Double.isNaN(distance) ? -1 : distance;
  }
}

package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.interp.metrics.Measurement;

/**
 * The runs of one pair: what either prompt's run has read, and sweeps over the run that is patched.
 *
 * <p>A pair is a batch of its own, so that its metric and its length are its own; what makes a
 * batch large is the variants of a block, which run as one.
 */
final class PairRuns implements AutoCloseable {
  /** Plans that are compiled at once: each takes some kilobytes. */
  private static final int MOST_PLANS = 1024;

  private final Model model;
  private final PromptPair pair;
  private final Direction direction;
  private final Sweep.Limits limits;
  private final StoredValues stored = new StoredValues();
  private final Prefix prefix;
  private final Measurement measured;
  private final double clean;
  private final double corrupted;

  private PairRuns(
      Model model, PromptPair pair, Direction direction, Sweep.Limits limits, Prefix prefix) {
    this.model = model;
    this.pair = pair;
    this.direction = direction;
    this.limits = limits;
    this.prefix = prefix;
    // A measurement knows its texts' lengths alone, and these are equal.
    this.measured = Measurement.of(pair.metric(), model.architecture(), prefix.batch());
    try (Prefix end =
        model.prefix(pair.inputs(direction.source()), model.architecture().layers())) {
      // The clean run first: a divergence is measured from it.
      this.clean = measured.clean(of(Direction.Run.CLEAN, end))[0];
      this.corrupted = metrics(of(Direction.Run.CORRUPTED, end), List.of(Plan.empty()), null)[0];
    }
  }

  /** Runs both prompts for their metrics; closes what it has made if that fails. */
  static PairRuns open(Model model, PromptPair pair, Direction direction, Sweep.Limits limits) {
    Prefix prefix = model.prefix(pair.inputs(direction.base()));
    try {
      return new PairRuns(model, pair, direction, limits, prefix);
    } catch (RuntimeException | Error e) {
      prefix.close();
      throw e;
    }
  }

  private Prefix of(Direction.Run run, Prefix source) {
    return run == direction.base() ? prefix : source;
  }

  /** Runs one of the two prompts and keeps what it has at some sites, under its label. */
  void read(Direction.Run which, List<Site> sites) {
    Plan plan = Plan.of(model.architecture()).read(sites.toArray(Site[]::new));
    try (Trace trace = model.run(plan, pair.inputs(which))) {
      stored.keep(which.directory(), trace);
    }
  }

  /** What runs have read; plans find it. */
  StoredValues stored() {
    return stored;
  }

  /** The metric of the clean prompt as it is. */
  double clean() {
    return clean;
  }

  /** The metric of the corrupted prompt as it is. */
  double corrupted() {
    return corrupted;
  }

  /** The metric of the patched run under each plan. */
  double[] metrics(List<Plan> plans) {
    return metrics(prefix, plans, null);
  }

  /**
   * As above.
   *
   * @param reads gets what each plan reads
   */
  double[] metrics(List<Plan> plans, Reads reads) {
    return metrics(prefix, plans, reads);
  }

  /** Who takes what plans read. */
  @FunctionalInterface
  interface Reads {
    /**
     * @param plan its place
     * @param trace open until this returns
     */
    void take(int plan, Trace trace);
  }

  private double[] metrics(Prefix from, List<Plan> plans, @Nullable Reads reads) {
    double[] metrics = new double[plans.size()];
    for (int first = 0; first < plans.size(); first += MOST_PLANS) {
      int start = first;
      List<Plan> some = plans.subList(first, Math.min(plans.size(), first + MOST_PLANS));
      measured
          .sweep(from, new ArrayList<>(some), stored)
          .run(
              limits,
              outcome -> {
                int at = start + outcome.variant();
                metrics[at] = measured.values(outcome)[0];
                if (reads != null) {
                  reads.take(at, outcome.trace());
                }
              });
    }
    return metrics;
  }

  @Override
  public void close() {
    prefix.close();
  }
}

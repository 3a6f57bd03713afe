package vitrine.interp.ablation;

import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.Model;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.interp.metrics.Measurement;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.RowLengths;

/** The runs of variants, portion by portion of the texts, as sweeps over a clean prefix. */
final class VariantRuns {
  /** Plans that are compiled at once: each takes some kilobytes. */
  private static final int PLANS = 1024;

  /** Rows that run at once: more of them gain nothing. */
  private static final int ROWS = 4096;

  private final Model model;
  private final Inputs inputs;
  private final AblationSpec spec;
  private final List<Portion> portions;
  private final Ablation.Means means;
  private final long bytes;
  private final Watch watch;
  private long done;
  private long all;

  VariantRuns(
      Model model,
      Inputs inputs,
      AblationSpec spec,
      List<Portion> portions,
      Ablation.Means means,
      long bytes,
      Watch watch) {
    this.model = model;
    this.inputs = inputs;
    this.spec = spec;
    this.portions = portions;
    this.means = means;
    this.bytes = bytes;
    this.watch = watch;
  }

  /** Runs the model as it is, and each variant. */
  void measure(List<Variant> variants, Readings readings) {
    all += (long) variants.size() * portions.size();
    for (Portion portion : portions) {
      watch.check();
      try (Prefix prefix = model.prefix(portion.inputs(inputs))) {
        Measurement measured =
            Measurement.of(metric(portion), model.architecture(), prefix.batch());
        readings.clean(portion, measured.clean(prefix));
        for (int from = 0; from < variants.size(); from += PLANS) {
          int to = Math.min(variants.size(), from + PLANS);
          measure(variants, from, to, portion, prefix, measured, readings);
        }
      }
    }
  }

  /** The metric as it is of these texts, whatever runs along with them. */
  private Metric metric(Portion portion) {
    return RowLengths.atLength(spec.metric(), portion.length());
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
            .filter(variant -> variants.get(variant).isIn(portion.length()))
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
                int variant = there[outcome.variant()];
                readings.variant(variant, variants.get(variant), portion, measured.values(outcome));
                done++;
                watch.progress(done, all);
              }

              @Override
              public boolean goesOn() {
                return watch.goesOn();
              }
            });
  }

  /** With what the metric is made of, so that a run by the plan alone has all of it. */
  Plan wholePlan(Plan plan) {
    return Measurement.wholePlan(spec.metric(), model.architecture(), plan);
  }

  /** The same for the texts of a portion. */
  Plan wholePlan(Portion portion, Plan plan) {
    return Measurement.wholePlan(metric(portion), model.architecture(), plan);
  }
}

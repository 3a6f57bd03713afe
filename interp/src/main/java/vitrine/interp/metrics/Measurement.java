package vitrine.interp.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.LogitRows;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.kernels.Tensor;

/**
 * A metric of one batch: what plans must ask so that it can be read, and the reading. Of logits
 * over a vocabulary no more rows are computed than it reads.
 *
 * <pre>
 * Measurement measured = Measurement.of(metric, model.architecture(), prefix.batch());
 * double[] clean = measured.clean(prefix);
 * measured.sweep(prefix, plans).run(limits, outcome -&gt; use(measured.values(outcome)));
 * </pre>
 */
public final class Measurement {
  private final List<Metric> metrics;
  private final Architecture model;
  private final Batch batch;

  /** Of each example the rows of its logits that are read; none of a loss. */
  private final int[][] positions;

  /** The clean run's rows, once they are known. */
  private @Nullable Clean clean;

  /**
   * What a divergence is measured from: one array a row, so that their number is not bounded by the
   * length of an array.
   *
   * @param sums of each row ln of the sum of exponentials
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, compared by no one
  private record Clean(float[][] rows, double[] sums) {}

  /** Rows of logits where they lie: one at a time is taken onto the heap. */
  @FunctionalInterface
  private interface Rows {
    void take(int row, float[] to);
  }

  private Measurement(List<Metric> metrics, Architecture model, Batch batch) {
    this.metrics = List.copyOf(metrics);
    this.model = model;
    this.batch = batch;
    this.positions =
        IntStream.range(0, batch.batch())
            .mapToObj(
                b -> Asks.rows(this.metrics.get(b), model, batch.examples().get(b), "example " + b))
            .toArray(int[][]::new);
  }

  /**
   * The same metric of every example.
   *
   * @throws InputException when the metric does not fit the model or an example
   */
  public static Measurement of(Metric metric, Architecture model, Batch batch) {
    metric.validate(model);
    return new Measurement(Collections.nCopies(batch.batch(), metric), model, batch);
  }

  /**
   * A metric of each example, as where each has an answer of its own.
   *
   * @param metrics one an example, all of one kind
   * @throws InputException when one does not fit the model or its example
   */
  public static Measurement ofEach(List<Metric> metrics, Architecture model, Batch batch) {
    if (metrics.size() != batch.batch()) {
      throw new IllegalArgumentException(
          "metrics: " + metrics.size() + " for " + batch.batch() + " examples");
    }
    Metric first = metrics.getFirst();
    boolean alike =
        metrics.stream()
            .allMatch(each ->
                each.equals(first) || (first instanceof Metric.OfToken && isLike(each, first)));
    if (!alike) {
      throw new InputException(
          "metric: kinds that differ from example to example; expected one kind for all, such as"
              + " diff:POS,ID1,ID2.");
    }
    metrics.forEach(each -> each.validate(model));
    return new Measurement(metrics, model, batch);
  }

  private static boolean isLike(Metric each, Metric other) {
    return each.getClass().equals(other.getClass());
  }

  private Metric kind() {
    return metrics.getFirst();
  }

  // ---- what plans must ask ----

  /** A plan, with what the metric needs beside its edits; for {@link #sweep}, and for a run. */
  public Plan plan(Plan edits) {
    return plan(kind(), model, edits);
  }

  /** The same without a batch. */
  public static Plan plan(Metric metric, Architecture model, Plan edits) {
    return switch (metric) {
      case Metric.OfLoss of -> edits.loss(MetricRules.loss(of, model));
      case Metric.OfToken _, Metric.Divergence _, Metric.Agreement _ ->
          model.head().scoresVocabulary() ? edits : edits.read(Site.logits());
    };
  }

  /** As {@link #plan}, so that a run by this plan alone has all that the metric is made of. */
  public Plan wholePlan(Plan edits) {
    return wholePlan(kind(), model, edits);
  }

  /** The same without a batch. */
  public static Plan wholePlan(Metric metric, Architecture model, Plan edits) {
    Plan plan = plan(metric, model, edits);
    return metric instanceof Metric.OfLoss || plan.reads().contains(Site.logits())
        ? plan
        : plan.read(Site.logits());
  }

  /**
   * The plans as a sweep whose outcomes {@link #values} reads.
   *
   * @param prefix of this measurement's batch
   * @param plans edits alone; what the metric needs is added
   */
  public Sweep sweep(Prefix prefix, List<Plan> plans) {
    return sweep(prefix, plans, new StoredValues());
  }

  /**
   * As above, with values of other runs in memory, which edits {@code from:NAME} find.
   *
   * @param stored looked up before files are
   */
  public Sweep sweep(Prefix prefix, List<Plan> plans, StoredValues stored) {
    List<Plan> whole = plans.stream().map(this::plan).toList();
    boolean rows = model.head().scoresVocabulary() && !(kind() instanceof Metric.OfLoss);
    return prefix.sweep(whole, rows ? LogitRows.of(positions) : null, stored);
  }

  /**
   * The metric of the model as it is. A divergence is measured from this run, so this comes first.
   *
   * @return as {@link #values}
   */
  public double[] clean(Prefix prefix) {
    double[][] found = new double[1][];
    sweep(prefix, List.of(Plan.empty()))
        .run(
            Sweep.Limits.bytes(Long.MAX_VALUE),
            outcome -> {
              if (kind() instanceof Metric.Divergence) {
                clean = kept(rows(outcome));
              }
              found[0] = values(outcome);
            });
    return Objects.requireNonNull(found[0]);
  }

  // ---- reading ----

  /**
   * One number an example, NaN where a loss asks nothing of it; of an {@link Metric.Agreement} the
   * model's answers, as many as the example has labels, one example behind the other.
   */
  public double[] values(Sweep.Outcome outcome) {
    return switch (kind()) {
      case Metric.OfLoss _ ->
          outcome.trace().exampleLosses().stream()
              .mapToDouble(each -> each.weight() == 0 ? Double.NaN : each.loss())
              .toArray();
      case Metric.OfToken _, Metric.Divergence _, Metric.Agreement _ -> ofRows(rows(outcome));
    };
  }

  /** The same of a run by {@link #wholePlan}. */
  public double[] values(Trace trace) {
    return switch (kind()) {
      case Metric.OfLoss _ ->
          trace.exampleLosses().stream()
              .mapToDouble(each -> each.weight() == 0 ? Double.NaN : each.loss())
              .toArray();
      case Metric.OfToken _, Metric.Divergence _, Metric.Agreement _ ->
          ofRows(spread(trace.value(Site.logits())));
    };
  }

  private int width() {
    return MetricRules.width(kind(), model);
  }

  private int rowCount() {
    return Arrays.stream(positions).mapToInt(at -> at.length).sum();
  }

  private Rows rows(Sweep.Outcome outcome) {
    Tensor logits = outcome.logits();
    if (logits == null) {
      return spread(outcome.trace().value(Site.logits()));
    }
    int width = width(); // (n,V), example by example
    return (row, to) -> logits.download((long) row * width, to, 0, width);
  }

  /**
   * @param logits (B,T,V), (B,T,C) or (B,C)
   */
  private Rows spread(Tensor logits) {
    int width = width();
    int each = MetricRules.perText(model) ? 1 : batch.length();
    long[] places = new long[rowCount()];
    int row = 0;
    for (int b = 0; b < positions.length; b++) {
      for (int t : positions[b]) {
        places[row++] = ((long) b * each + t) * width;
      }
    }
    return (which, to) -> logits.download(places[which], to, 0, width);
  }

  private Clean kept(Rows rows) {
    float[][] all = new float[rowCount()][width()];
    double[] sums = new double[all.length];
    for (int row = 0; row < all.length; row++) {
      rows.take(row, all[row]);
      sums[row] = Scoring.logSum(all[row]);
    }
    return new Clean(all, sums);
  }

  private double[] ofRows(Rows rows) {
    float[] one = new float[width()];
    List<Double> values = new ArrayList<>();
    int row = 0;
    for (int b = 0; b < positions.length; b++) {
      int count = positions[b].length;
      switch (metrics.get(b)) {
        case Metric.OfToken of -> {
          rows.take(row, one);
          values.add(ofToken(of, one));
        }
        case Metric.Divergence _ -> values.add(divergence(rows, row, count, one));
        case Metric.Agreement of -> {
          for (int i = 0; i < count; i++) {
            rows.take(row + i, one);
            values.add(of.score().ofClasses() ? Scoring.highest(one) : (double) one[0]);
          }
        }
        case Metric.OfLoss _ -> throw new IllegalStateException("a loss has no rows");
      }
      row += count;
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double ofToken(Metric.OfToken metric, float[] row) {
    return switch (metric) {
      case Metric.Logit logit -> row[logit.token()];
      case Metric.Difference difference ->
          (double) row[difference.token()] - row[difference.minus()];
      case Metric.Probability of -> Scoring.probability(row, of.token());
      case Metric.Rank rank -> Scoring.rank(row, rank.token());
    };
  }

  private double divergence(Rows rows, int first, int count, float[] one) {
    Clean before = clean;
    if (before == null) {
      throw new IllegalStateException("metric: a divergence without a clean run");
    }
    double sum = 0;
    for (int row = first; row < first + count; row++) {
      rows.take(row, one);
      sum += Scoring.divergence(before.rows()[row], before.sums()[row], one);
    }
    return sum / count;
  }

  // ---- what it takes ----

  /**
   * Bytes of the Java heap that the clean run's rows take, which a divergence keeps; 0 of any other
   * metric.
   */
  public static long cleanBytes(Metric metric, Architecture model, Inputs inputs) {
    return metric instanceof Metric.Divergence ? rowBytes(metric, model, inputs) : 0;
  }

  /**
   * Bytes of the rows of logits that one variant has to have computed, beside what its plan takes:
   * of a vocabulary, where they are no output of the plan.
   */
  public static long logitBytes(Metric metric, Architecture model, Inputs inputs) {
    boolean rows = model.head().scoresVocabulary() && !(metric instanceof Metric.OfLoss);
    return rows ? rowBytes(metric, model, inputs) : 0;
  }

  private static long rowBytes(Metric metric, Architecture model, Inputs inputs) {
    long rows = 0;
    for (Example text : inputs.examples()) {
      rows += Asks.rows(metric, model, text, "example").length;
    }
    return rows * MetricRules.width(metric, model) * Float.BYTES;
  }
}

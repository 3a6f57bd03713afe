package vitrine.interp.metrics;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.ExampleLoss;
import vitrine.engine.hooks.Labels;
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
  private float @Nullable [] clean;

  /** Whether the metric asks anything of an example. */
  private final boolean[] asked;

  private Measurement(List<Metric> metrics, Architecture model, Batch batch) {
    this.metrics = List.copyOf(metrics);
    this.model = model;
    this.batch = batch;
    this.positions =
        IntStream.range(0, batch.batch())
            .mapToObj(b -> positions(this.metrics.get(b), b))
            .toArray(int[][]::new);
    this.asked = new boolean[batch.batch()];
    Arrays.fill(asked, true);
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

  private int[] positions(Metric metric, int example) {
    return switch (metric) {
      case Metric.OfLoss _ -> new int[0];
      case Metric.OfToken of -> new int[] {position(metric, of.position(), example)};
      case Metric.Divergence of -> {
        Integer at = of.position();
        yield at == null ? all(example) : new int[] {position(metric, at, example)};
      }
      case Metric.Agreement _ -> asked(example);
    };
  }

  private int[] all(int example) {
    return MetricRules.perText(model)
        ? new int[] {0}
        : IntStream.range(0, batch.length()).filter(t -> batch.real(example, t)).toArray();
  }

  private int position(Metric metric, int position, int example) {
    int length = MetricRules.perText(model) ? 1 : batch.lastReal(example) + 1;
    int row = position < 0 ? position + length : position;
    if (row < 0 || row >= length) {
      throw new InputException(
          "metric: %s: position %d of a text of %d tokens: out of range; expected 0 to %d (or -%d to -1, from its end)."
              .formatted(metric, position, length, length - 1, length));
    }
    return row;
  }

  /** The places of the labels that count. */
  private int[] asked(int example) {
    Labels labels = batch.examples().get(example).labels();
    return switch (labels) {
      case Labels.One _ when MetricRules.perText(model) -> new int[] {0};
      case Labels.Many many
          when !MetricRules.perText(model)
              && many.values().length == batch.examples().get(example).ids().length ->
          IntStream.range(0, many.values().length)
              .filter(t -> many.values()[t] != Labels.IGNORED)
              .toArray();
      case null, default ->
          throw new InputException(
              "metric: %s: a text whose labels do not fit; expected %s with every text."
                  .formatted(
                      kind(),
                      MetricRules.perText(model) ? "one label" : "a list of labels, one a token"));
    };
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
                clean = rows(outcome);
              }
              List<ExampleLoss> losses = outcome.trace().exampleLosses();
              for (int b = 0; b < losses.size(); b++) {
                asked[b] = losses.get(b).weight() != 0;
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
          ofRows(chosen(trace.value(Site.logits())));
    };
  }

  /**
   * Whether the metric asks anything of an example, known once {@link #clean} has run: a loss asks
   * nothing of a text without a next token, or without a label.
   */
  public boolean[] asked() {
    return asked.clone();
  }

  /** How many numbers each example gives. */
  public int[] counts() {
    return IntStream.range(0, batch.batch())
        .map(b -> kind() instanceof Metric.Agreement ? positions[b].length : 1)
        .toArray();
  }

  /** The labels that answers are compared with, as {@link #values} has those; else none. */
  public double[] wanted() {
    if (!(kind() instanceof Metric.Agreement)) {
      return new double[0];
    }
    return IntStream.range(0, batch.batch())
        .mapToObj(this::wanted)
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  private double[] wanted(int example) {
    return switch (Objects.requireNonNull(batch.examples().get(example).labels())) {
      case Labels.One one -> new double[] {one.value()};
      case Labels.Many many ->
          Arrays.stream(positions[example]).mapToDouble(t -> many.values()[t]).toArray();
    };
  }

  private int width() {
    return MetricRules.width(kind(), model);
  }

  /** The rows that are read, (n,V), example by example. */
  private float[] rows(Sweep.Outcome outcome) {
    Tensor logits = outcome.logits();
    return logits == null ? chosen(outcome.trace().value(Site.logits())) : logits.toArray();
  }

  /**
   * @param logits (B,T,V), (B,T,C) or (B,C)
   */
  private float[] chosen(Tensor logits) {
    int width = width();
    int each = MetricRules.perText(model) ? 1 : batch.length();
    float[] rows = new float[Arrays.stream(positions).mapToInt(at -> at.length).sum() * width];
    int to = 0;
    for (int b = 0; b < positions.length; b++) {
      for (int t : positions[b]) {
        logits.download(((long) b * each + t) * width, rows, to, width);
        to += width;
      }
    }
    return rows;
  }

  private double[] ofRows(float[] rows) {
    int width = width();
    double[] values = new double[Arrays.stream(counts()).sum()];
    int row = 0;
    int at = 0;
    for (int b = 0; b < positions.length; b++) {
      int count = positions[b].length;
      switch (metrics.get(b)) {
        case Metric.OfToken of -> values[at++] = ofToken(of, rows, row * width, width);
        case Metric.Divergence _ -> values[at++] = divergence(rows, row, count, width);
        case Metric.Agreement of -> {
          for (int i = 0; i < count; i++) {
            values[at++] =
                of.score().ofClasses()
                    ? Scoring.highest(rows, (row + i) * width, width)
                    : rows[row + i];
          }
        }
        case Metric.OfLoss _ -> throw new IllegalStateException("a loss has no rows");
      }
      row += count;
    }
    return values;
  }

  private static double ofToken(Metric.OfToken metric, float[] rows, int from, int width) {
    return switch (metric) {
      case Metric.Logit logit -> rows[from + logit.token()];
      case Metric.Difference difference ->
          (double) rows[from + difference.token()] - rows[from + difference.minus()];
      case Metric.Probability of -> Scoring.probability(rows, from, width, of.token());
      case Metric.Rank rank -> Scoring.rank(rows, from, width, rank.token());
    };
  }

  private double divergence(float[] rows, int first, int count, int width) {
    float[] before = clean;
    if (before == null) {
      throw new IllegalStateException("metric: a divergence without a clean run");
    }
    double sum = 0;
    for (int row = first; row < first + count; row++) {
      sum += Scoring.divergence(before, rows, row * width, width);
    }
    return sum / count;
  }

  /** What the numbers come to, of this batch alone. */
  public Summary summary() {
    return summary(kind(), model, wanted(), counts());
  }

  /**
   * What numbers of many batches come to.
   *
   * @param wanted their {@link #wanted}, in the order of the examples
   * @param counts their {@link #counts}, likewise
   */
  public static Summary summary(Metric metric, Architecture model, double[] wanted, int... counts) {
    if (!(metric instanceof Metric.Agreement agreement)) {
      return new Summary.Mean();
    }
    int[] first = new int[counts.length + 1];
    for (int i = 0; i < counts.length; i++) {
      first[i + 1] = first[i] + counts[i];
    }
    return new Summary.Compared(
        agreement.score(), wanted.clone(), first, MetricRules.classes(model));
  }

  /** Rows of logits that one variant has to have computed. */
  public int rowCount() {
    return Arrays.stream(positions).mapToInt(at -> at.length).sum();
  }

  /** How many bytes a clean run's rows take, which a divergence keeps. */
  public long keptBytes() {
    return kind() instanceof Metric.Divergence ? (long) rowCount() * width() * Float.BYTES : 0;
  }
}

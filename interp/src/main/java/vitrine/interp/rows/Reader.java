package vitrine.interp.rows;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.kernels.Tensor;

/** Reads a model's layers, and pools tokens to rows. */
public final class Reader {
  private static final String RESIDUAL = "resid_post";

  private final Model model;
  private final Plan plan;
  private final List<String> names = new ArrayList<>();

  /**
   * A reader of one site in every block, for a comparison.
   *
   * @param site as in {@code resid_post}; of the residual stream the embeddings come first
   */
  public Reader(Model model, String site) {
    this(
        "compare",
        model,
        site.equals(RESIDUAL)
            ? List.of(Site.embedOut(), Site.parse("blocks.*." + site))
            : List.of(Site.parse("blocks.*." + site)));
  }

  /**
   * A reader of these sites.
   *
   * @param operation what errors begin with
   * @throws InputException when one of them has no vector a token
   */
  public Reader(String operation, Model model, List<Site> sites) {
    this.model = model;
    Plan reads = Plan.of(model.architecture());
    for (Site site : sites) {
      List<Axis> axes = model.architecture().axes(site.target());
      if (axes.size() < 3
          || axes.get(1) != Axis.POSITION
          || axes.contains(Axis.KEY)
          || !site.equals(site.whole())) {
        throw new InputException(
            "%s: --site: %s: has no vector a token; expected a whole site of tokens, as resid_post, attn_out, mlp.post"
                .formatted(operation, site));
      }
      reads = reads.read(site);
    }
    this.plan = reads;
    for (Site each : plan.reads()) {
      each.expand(model.architecture()).forEach(one -> names.add(one.name()));
    }
  }

  public Plan plan() {
    return plan;
  }

  public Model model() {
    return model;
  }

  /** d of each layer. */
  public int[] widths() {
    return plan.reads().stream()
        .flatMap(site -> site.expand(model.architecture()).stream())
        .mapToInt(site -> Math.toIntExact(model.architecture().shape(site.target(), 1, 1).size()))
        .toArray();
  }

  /** One a layer, as sites are named. */
  public List<String> names() {
    return names;
  }

  /**
   * The rows of some passages, of every layer: (rows,d) each.
   *
   * @param passages run as one batch
   */
  public List<Table> read(List<Encoded> passages) {
    List<Example> examples = passages.stream().map(Encoded::example).toList();
    try (Trace trace = model.run(plan, Inputs.batch(examples))) {
      List<Table> tables = new ArrayList<>();
      for (Trace.Read read : trace.reads()) {
        tables.add(pooled(read.value(), passages, trace.batch()));
      }
      return tables;
    }
  }

  /**
   * Rows of one layer.
   *
   * @param values row by row
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  public record Table(int columns, double[] values) {
    public int rows() {
      return values.length / columns;
    }
  }

  private static Table pooled(Tensor value, List<Encoded> passages, Batch batch) {
    float[] all = value.toArray();
    int d = all.length / (batch.batch() * batch.length());
    int count = passages.stream().mapToInt(passage -> passage.rows().size()).sum();
    double[] rows = new double[count * d];
    int at = 0;
    for (int b = 0; b < passages.size(); b++) {
      Encoded passage = passages.get(b);
      for (int[] positions : passage.rows()) {
        int first = b * batch.length();
        switch (passage.pooling()) {
          case MEAN, FIRST, LAST -> mean(all, first, positions, rows, at, d);
          case MAX -> most(all, first, positions, rows, at, d);
        }
        at += d;
      }
    }
    return new Table(d, rows);
  }

  private static void mean(float[] all, int first, int[] positions, double[] rows, int at, int d) {
    for (int position : positions) {
      int from = (first + position) * d;
      for (int j = 0; j < d; j++) {
        rows[at + j] += all[from + j];
      }
    }
    for (int j = 0; j < d; j++) {
      rows[at + j] /= positions.length;
    }
  }

  private static void most(float[] all, int first, int[] positions, double[] rows, int at, int d) {
    for (int j = 0; j < d; j++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int position : positions) {
        most = Math.max(most, all[(first + position) * d + j]); // a NaN stays one
      }
      rows[at + j] = most;
    }
  }
}

package vitrine.interp.compare;

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
final class Reader {
  private final Model model;
  private final Plan plan;
  private final List<String> names = new ArrayList<>();

  /**
   * A reader of one site in every block.
   *
   * @param site as in {@code resid_post}; of the residual stream the embeddings come first
   */
  Reader(Model model, String site) {
    this.model = model;
    Plan reads = Plan.of(model.architecture());
    if (site.equals("resid_post")) {
      reads = reads.read(Site.embedOut());
    }
    Site blocks = Site.parse("blocks.*." + site);
    List<Axis> axes = model.architecture().axes(blocks.target());
    if (axes.size() < 3 || axes.get(1) != Axis.POSITION || !blocks.equals(blocks.whole())) {
      throw new InputException(
          "compare: --site: %s: has no vector a token; expected a whole site of tokens, as resid_post, attn_out, mlp.post"
              .formatted(site));
    }
    this.plan = reads.read(blocks);
    for (Site each : plan.reads()) {
      each.expand(model.architecture()).forEach(one -> names.add(one.name()));
    }
  }

  Plan plan() {
    return plan;
  }

  Model model() {
    return model;
  }

  /** d of each layer. */
  int[] widths() {
    return plan.reads().stream()
        .flatMap(site -> site.expand(model.architecture()).stream())
        .mapToInt(site -> Math.toIntExact(model.architecture().shape(site.target(), 1, 1).size()))
        .toArray();
  }

  /** One a layer, as sites are named. */
  List<String> names() {
    return names;
  }

  /**
   * The rows of some passages, of every layer: (rows,d) each.
   *
   * @param passages run as one batch
   */
  List<Table> read(List<Encoded> passages) {
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
  record Table(int columns, double[] values) {
    int rows() {
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
      for (int[] positions : passages.get(b).rows()) {
        for (int position : positions) {
          int from = (b * batch.length() + position) * d;
          for (int j = 0; j < d; j++) {
            rows[at + j] += all[from + j];
          }
        }
        for (int j = 0; j < d; j++) {
          rows[at + j] /= positions.length;
        }
        at += d;
      }
    }
    return new Table(d, rows);
  }
}

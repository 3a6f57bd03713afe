package vitrine.interp.saliency;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.kernels.Shape;

/** One target of one model: its value, and its gradient, wherever they are asked for. */
final class Evaluation {
  /** Under this name edits find values that exist in memory alone. */
  private static final Path POINTS = Path.of("saliency");

  /** Larger batches are no faster. */
  private static final int MOST_AT_ONCE = 16;

  private final Model model;
  private final Target target;
  private final long seed;
  private final long bytes;

  /**
   * @param bytes of a batch of runs at most
   */
  Evaluation(Model model, Target target, long seed, long bytes) {
    this.model = model;
    this.target = target;
    this.seed = seed;
    this.bytes = bytes;
  }

  /**
   * What a run gives at a site.
   *
   * @param value of the target
   * @param at the site's numbers, (T,..) row-major
   * @param gradient likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // read once
  record Point(double value, float[] at, float[] gradient) {}

  /** What takes the gradients of many points, in their order. */
  @FunctionalInterface
  interface Visitor {
    void point(int index, double value, float[] gradient);
  }

  Architecture architecture() {
    return model.architecture();
  }

  Target target() {
    return target;
  }

  /** The same of another target. */
  Evaluation of(Target other) {
    return new Evaluation(model, other, seed, bytes);
  }

  /** The target alone. */
  Plan plan() {
    return target.on(Plan.of(architecture()).seed(seed), architecture());
  }

  /** Value and gradient of a text as it is. */
  Point at(Example example, Site site) {
    try (Trace trace = model.run(plan().read(site).gradient(site), Inputs.of(example))) {
      return new Point(
          trace.loss().orElseThrow(), trace.value(site).toArray(), trace.gradient(site).toArray());
    }
  }

  /**
   * What stands at a site.
   *
   * @param embedded the tokens' vectors in place of the text's own, (T,D); null for those
   */
  float[] read(Example example, Site site, float @Nullable [] embedded) {
    Plan plan = Plan.of(architecture()).read(site).seed(seed);
    StoredValues stored = new StoredValues();
    if (embedded != null) {
      plan = from(plan, stored, Site.embed(), List.of(embedded), example);
    }
    try (Trace trace = model.run(plan, Inputs.of(example), stored)) {
      return trace.value(site).toArray();
    }
  }

  /**
   * The target of many texts.
   *
   * @param examples of equal length
   */
  double[] values(List<Example> examples) {
    double[] values = new double[examples.size()];
    if (values.length == 0) {
      return values;
    }
    int most = fitting(plan(), examples.getFirst(), values.length);
    for (int first = 0; first < values.length; first += most) {
      List<Example> now = examples.subList(first, Math.min(values.length, first + most));
      try (Trace trace = model.run(plan(), Inputs.batch(now))) {
        for (int i = 0; i < now.size(); i++) {
          values[first + i] = trace.exampleLosses().get(i).loss();
        }
      }
    }
    return values;
  }

  /** The target of a text with other values at a site, (T,..). */
  double value(Example example, Site site, float[] at) {
    StoredValues stored = new StoredValues();
    Plan plan = from(plan(), stored, site, List.of(at), example);
    try (Trace trace = model.run(plan, Inputs.of(example), stored)) {
      return trace.loss().orElseThrow();
    }
  }

  /**
   * Value and gradient of a text with other values at a site, many times over.
   *
   * @param count of points
   * @param at gives the values of a point, (T,..)
   */
  void gradients(Example example, Site site, int count, IntFunction<float[]> at, Visitor visitor) {
    int most = fitting(plan().read(site).gradient(site), example, count);
    for (int first = 0; first < count; first += most) {
      int end = Math.min(count, first + most);
      List<float[]> points = new ArrayList<>();
      for (int i = first; i < end; i++) {
        points.add(at.apply(i));
      }
      StoredValues stored = new StoredValues();
      Plan plan = from(plan(), stored, site, points, example).gradient(site);
      Inputs inputs = Inputs.batch(Collections.nCopies(points.size(), example));
      try (Trace trace = model.run(plan, inputs, stored)) {
        float[] all = trace.gradient(site).toArray();
        int each = all.length / points.size();
        for (int i = 0; i < points.size(); i++) {
          float[] own = new float[each];
          System.arraycopy(all, i * each, own, 0, each);
          visitor.point(first + i, trace.exampleLosses().get(i).loss(), own);
        }
      }
    }
  }

  /** The plan with values of memory put in at a site: as if another run had left them. */
  private Plan from(
      Plan plan, StoredValues stored, Site site, List<float[]> points, Example example) {
    Shape shape = architecture().shape(site.target(), points.size(), example.ids().length);
    int each = points.getFirst().length;
    float[] all = new float[Math.multiplyExact(points.size(), each)];
    for (int i = 0; i < points.size(); i++) {
      System.arraycopy(points.get(i), 0, all, i * each, each);
    }
    stored.keep(POINTS, site, shape, all);
    return plan.edit(site, Edit.from(POINTS));
  }

  /** How many runs of a text fit into one batch. */
  private int fitting(Plan plan, Example example, int wanted) {
    long one = model.forecast(plan, Inputs.of(example), Saving.KEEP).peakBytes();
    return (int) Math.clamp(bytes / Math.max(1, one), 1L, Math.min(wanted, MOST_AT_ONCE));
  }
}

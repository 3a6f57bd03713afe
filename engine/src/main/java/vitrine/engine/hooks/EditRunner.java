package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/** Carries out edits: takes the box that an edit means, changes it, puts it back. */
final class EditRunner {
  private final Run run;

  /** Scores as they were before a mean, which left out the masked ones: the way back does too. */
  private final IdentityHashMap<EditStep, Tensor> averaged = new IdentityHashMap<>();

  /** What entered blocks that are passed by. */
  private final IdentityHashMap<EditStep, Tensor> entered = new IdentityHashMap<>();

  /** Gradients of what left them, on their way to where it entered. */
  private final IdentityHashMap<EditStep, Tensor> passing = new IdentityHashMap<>();

  EditRunner(Run run) {
    this.run = run;
  }

  /**
   * Keeps what enters a block until it is passed by.
   *
   * @param step the edit of what leaves it
   */
  void enters(EditStep step, Tensor value) {
    run.pin(value);
    entered.put(step, value);
  }

  /** Adds to the gradient of what enters a block the part that went past it. */
  Tensor arrives(EditStep step, Tensor d) {
    Tensor past = passing.remove(step);
    return past == null ? d : run.sum(d, past);
  }

  /**
   * @param layer any number for a site outside the blocks
   * @param value the whole tensor of the site
   * @return the edited one: the same tensor, or another where a read keeps that one
   */
  Tensor apply(EditStep step, int layer, Tensor value) {
    if (step.edit() instanceof Edit.Mean && step.site().target() == Tap.SCORES) {
      averaged.put(step, run.save("attn.scores before their mean", layer, value));
    }
    Tensor target = run.writable(value);
    if (step.isWhole()) {
      change(step, target, target);
      return target;
    }
    Region region = step.region(target.shape());
    Tensor box = run.allocate(region.shape(target.shape()));
    run.kernels().slice(target, region, box);
    change(step, target, box);
    run.kernels().assign(target, region, box);
    run.release(box);
    return target;
  }

  /**
   * @param whole the site's tensor
   * @param box the part to change; the same tensor when it is everything
   */
  private void change(EditStep step, Tensor whole, Tensor box) {
    Kernels kernels = run.kernels();
    switch (step.edit()) {
      case Edit.Zero zero -> kernels.fill(box, 0f);
      case Edit.SetValue set -> kernels.fill(box, set.value());
      case Edit.Scale scale -> scale(step, scale.factor(), box);
      case Edit.Mean mean -> mean(step, whole, box);
      case Edit.Uniform uniform -> replace(box, uniform(step.region(whole.shape()), whole.shape()));
      case Edit.MeanFile file -> replace(box, step.values(whole.shape()));
      case Edit.SetFile file -> replace(box, step.values(whole.shape()));
      case Edit.From from -> replace(box, step.values(whole.shape()));
      case Edit.AddFile file -> add(box, step.values(whole.shape()));
      case Edit.Noise noise ->
          add(
              box,
              new NoiseSource(run.plan().plan().seed(), step.site(), noise.sigma())
                  .values(step.region(whole.shape()), whole.shape()));
      case Edit.Skip skip -> skip(step, whole.shape(), box);
      case Edit.Resample resample -> resample(resample.donors(), box);
      case Edit.Custom custom -> custom.function().apply(box, new Context(run, step.site()));
    }
  }

  private void skip(EditStep step, Shape whole, Tensor box) {
    Tensor before = Objects.requireNonNull(entered.remove(step));
    run.kernels().slice(before, step.region(whole), box);
    run.letGo(before);
  }

  private void resample(List<Integer> donors, Tensor box) {
    Tensor before = run.allocate(box.shape());
    run.kernels().copy(box, before);
    run.kernels().gather(before, rows(donors, box.shape()), box);
    run.release(before);
  }

  /** Rows of a box of which each example takes those of another. */
  private static int[] rows(List<Integer> donors, Shape box) {
    int each = box.rows() / donors.size();
    return IntStream.range(0, box.rows())
        .map(row -> donors.get(row / each) * each + row % each)
        .toArray();
  }

  private void replace(Tensor box, float[] values) {
    Tensor uploaded = run.kernels().upload(run.workspace(), box.shape(), values);
    run.kernels().copy(uploaded, box);
    run.release(uploaded);
  }

  private void add(Tensor box, float[] values) {
    Tensor uploaded = run.kernels().upload(run.workspace(), box.shape(), values);
    run.kernels().add(box, uploaded, box);
    run.release(uploaded);
  }

  /**
   * Masked scores are no numbers to be scaled: minus infinity stays, also where the factor is not
   * positive.
   */
  private void scale(EditStep step, float factor, Tensor box) {
    if (step.site().target() != Tap.SCORES || factor > 0) {
      run.kernels().scale(box, factor, box);
      return;
    }
    float[] values = box.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] == Float.NEGATIVE_INFINITY ? values[i] : values[i] * factor;
    }
    replace(box, values);
  }

  private void mean(EditStep step, Tensor whole, Tensor box) {
    Tensor means = run.allocate(whole.shape());
    run.kernels().meanOver(whole, averagedAxis(step), realPositions(), means);
    run.kernels().slice(means, step.region(whole.shape()), box);
    run.release(means);
  }

  private static int averagedAxis(EditStep step) {
    Axis axis = step.axes().contains(Axis.QUERY) ? Axis.QUERY : Axis.POSITION;
    return step.axes().indexOf(axis);
  }

  private boolean[] realPositions() {
    Batch batch = run.batch();
    boolean[] real = new boolean[batch.batch() * batch.length()];
    for (int i = 0; i < real.length; i++) {
      real[i] = batch.real(i / batch.length(), i % batch.length());
    }
    return real;
  }

  // ---- backward ----

  /**
   * What an edit does to a gradient: a constant stops it, a factor scales it, a mean spreads it.
   *
   * @param d with respect to the edited value; the whole tensor of the site
   * @return with respect to the value before the edit
   */
  Tensor applyBackward(EditStep step, Tensor d) {
    return switch (step.edit()) {
      case Edit.AddFile _, Edit.Noise _ -> d;
      case Edit.Zero _,
          Edit.SetValue _,
          Edit.Uniform _,
          Edit.MeanFile _,
          Edit.SetFile _,
          Edit.From _ ->
          changed(step, d, box -> run.kernels().fill(box, 0f));
      case Edit.Scale scale ->
          changed(step, d, box -> run.kernels().scale(box, scale.factor(), box));
      case Edit.Mean _ -> meanBackward(step, d);
      case Edit.Skip _ -> skipBackward(step, d);
      case Edit.Resample resample ->
          changed(step, d, box -> resampleBackward(resample.donors(), box));
      case Edit.Custom custom -> {
        EditFunction derivative = custom.function().derivative().orElseThrow();
        yield changed(step, d, box -> derivative.apply(box, new Context(run, step.site())));
      }
    };
  }

  /** What was passed by has no gradient; what entered gets it, once the way back is there. */
  private Tensor skipBackward(EditStep step, Tensor d) {
    Region region = step.region(d.shape());
    Tensor past = run.zeros(d.shape());
    Tensor box = run.allocate(region.shape(d.shape()));
    run.kernels().slice(d, region, box);
    run.kernels().assign(past, region, box);
    run.release(box);
    passing.put(step, past);
    return changed(step, d, each -> run.kernels().fill(each, 0f));
  }

  /** Each example gets the gradients of those that took its value. */
  private void resampleBackward(List<Integer> donors, Tensor box) {
    Tensor taken = run.allocate(box.shape());
    run.kernels().copy(box, taken);
    run.kernels().fill(box, 0f);
    run.kernels().gatherBackward(taken, rows(donors, box.shape()), box);
    run.release(taken);
  }

  private Tensor changed(EditStep step, Tensor d, Consumer<Tensor> change) {
    Tensor target = run.writable(d);
    if (step.isWhole()) {
      change.accept(target);
      return target;
    }
    Region region = step.region(target.shape());
    Tensor box = run.allocate(region.shape(target.shape()));
    run.kernels().slice(target, region, box);
    change.accept(box);
    run.kernels().assign(target, region, box);
    run.release(box);
    return target;
  }

  /** Only the box was replaced by means, but they were taken over the whole tensor. */
  private Tensor meanBackward(EditStep step, Tensor d) {
    Kernels kernels = run.kernels();
    Region region = step.region(d.shape());
    Tensor box = run.allocate(region.shape(d.shape()));
    kernels.slice(d, region, box);
    Tensor dMeans = run.zeros(d.shape());
    kernels.assign(dMeans, region, box);
    run.release(box);
    Tensor before = averaged.remove(step);
    Tensor spread = run.allocate(d.shape());
    int axis = averagedAxis(step);
    kernels.meanOverBackward(
        before == null ? dMeans : before, axis, realPositions(), dMeans, spread);
    run.letGo(before);
    run.release(dMeans);
    return run.sum(changed(step, d, each -> kernels.fill(each, 0f)), spread);
  }

  // ---- values ----

  /** 1/n over the n keys that the mask allows each query, for a box of a pattern (B,H,Tq,Tk). */
  private float[] uniform(Region region, Shape shape) {
    AttentionMask mask = run.mask();
    int[] rows = region.indices(0, shape);
    int heads = region.indices(1, shape).length;
    int[] queries = region.indices(2, shape);
    int[] keys = region.indices(3, shape);
    float[] values = new float[rows.length * heads * queries.length * keys.length];
    int at = 0;
    for (int b : rows) {
      int start = at;
      for (int i : queries) {
        int allowed = 0;
        for (int j = 0; j < mask.keys(); j++) {
          allowed += mask.allows(b, i, j) ? 1 : 0;
        }
        for (int j : keys) {
          values[at++] = mask.allows(b, i, j) ? 1f / allowed : 0f;
        }
      }
      float[] oneHead = Arrays.copyOfRange(values, start, at);
      for (int h = 1; h < heads; h++) {
        System.arraycopy(oneHead, 0, values, at, oneHead.length);
        at += oneHead.length;
      }
    }
    return values;
  }

  /** What a custom edit may know. */
  private record Context(Run run, Site site) implements EditContext {
    @Override
    public Kernels kernels() {
      return run.kernels();
    }

    @Override
    public Workspace workspace() {
      return run.workspace();
    }

    @Override
    public Architecture architecture() {
      return run.plan().architecture();
    }

    @Override
    public int batch() {
      return run.batch().batch();
    }

    @Override
    public int length() {
      return run.batch().length();
    }

    @Override
    public boolean isReal(int example, int position) {
      return run.batch().real(example, position);
    }

    @Override
    public long seed() {
      return run.plan().plan().seed();
    }
  }
}

package vitrine.engine.hooks;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * One forward pass as the layers see it: the backend, the run's memory, the mask, and the taps.
 *
 * <p>A tap that the plan does not ask for costs one look-up and gives back what it was given. One
 * that it does ask for applies the edits, then keeps the value for the reads; whatever is kept is
 * never written to or released by the layers that follow. Used by one thread.
 */
public final class Run {
  private final Kernels kernels;
  private final Workspace workspace;
  private final CompiledPlan plan;
  private final Batch batch;
  private final AttentionMask mask;
  private final EditRunner edits;
  private final Set<Tensor> kept = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Site, Tensor> values = new LinkedHashMap<>();

  /**
   * @param workspace where activations come from; the caller closes it
   * @param mask of this pass: with a cache, more keys than the batch has positions
   */
  public Run(
      Kernels kernels, Workspace workspace, CompiledPlan plan, Batch batch, AttentionMask mask) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.plan = plan;
    this.batch = batch;
    this.mask = mask;
    this.edits = new EditRunner(this);
  }

  public Kernels kernels() {
    return kernels;
  }

  public AttentionMask mask() {
    return mask;
  }

  Workspace workspace() {
    return workspace;
  }

  CompiledPlan plan() {
    return plan;
  }

  Batch batch() {
    return batch;
  }

  // ---- taps ----

  /**
   * Whether the plan asks for anything there.
   *
   * @param layer the block; any number for a tap outside the blocks
   */
  public boolean taps(Tap tap, int layer) {
    return actions(tap, layer) != null;
  }

  /**
   * Offers a value to the plan.
   *
   * @param value of the tap's shape; the run owns it from here
   * @return what flows on: the value, or an edited one in its place
   */
  public Tensor tap(Tap tap, int layer, Tensor value) {
    Actions actions = actions(tap, layer);
    if (actions == null) {
      return value;
    }
    Tensor current = value;
    for (EditStep step : actions.edits()) {
      current = edits.apply(step, current);
    }
    for (ReadStep step : actions.reads()) {
      values.put(step.site(), keep(step, current));
    }
    return current;
  }

  private @Nullable Actions actions(Tap tap, int layer) {
    return tap.perBlock() ? plan.at(tap, layer) : plan.at(tap);
  }

  private Tensor keep(ReadStep step, Tensor value) {
    if (step.isWhole()) {
      kept.add(value);
      return value;
    }
    var region = step.region(value.shape());
    Tensor part = workspace.allocate(region.shape(value.shape()));
    kernels.slice(value, region, part);
    return part;
  }

  /** What the reads have kept so far, by their sites. */
  Map<Site, Tensor> values() {
    return values;
  }

  // ---- memory ----

  public Tensor allocate(Shape shape) {
    return workspace.allocate(shape);
  }

  public Tensor allocate(int... dims) {
    return workspace.allocate(dims);
  }

  /** Gives memory back, unless a read keeps the tensor. */
  public void release(Tensor tensor) {
    if (!kept.contains(tensor)) {
      workspace.release(tensor);
    }
  }

  /**
   * A tensor of this shape to write a result into: the given one, which is not needed any more, or
   * a new one if it is kept.
   */
  public Tensor reuse(Tensor tensor) {
    return kept.contains(tensor) ? workspace.allocate(tensor.shape()) : tensor;
  }

  /** a + b; both are released, or one of them becomes the result. */
  public Tensor sum(Tensor a, Tensor b) {
    Tensor out = reuse(b);
    kernels.add(a, b, out);
    release(a);
    return out;
  }

  /**
   * A tensor with the same numbers that may be written to: the given one, or a copy if it is kept.
   */
  Tensor writable(Tensor tensor) {
    if (!kept.contains(tensor)) {
      return tensor;
    }
    Tensor copy = workspace.allocate(tensor.shape());
    kernels.copy(tensor, copy);
    return copy;
  }
}

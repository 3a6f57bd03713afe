package vitrine.engine.hooks;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * One forward pass, and the backward pass after it where one is wanted, as the layers see them: the
 * backend, the run's memory, the mask, and the taps.
 *
 * <p>A tap that the plan does not ask for costs one look-up and gives back what it was given. One
 * that it does ask for applies the edits, then keeps the value for the reads; whatever is kept is
 * never written to or released by the layers that follow. On the way back {@link #tapBackward}
 * keeps the gradients and takes them through the edits. Used by one thread.
 *
 * <p>Several plans may pass through the layers as one run ({@link Variants}): its taps hand each
 * plan its own rows.
 */
public final class Run {
  private final Kernels kernels;
  private final Workspace workspace;
  private final CompiledPlan plan;
  private final Batch batch;
  private final AttentionMask mask;
  private final @Nullable Differentiation differentiation;
  private final Dropout.@Nullable Keyed dropout;
  private final EditRunner edits;
  private final @Nullable Variants variants;
  private final Pins pins = new Pins();
  private final Map<Site, Tensor> values = new LinkedHashMap<>();
  private final Map<Site, Tensor> gradients = new LinkedHashMap<>();
  private final LinkedHashMap<String, Long> saved = new LinkedHashMap<>();
  private final Set<Tensor> counted = Collections.newSetFromMap(new IdentityHashMap<>());
  private Phase phase = Phase.FORWARD;
  private long replayed;

  private enum Phase {
    FORWARD,
    /** A block's second forward: its reads are already kept, its caches are wanted now. */
    REPLAY
  }

  /**
   * A forward pass.
   *
   * @param workspace where activations come from; the caller closes it
   * @param mask of this pass: with a cache, more keys than the batch has positions
   */
  public Run(
      Kernels kernels, Workspace workspace, CompiledPlan plan, Batch batch, AttentionMask mask) {
    this(kernels, workspace, plan, batch, mask, null, null);
  }

  /**
   * A forward pass, and a backward pass after it.
   *
   * @param differentiation null for none
   * @param dropout of training; null for none
   */
  public Run(
      Kernels kernels,
      Workspace workspace,
      CompiledPlan plan,
      Batch batch,
      AttentionMask mask,
      @Nullable Differentiation differentiation,
      Dropout.@Nullable Keyed dropout) {
    this(kernels, workspace, plan, batch, mask, differentiation, dropout, null);
  }

  /** The forward passes of variants as one; what plans ask is theirs. */
  Run(Kernels kernels, Workspace workspace, CompiledPlan nothing, Batch all, Variants variants) {
    this(
        kernels,
        workspace,
        nothing,
        all,
        all.mask(nothing.architecture().causality()),
        null,
        null,
        variants);
  }

  private Run(
      Kernels kernels,
      Workspace workspace,
      CompiledPlan plan,
      Batch batch,
      AttentionMask mask,
      @Nullable Differentiation differentiation,
      Dropout.@Nullable Keyed dropout,
      @Nullable Variants variants) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.plan = plan;
    this.batch = batch;
    this.mask = mask;
    this.differentiation = differentiation;
    this.dropout = dropout;
    this.edits = new EditRunner(this);
    this.variants = variants;
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
    return variants == null ? actions(tap, layer) != null : variants.taps(tap, layer);
  }

  /**
   * Offers a value to the plan.
   *
   * @param value of the tap's shape; the run owns it from here
   * @return what flows on: the value, or an edited one in its place
   */
  public Tensor tap(Tap tap, int layer, Tensor value) {
    if (variants != null) {
      return variants.tap(this, tap, layer, value);
    }
    Actions actions = actions(tap, layer);
    if (actions == null) {
      return value;
    }
    Tensor current = value;
    for (EditStep step : actions.edits()) {
      current = edits.apply(step, layer, current);
    }
    if (phase == Phase.FORWARD) {
      for (ReadStep step : actions.reads()) {
        values.put(step.site(), keep(step, current));
      }
    }
    for (EditStep step : actions.skips()) {
      edits.enters(step, current);
    }
    return current;
  }

  /**
   * Takes a gradient past a tap, backward: keeps it for the plan (it is the gradient with respect
   * to the edited value, the one that reads see), then brings it through the edits.
   *
   * @param d of the tap's shape; the run owns it from here
   * @return the gradient with respect to the value before its edits
   */
  public Tensor tapBackward(Tap tap, int layer, Tensor d) {
    Actions actions = actions(tap, layer);
    if (actions == null) {
      return d;
    }
    Tensor current = d;
    for (EditStep step : actions.skips()) {
      current = edits.arrives(step, current);
    }
    for (ReadStep step : actions.gradients()) {
      gradients.put(step.site(), keep(step, current));
    }
    for (EditStep step : actions.edits().reversed()) {
      current = edits.applyBackward(step, current);
    }
    return current;
  }

  @Nullable Actions actions(Tap tap, int layer) {
    return tap.perBlock() ? plan.at(tap, layer) : plan.at(tap);
  }

  private Tensor keep(ReadStep step, Tensor value) {
    if (step.isWhole()) {
      pins.add(value);
      return value;
    }
    Region region = step.region(value.shape());
    Tensor part = workspace.allocate(region.shape(value.shape()));
    kernels.slice(value, region, part);
    return part;
  }

  /** What the reads have kept so far, by their sites. */
  Map<Site, Tensor> values() {
    return values;
  }

  /** The gradients kept so far, by their sites. */
  Map<Site, Tensor> gradients() {
    return gradients;
  }

  // ---- what the backward pass needs ----

  /**
   * Whether a part of the model is run backward: then it takes the steps whose values it will need.
   *
   * @param depth a layer, {@link Differentiation#EMBEDDINGS} or {@link Differentiation#HEAD}
   */
  public boolean differentiates(int depth) {
    return differentiation != null && depth >= differentiation.lowest();
  }

  /** Where the gradients of parameters go; null when none are wanted. */
  public @Nullable Gradients parameterGradients() {
    return differentiation == null ? null : differentiation.parameters();
  }

  /**
   * Keeps a value for the backward pass, if this part of the model has one; {@link #letGo} gives it
   * back.
   *
   * @param name what it is, for the account of memory
   * @return the value
   */
  public Tensor save(String name, int depth, Tensor value) {
    if (savesNow(depth)) {
      pins.add(value);
      count(path(name, depth), value);
    }
    return value;
  }

  /**
   * As {@link #save}, for what only the gradients of parameters need; null when none are wanted.
   */
  public @Nullable Tensor saveForParameters(String name, int depth, Tensor value) {
    return parameterGradients() == null ? null : save(name, depth, value);
  }

  private boolean savesNow(int depth) {
    return differentiates(depth) && (!recomputes(depth) || phase == Phase.REPLAY);
  }

  /** Whether a block is to keep its input only, and be run forward again before its backward. */
  public boolean recomputes(int depth) {
    return differentiation != null
        && differentiation.saving() == Saving.RECOMPUTE
        && differentiates(depth)
        && depth != Differentiation.EMBEDDINGS
        && depth != Differentiation.HEAD;
  }

  /** Keeps the input of a block that will be run forward again. */
  public void saveInput(int layer, Tensor x) {
    pins.add(x);
    count(path("input", layer), x);
  }

  /** Runs a block forward again, keeping now what its backward pass needs. */
  public <T> T replay(Supplier<T> forward) {
    phase = Phase.REPLAY;
    replayed = 0;
    T result = forward.get();
    phase = Phase.FORWARD;
    saved.merge("one block, run again", replayed, Math::max);
    return result;
  }

  private void count(String name, Tensor value) {
    long bytes = value.shape().size() * Float.BYTES;
    if (!counted.add(value)) {
      return;
    }
    if (phase == Phase.REPLAY) {
      replayed += bytes; // of one block at a time
    } else {
      saved.merge(name, bytes, Long::sum);
    }
  }

  private static String path(String name, int depth) {
    return switch (depth) {
      case Differentiation.EMBEDDINGS -> "embeddings." + name;
      case Differentiation.HEAD -> "head." + name;
      default -> "blocks." + depth + "." + name;
    };
  }

  /** The account of what was kept for the backward pass. */
  public SavedMemory saved() {
    return new SavedMemory(saved);
  }

  /** Ends {@link #save}: the backward pass has used the value; null is fine. */
  public void letGo(@Nullable Tensor value) {
    if (value != null) {
      pins.remove(value);
      release(value);
    }
  }

  /** Protects a tensor that is needed again: nobody writes to it until {@link #unpin}. */
  public void pin(Tensor tensor) {
    pins.add(tensor);
  }

  /** Ends {@link #pin}; the tensor is the caller's again. */
  public void unpin(Tensor tensor) {
    pins.remove(tensor);
  }

  // ---- dropout ----

  /** Whether elements are dropped there. */
  public boolean drops(Dropout.Place place) {
    return dropout != null && dropout.rates().at(place) > 0;
  }

  /**
   * Drops elements; the backward pass is the same call on the gradient.
   *
   * @param x the run owns it from here
   * @return x, or what is left of it
   */
  public Tensor dropout(Dropout.Place place, int layer, Tensor x) {
    if (dropout == null || dropout.rates().at(place) == 0) {
      return x;
    }
    Tensor out = reuse(x);
    kernels.dropout(x, dropout.rates().at(place), dropout.key(place, layer), out);
    return out;
  }

  // ---- memory ----

  public Tensor allocate(Shape shape) {
    return workspace.allocate(shape);
  }

  public Tensor allocate(int... dims) {
    return workspace.allocate(dims);
  }

  /** A new tensor of these numbers. */
  public Tensor upload(Shape shape, float... values) {
    return kernels.upload(workspace, shape, values);
  }

  /** A new tensor of zeros. */
  public Tensor zeros(Shape shape) {
    Tensor tensor = workspace.allocate(shape);
    kernels.fill(tensor, 0f);
    return tensor;
  }

  /** Gives memory back, unless something keeps the tensor. */
  public void release(Tensor tensor) {
    if (!pins.holds(tensor)) {
      counted.remove(tensor);
      workspace.release(tensor);
    }
  }

  /** Gives memory back, unless the result was written into that very tensor. */
  @SuppressWarnings("ReferenceEquality") // two tensors are never equal in any other sense
  public void releaseUnless(Tensor tensor, Tensor result) {
    if (tensor != result) {
      release(tensor);
    }
  }

  /**
   * A tensor of this shape to write a result into: the given one, which is not needed any more, or
   * a new one if it is kept.
   */
  public Tensor reuse(Tensor tensor) {
    return pins.holds(tensor) ? workspace.allocate(tensor.shape()) : tensor;
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
    if (!pins.holds(tensor)) {
      return tensor;
    }
    Tensor copy = workspace.allocate(tensor.shape());
    kernels.copy(tensor, copy);
    return copy;
  }
}

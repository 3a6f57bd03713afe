package vitrine.engine.models;

import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Run;
import vitrine.engine.layers.KeyValueCache;
import vitrine.engine.layers.TaskHead;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * One text being decoded: feed it tokens, get the logits of what comes next. Keys and values of the
 * past are kept, so each call costs its own positions only.
 */
public final class Decoder implements AutoCloseable {
  private final Model model;
  private final TaskHead.NextToken head;
  private final CompiledPlan nothing;
  private final Workspace workspace;
  private final KeyValueCache cache;

  Decoder(Model model, TaskHead.NextToken head, CompiledPlan nothing, int capacity) {
    this.model = model;
    this.head = head;
    this.nothing = nothing;
    this.workspace = model.kernels().workspace();
    try {
      this.cache = cache(model, workspace, capacity);
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    }
  }

  private static KeyValueCache cache(Model model, Workspace workspace, int capacity) {
    return new KeyValueCache(
        model.kernels(),
        workspace,
        model.architecture().layers(),
        1,
        capacity,
        model.architecture().heads(),
        model.architecture().dHead());
  }

  /** How many tokens have been fed. */
  public int length() {
    return cache.length();
  }

  /** Bytes that the cache and the activations hold at most. */
  public long peakBytes() {
    return workspace.peakBytes();
  }

  /**
   * Adds tokens to the text.
   *
   * @return the logits after the last of them, (V)
   * @throws InputException when an id is outside the vocabulary or the text outgrows the positions
   */
  public float[] feed(int... ids) {
    int length = cache.length() + ids.length;
    if (length > cache.capacity()) {
      throw new InputException(
          "generate: "
              + length
              + " tokens; expected at most "
              + cache.capacity()
              + " positions. Give a shorter text.");
    }
    model.door().enter();
    try {
      return logits(ids, length);
    } finally {
      model.door().leave();
    }
  }

  private float[] logits(int[] ids, int length) {
    Batch batch = Batch.of(new Inputs(List.of(Example.of(ids))), model.architecture(), 0);
    AttentionMask mask =
        new AttentionMask(1, ids.length, length, AttentionMask.Causality.CAUSAL, null);
    Run run = new Run(model.kernels(), workspace, nothing, batch, mask);
    Tensor hidden = Pass.decode(model.parts(), run, batch, cache);
    cache.advance(ids.length);
    Tensor logits = head.forwardRows(run, hidden, new int[] {ids.length - 1});
    float[] values = logits.toArray();
    run.release(hidden);
    run.release(logits);
    return values;
  }

  @Override
  public void close() {
    workspace.close();
  }
}

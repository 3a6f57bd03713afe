package vitrine.engine.models;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.layers.Block;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * The residual stream of a run without a plan, as it enters every block: what plans that touch
 * nothing below a block have in common. Made by {@link Model#prefix(Inputs)}; owns its memory;
 * {@link #sweep} may be called by many threads, and one that has begun ends in peace when this is
 * closed.
 */
public final class Prefix implements AutoCloseable {
  private final Model model;
  private final Batch batch;
  private final int first;
  private final List<Tensor> streams;
  private final long bytes;
  private final Door door;

  /**
   * What keeping a stream takes.
   *
   * @param kept bytes until it is closed
   * @param peak the most bytes while it is made, those included
   */
  public record Memory(long kept, long peak) {}

  private Prefix(Model model, Batch batch, int first, List<Tensor> streams, Workspace owner) {
    this.model = model;
    this.batch = batch;
    this.first = first;
    this.streams = List.copyOf(streams);
    this.bytes = owner.bytesInUse();
    this.door = new Door("prefix: of " + model.facts().name(), owner::close);
  }

  /**
   * @param on the model's backend, or one that only counts
   */
  static Prefix of(Model model, Kernels on, Inputs inputs, int first) {
    int layers = model.architecture().layers();
    if (first < 0 || first > layers) {
      throw new InputException(
          "prefix: from block " + first + "; expected 0 to " + layers + ", the number of blocks.");
    }
    Batch batch = Batch.of(inputs, model.architecture(), model.facts().padding().orElse(0));
    model.door().enter();
    Workspace kept = on.workspace();
    try (Workspace passing = on.workspace()) {
      CompiledPlan nothing = Plan.empty().compile(model.architecture());
      Run run = new Run(on, passing, nothing, batch, batch.mask(model.architecture().causality()));
      return new Prefix(model, batch, first, streams(model, run, batch, kept, first), kept);
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    } finally {
      model.door().leave();
    }
  }

  private static List<Tensor> streams(
      Model model, Run run, Batch batch, Workspace kept, int first) {
    List<Tensor> streams = new ArrayList<>();
    List<Block> blocks = model.parts().blocks();
    Tensor x =
        model
            .parts()
            .embeddings()
            .forward(run, batch.ids(), batch.typeIds(), batch.batch(), 0)
            .out();
    for (int layer = 0; layer <= blocks.size(); layer++) {
      if (layer >= first) {
        Tensor stream = kept.allocate(x.shape());
        run.kernels().copy(x, stream);
        streams.add(stream);
      }
      if (layer < blocks.size()) {
        x = blocks.get(layer).forward(run, layer, x, null).out();
      }
    }
    return streams;
  }

  /** The inputs as they were run: padded to one length. */
  public Batch batch() {
    return batch;
  }

  /** The lowest block whose stream is kept. */
  public int first() {
    return first;
  }

  /** How much memory is kept. */
  public long bytes() {
    return bytes;
  }

  /**
   * Plans to be run from here, each as if alone ({@link Model#run}), and only as far as it differs.
   *
   * @throws InputException when a plan does not fit the model or the inputs, asks for gradients, or
   *     touches something below {@link #first}
   */
  public Sweep sweep(List<Plan> plans) {
    return new Sweep(this, plans, null, new StoredValues());
  }

  /**
   * As above, and rows of the logits with every plan: what a metric reads, where {@link
   * vitrine.engine.hooks.Site#logits} would be all of them.
   *
   * @throws InputException also when the rows do not fit the inputs, or the model's head scores no
   *     vocabulary
   */
  public Sweep sweep(List<Plan> plans, LogitRows rows) {
    return new Sweep(this, plans, rows, new StoredValues());
  }

  /**
   * As above, with values of other runs in memory, which edits {@code from:NAME} find.
   *
   * @param rows null for none
   */
  public Sweep sweep(List<Plan> plans, @Nullable LogitRows rows, StoredValues stored) {
    return new Sweep(this, plans, rows, stored);
  }

  Model model() {
    return model;
  }

  Door door() {
    return door;
  }

  /** What enters a block, (B,T,D); after the last one for the number of blocks. */
  Tensor stream(int layer) {
    return streams.get(layer - first);
  }

  /** Frees the memory, once the sweeps that are under way have ended; a later one is an error. */
  @Override
  public void close() {
    door.close();
  }
}

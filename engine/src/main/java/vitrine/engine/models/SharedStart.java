package vitrine.engine.models;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Stage;
import vitrine.engine.layers.Block;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * What the variants of a group have in common beside the residual stream that enters their block:
 * the block's steps before the first in which any of them asks for something.
 *
 * @param stage the step that they begin with
 * @param begun what the steps before it have made of the batch; null before the first
 */
record SharedStart(Stage stage, Block.@Nullable Begun begun) {
  /** Nothing but the stream. */
  static final SharedStart NONE = new SharedStart(Stage.MIX, null);

  /**
   * Computes it.
   *
   * @param kernels the model's backend, or one that only counts
   * @param owner of what is kept
   * @param start a block, or what stands for what is below or above them
   */
  static SharedStart of(
      Prefix prefix, Kernels kernels, Workspace owner, int start, CompiledPlan one) {
    Model.Parts parts = prefix.model().parts();
    if (start < 0 || start >= parts.blocks().size()) {
      return NONE;
    }
    Stage stage = one.firstStage(start);
    if (stage == Stage.MIX) {
      return NONE;
    }
    Batch batch = prefix.batch();
    Run run =
        new Run(
            kernels,
            owner,
            Plan.empty().compile(parts.architecture()),
            batch,
            batch.mask(parts.architecture().causality()));
    Tensor stream = prefix.stream(start);
    Tensor x = owner.allocate(stream.shape());
    kernels.copy(stream, x); // the block owns what it is given
    Block block = parts.blocks().get(start);
    Block.Begun begun = block.mix(run, start, x, null).out();
    return new SharedStart(
        stage, stage == Stage.MIDDLE ? begun : block.middle(run, start, begun).out());
  }

  /** The block's other steps, for variants that are run together. */
  Tensor finish(Block block, Run together, int layer, Block.Begun begun, int times) {
    Block.Begun all =
        new Block.Begun(
            repeated(together, begun.stream(), times), repeated(together, begun.inside(), times));
    Block.Begun activated = stage == Stage.MIDDLE ? block.middle(together, layer, all).out() : all;
    return block.end(together, layer, activated).out();
  }

  /** A tensor so many times over, one after the other along its first axis. */
  static Tensor repeated(Run together, Tensor tensor, int times) {
    int rows = tensor.shape().rows();
    int[] dims = tensor.shape().toArray();
    dims[0] *= times;
    Tensor all = together.allocate(Shape.of(dims));
    int[] from = IntStream.range(0, rows * times).map(row -> row % rows).toArray();
    together.kernels().gather(tensor, from, all);
    return all;
  }
}

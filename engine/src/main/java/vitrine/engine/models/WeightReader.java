package vitrine.engine.models;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.EmbeddingTable;
import vitrine.engine.layers.Linear;
import vitrine.engine.layers.TaskHead;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * Gives a model's weights in the layout of the weight sites, whatever the file's and the backend's
 * are.
 */
final class WeightReader {
  private final Model.Parts parts;
  private final Kernels kernels;
  private final Workspace owner;

  /**
   * @param owner of the tensors that are made for reading
   */
  WeightReader(Model.Parts parts, Kernels kernels, Workspace owner) {
    this.parts = parts;
    this.kernels = kernels;
    this.owner = owner;
  }

  /**
   * A weight in its site's shape; the plan has checked that the model has it.
   *
   * @param layer the block; ignored outside blocks
   */
  Tensor read(WeightSite site, int layer) {
    Shape shape = parts.architecture().shape(site, 1, 1);
    return switch (site) {
      case W_E -> tokens(parts.embeddings().tokens());
      case W_POS -> parts.embeddings().positions();
      case W_TYPE -> there(parts.embeddings().segments(), site);
      case EMBED_LN_W -> there(parts.embeddings().norm(), site).gamma();
      case EMBED_LN_B -> there(parts.embeddings().norm(), site).beta();
      case LN_FINAL_W -> there(parts.last(), site).gamma();
      case LN_FINAL_B -> there(parts.last(), site).beta();
      case W_U -> unpack(unembed().weight(), shape);
      case B_U -> there(unembed().bias(), site);
      case LN1_W, LN1_B, LN2_W, LN2_B -> norm(site, parts.blocks().get(layer));
      case W_Q, W_K, W_V, W_O, B_Q, B_K, B_V, B_O, W_IN, B_IN, W_OUT, B_OUT ->
          inBlock(site, parts.blocks().get(layer), shape);
    };
  }

  private Tensor tokens(EmbeddingTable table) {
    return switch (table) {
      case EmbeddingTable.Own own -> own.rows();
      case EmbeddingTable.Tied tied -> {
        Weight matrix = tied.matrix();
        Tensor rows = owner.allocate(matrix.out(), matrix.in());
        kernels.unpack(matrix, Weight.Layout.OUT_IN, Into.REPLACE, rows);
        yield rows;
      }
    };
  }

  private static Tensor norm(WeightSite site, Block block) {
    return switch (site) {
      case LN1_W -> block.ln1().gamma();
      case LN1_B -> block.ln1().beta();
      case LN2_W -> block.ln2().gamma();
      default -> block.ln2().beta();
    };
  }

  private Tensor inBlock(WeightSite site, Block block, Shape shape) {
    return switch (site) {
      case W_Q -> byHead(block.attention().query().weight(), shape);
      case W_K -> byHead(block.attention().key().weight(), shape);
      case W_V -> byHead(block.attention().value().weight(), shape);
      case W_O -> unpack(block.attention().output().weight(), shape);
      case W_IN -> unpack(block.mlp().in().weight(), shape);
      case W_OUT -> unpack(block.mlp().out().weight(), shape);
      case B_Q -> bias(block.attention().query(), shape, site);
      case B_K -> bias(block.attention().key(), shape, site);
      case B_V -> bias(block.attention().value(), shape, site);
      case B_O -> there(block.attention().output().bias(), site);
      case B_IN -> there(block.mlp().in().bias(), site);
      default -> there(block.mlp().out().bias(), site);
    };
  }

  private Linear unembed() {
    return switch (parts.head()) {
      case TaskHead.NextToken next -> next.unembed();
      case TaskHead.MaskedToken masked -> masked.unembed();
      case TaskHead.Pretraining both -> both.masked().unembed();
      case TaskHead.None none -> throw absent(WeightSite.W_U);
      case TaskHead.LastToken last -> throw absent(WeightSite.W_U);
      case TaskHead.Pooled pooled -> throw absent(WeightSite.W_U);
      case TaskHead.EachToken each -> throw absent(WeightSite.W_U);
      case TaskHead.Span span -> throw absent(WeightSite.W_U);
    };
  }

  private Tensor unpack(Weight weight, Shape shape) {
    Tensor matrix = owner.allocate(weight.in(), weight.out());
    kernels.unpack(weight, Weight.Layout.IN_OUT, Into.REPLACE, matrix);
    if (matrix.shape().equals(shape)) {
      return matrix;
    }
    Tensor out = owner.allocate(shape); // W_O, whose rows its site splits by head
    kernels.copy(matrix, out);
    owner.release(matrix);
    return out;
  }

  /** (H*K) to (H,K). */
  private Tensor bias(Linear linear, Shape shape, WeightSite site) {
    Tensor out = owner.allocate(shape);
    kernels.copy(there(linear.bias(), site), out);
    return out;
  }

  /** (D,H*K) to (H,D,K). */
  private Tensor byHead(Weight weight, Shape shape) {
    int h = shape.dim(0);
    int d = shape.dim(1);
    int k = shape.dim(2);
    float[] joined = weight.toArray();
    float[] split = new float[joined.length];
    for (int head = 0; head < h; head++) {
      for (int row = 0; row < d; row++) {
        System.arraycopy(joined, (row * h + head) * k, split, (head * d + row) * k, k);
      }
    }
    return kernels.upload(owner, shape, split);
  }

  private static <T> T there(@Nullable T value, WeightSite site) {
    if (value == null) {
      throw absent(site);
    }
    return value;
  }

  /** Not bad input: the plan is checked against the architecture before anything runs. */
  private static IllegalStateException absent(WeightSite site) {
    return new IllegalStateException("weights: " + site.path() + ": not in this model");
  }
}

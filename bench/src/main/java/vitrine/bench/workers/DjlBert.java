package vitrine.bench.workers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.SparseFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** BERT without a head in PyTorch's operators. */
final class DjlBert extends DjlModel {
  private static final String EMBEDDINGS = "bert.embeddings.";

  DjlBert(Path directory, NDManager owner) {
    super(directory, owner);
  }

  @Override
  NDArray run(NDManager run, int[][] ids, Work.Rows rows, @Nullable DjlCache cache) {
    int length = ids[0].length;
    NDArray types = DjlEngine.ids(run, new int[1][length]);
    NDArray sum =
        embed(DjlEngine.ids(run, ids), weight(run, EMBEDDINGS + "word_embeddings.weight"))
            .addi(embed(types, weight(run, EMBEDDINGS + "token_type_embeddings.weight")))
            .addi(
                embed(
                    positions(run, 0, length),
                    weight(run, EMBEDDINGS + "position_embeddings.weight")));
    NDArray x = norm(run, sum, EMBEDDINGS + "LayerNorm", epsilon("layer_norm_eps"));
    for (int layer = 0; layer < size("num_hidden_layers"); layer++) {
      x = block(run, x, "bert.encoder.layer." + layer + ".");
    }
    return x;
  }

  private NDArray block(NDManager run, NDArray x, String name) {
    float eps = epsilon("layer_norm_eps");
    int heads = size("num_attention_heads");
    String self = name + "attention.self.";
    NDArray mixed =
        attend(
            split(dense(run, x, self + "query"), heads),
            split(dense(run, x, self + "key"), heads),
            split(dense(run, x, self + "value"), heads),
            null);
    NDArray attended = dense(run, mixed, name + "attention.output.dense").addi(x);
    NDArray middle = norm(run, attended, name + "attention.output.LayerNorm", eps);
    NDArray inner = dense(run, middle, name + "intermediate.dense").getNDArrayInternal().gelu();
    NDArray out = dense(run, inner, name + "output.dense").addi(middle);
    return norm(run, out, name + "output.LayerNorm", eps);
  }

  private NDArray dense(NDManager run, NDArray x, String name) {
    return linear(x, weight(run, name + ".weight"), weight(run, name + ".bias"));
  }

  private static NDArray embed(NDArray ids, NDArray table) {
    return table.getNDArrayInternal().embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
  }
}

package vitrine.bench.workers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** GPT-2 in PyTorch's operators. */
final class DjlGpt2 extends DjlModel {
  private static final String PREFIX = "transformer.";

  /** Of the tanh approximation (Hendrycks and Gimpel 2016), as transformers' gelu_new has it. */
  private static final double ROOT = Math.sqrt(2 / Math.PI);

  private static final double CUBIC = 0.044715;

  DjlGpt2(Path directory, NDManager owner) {
    super(directory, owner);
  }

  @Override
  NDArray run(NDManager run, int[][] ids, Work.Rows rows, @Nullable DjlCache cache) {
    int length = ids[0].length;
    int past = cache == null ? 0 : cache.length();
    NDArray table = weight(run, PREFIX + "wte.weight");
    NDArray x =
        embed(DjlEngine.ids(run, ids), table)
            .addi(embed(positions(run, past, length), weight(run, PREFIX + "wpe.weight")));
    @Nullable NDArray mask = length == 1 ? null : causal(run, length, past);
    for (int layer = 0; layer < size("n_layer"); layer++) {
      x = block(run, x, PREFIX + "h." + layer + ".", mask, cache);
    }
    if (cache != null) {
      cache.advance(length);
    }
    NDArray last = norm(run, x, PREFIX + "ln_f", epsilon("layer_norm_epsilon"));
    NDArray wanted = rows == Work.Rows.LAST ? last.get(":, {}:", length - 1) : last;
    return wanted.matMul(table.transpose());
  }

  private NDArray block(
      NDManager run, NDArray x, String name, @Nullable NDArray mask, @Nullable DjlCache cache) {
    float eps = epsilon("layer_norm_epsilon");
    int heads = size("n_head");
    NDArray joined = conv(run, norm(run, x, name + "ln_1", eps), name + "attn.c_attn");
    var parts = joined.split(3, 2);
    NDArray k = split(parts.get(1), heads);
    NDArray v = split(parts.get(2), heads);
    if (cache != null) {
      k = cache.join(name + "k", k);
      v = cache.join(name + "v", v);
    }
    NDArray mixed = attend(split(parts.get(0), heads), k, v, mask);
    NDArray middle = conv(run, mixed, name + "attn.c_proj").addi(x);
    NDArray inner = conv(run, norm(run, middle, name + "ln_2", eps), name + "mlp.c_fc");
    return conv(run, gelu(inner), name + "mlp.c_proj").addi(middle);
  }

  /** Stored (in,out). */
  private NDArray conv(NDManager run, NDArray x, String name) {
    return linear(x, weight(run, name + ".weight").transpose(), weight(run, name + ".bias"));
  }

  private static NDArray gelu(NDArray x) {
    NDArray inner = x.pow(3).muli(CUBIC).addi(x).muli(ROOT).tanh().addi(1);
    return inner.muli(x).muli(0.5);
  }

  private static NDArray embed(NDArray ids, NDArray table) {
    return table.getNDArrayInternal().embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
  }

  /** 0 where a query may look, far below elsewhere: (T,past + T). */
  private static NDArray causal(NDManager run, int length, int past) {
    NDArray queries = run.arange(past, past + length, 1, DataType.INT64).reshape(length, 1);
    NDArray keys = run.arange(0, past + length, 1, DataType.INT64).reshape(1, past + length);
    return keys.gt(queries)
        .toType(DataType.FLOAT32, false)
        .muli(-1e30f)
        .reshape(new Shape(length, past + length));
  }
}

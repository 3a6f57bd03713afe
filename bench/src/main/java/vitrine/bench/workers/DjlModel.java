package vitrine.bench.workers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import vitrine.bench.onnx.OnnxFiles;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/** What both families' graphs have in common. */
abstract sealed class DjlModel permits DjlGpt2, DjlBert {
  private final Map<String, NDArray> weights = new HashMap<>();
  private final JsonNode config;

  DjlModel(Path directory, NDManager owner) {
    config = OnnxFiles.config(directory);
    try (Checkpoint checkpoint = Checkpoints.open(directory)) {
      for (String name : checkpoint.names()) {
        long[] axes = checkpoint.info(name).shape().stream().mapToLong(Long::longValue).toArray();
        weights.put(name, owner.create(checkpoint.floats(name), new Shape(axes)));
      }
    }
  }

  final int size(String key) {
    return config.path(key).asInt();
  }

  final float epsilon(String key) {
    return (float) config.path(key).asDouble();
  }

  /**
   * A forward pass.
   *
   * @param ids (B,T)
   * @param cache of what came before; null for none
   * @return owned by {@code run}
   */
  abstract NDArray run(NDManager run, int[][] ids, Work.Rows rows, @Nullable DjlCache cache);

  /** A weight, for the time of a run: what is computed from it belongs to the run. */
  final NDArray weight(NDManager run, String name) {
    NDArray weight = weights.get(name);
    if (weight == null) {
      throw new IllegalStateException("djl: no tensor " + name);
    }
    NDArray view = weight.stopGradient();
    view.attach(run);
    return view;
  }

  /** x W^T + bias. */
  static NDArray linear(NDArray x, NDArray outIn, NDArray bias) {
    return x.getNDArrayInternal().linear(x, outIn, bias).singletonOrThrow();
  }

  final NDArray norm(NDManager run, NDArray x, String name, float eps) {
    NDArray gamma = weight(run, name + ".weight");
    NDArray beta = weight(run, name + ".bias");
    return x.getNDArrayInternal()
        .layerNorm(x, gamma.getShape(), gamma, beta, eps)
        .singletonOrThrow();
  }

  /** (B,T,H*K) to (B,H,T,K). */
  static NDArray split(NDArray x, int heads) {
    Shape s = x.getShape();
    return x.reshape(s.get(0), s.get(1), heads, s.get(2) / heads).transpose(0, 2, 1, 3);
  }

  /**
   * Mixes values: (B,H,T,K) to (B,T,H*K).
   *
   * @param mask added to the scores; null for none
   */
  static NDArray attend(NDArray q, NDArray k, NDArray v, @Nullable NDArray mask) {
    Shape s = q.getShape();
    NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).muli(1 / Math.sqrt((double) s.get(3)));
    NDArray masked = mask == null ? scores : scores.addi(mask);
    NDArray mixed = masked.softmax(-1).matMul(v);
    return mixed.transpose(0, 2, 1, 3).reshape(s.get(0), s.get(2), s.get(1) * s.get(3));
  }

  /** from, from + 1, …: (1,count). */
  static NDArray positions(NDManager run, int from, int count) {
    return run.arange(from, from + count, 1, DataType.INT64).reshape(1, count);
  }
}

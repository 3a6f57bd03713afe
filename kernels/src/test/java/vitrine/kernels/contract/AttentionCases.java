package vitrine.kernels.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Attention fused and in parts: odd lengths, both causalities, padding on either side, cached keys,
 * NaN in padding.
 */
final class AttentionCases {
  private final Numbers numbers = new Numbers(2017);
  private final List<OpCase> cases = new ArrayList<>();

  private AttentionCases() {}

  static List<OpCase> all() {
    AttentionCases built = new AttentionCases();
    // batch, queries, keys, room, heads, size
    int[][] shapes = {
      {1, 1, 1, 1, 1, 1},
      {2, 3, 3, 3, 2, 5},
      {1, 1, 9, 12, 3, 16},
      {2, 2, 50, 64, 2, 33},
      {3, 7, 7, 7, 2, 17},
      {2, 17, 17, 17, 3, 8},
      {1, 33, 33, 40, 1, 64},
      {2, 5, 49, 49, 2, 48},
      {1, 65, 70, 96, 2, 20},
      {3, 8, 16, 16, 1, 64},
    };
    for (int[] s : shapes) {
      for (Causality causality : Causality.values()) {
        built.add(s, causality, null, "unpadded");
        built.add(s, causality, Numbers.padded(s[0], s[2], Numbers.Side.RIGHT), "padded right");
        built.add(s, causality, Numbers.padded(s[0], s[2], Numbers.Side.LEFT), "padded left");
        built.add(s, causality, new boolean[s[0] * s[2]], "all hidden");
      }
    }
    return built.cases;
  }

  private void add(int[] s, Causality causality, boolean @Nullable [] real, String padding) {
    int batch = s[0];
    int queries = s[1];
    int keys = s[2];
    int room = s[3];
    int heads = s[4];
    int size = s[5];
    float scale = (float) (1 / Math.sqrt(size));
    AttentionMask mask = new AttentionMask(batch, queries, keys, causality, real);
    float[] q = numbers.normal(batch * queries * heads * size);
    float[] k = hidden(numbers.normal(batch * room * heads * size), mask, room, heads * size);
    float[] v = hidden(numbers.normal(batch * room * heads * size), mask, room, heads * size);
    Shape query = Shape.of(batch, queries, heads, size);
    Shape key = Shape.of(batch, room, heads, size);
    Shape square = Shape.of(batch, heads, queries, keys);
    double[] scores = Reference.scores(q, k, mask, room, heads, size, scale);
    double[] pattern = Reference.softmax(scores, keys);
    double[] z = Reference.mix(pattern, v, batch, heads, queries, keys, room, size);
    String label = query + " on " + keys + " of " + room + " keys, " + causality + ", " + padding;
    cases.add(
        new OpCase(
            "attention",
            label,
            (kernels, w) -> {
              Tensor out = w.allocate(query);
              kernels.attention(
                  kernels.upload(w, query, q),
                  kernels.upload(w, key, k),
                  kernels.upload(w, key, v),
                  mask,
                  scale,
                  out);
              return out;
            },
            z,
            Tolerance.ofFunction(size + keys, 2)));
    cases.add(cached("attentionCached", label, q, k, v, query, key, mask, keys, z));
    cases.add(cached("appendKeyValues", label, q, k, v, query, key, mask, 3, z));
    cases.add(
        new OpCase(
            "attentionScores",
            label,
            (kernels, w) -> {
              Tensor out = w.allocate(square);
              kernels.attentionScores(
                  kernels.upload(w, query, q), kernels.upload(w, key, k), mask, scale, out);
              return out;
            },
            scores,
            Tolerance.ofSum(size, 2)));
    float[] finite = numbers.normal(v.length);
    float[] weights = new float[pattern.length];
    double[] widened = new double[pattern.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) pattern[i];
      widened[i] = weights[i];
    }
    cases.add(
        new OpCase(
            "attentionMix",
            label,
            (kernels, w) -> {
              Tensor out = w.allocate(query);
              kernels.attentionMix(
                  kernels.upload(w, square, weights), kernels.upload(w, key, finite), out);
              return out;
            },
            Reference.mix(widened, finite, batch, heads, queries, keys, room, size),
            Tolerance.ofSum(keys, 2)));
  }

  /** Attention to a cache that grew by so many positions at a time. */
  private static OpCase cached(
      String op,
      String label,
      float[] q,
      float[] k,
      float[] v,
      Shape query,
      Shape key,
      AttentionMask mask,
      int each,
      double[] z) {
    int size = key.dim(3);
    return new OpCase(
        op,
        label,
        (kernels, w) -> {
          Tensor keys = kernels.upload(w, key, k);
          Tensor values = kernels.upload(w, key, v);
          KeyValues past = kernels.keyValues(w, key.dim(0), key.dim(1), key.dim(2), size);
          for (int t = 0; t < mask.keys(); t += each) {
            int[] positions = IntStream.range(t, Math.min(t + each, mask.keys())).toArray();
            Region part = Region.all(4).with(1, positions);
            Tensor someKeys = w.allocate(part.shape(key));
            Tensor someValues = w.allocate(part.shape(key));
            kernels.slice(keys, part, someKeys);
            kernels.slice(values, part, someValues);
            kernels.appendKeyValues(someKeys, someValues, t, past);
          }
          Tensor out = w.allocate(query);
          float scale = (float) (1 / Math.sqrt(size));
          kernels.attentionCached(kernels.upload(w, query, q), past, mask, scale, out);
          return out;
        },
        z,
        Tolerance.ofFunction(size + mask.keys(), 2));
  }

  /** NaN wherever no query may look: it must not show in any result. */
  static float[] hidden(float[] x, AttentionMask mask, int room, int width) {
    boolean[] real = mask.real();
    for (int i = 0; i < x.length; i++) {
      int b = i / (room * width);
      int t = i / width % room;
      if (t >= mask.keys() || (real != null && !real[b * mask.keys() + t])) {
        x[i] = Float.NaN;
      }
    }
    return x;
  }
}

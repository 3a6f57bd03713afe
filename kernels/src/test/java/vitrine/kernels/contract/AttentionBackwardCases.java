package vitrine.kernels.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.contract.Cases.Result;

/**
 * Attention's gradients, fused and in parts: odd lengths, both causalities, padding on either side,
 * queries that see nothing, room beyond the keys; NaN wherever nothing may be read.
 */
final class AttentionBackwardCases {
  private final Numbers numbers = new Numbers(2018);
  private final Cases cases = new Cases();

  private AttentionBackwardCases() {}

  static List<OpCase> all() {
    AttentionBackwardCases built = new AttentionBackwardCases();
    // batch, queries, keys, room, heads, size
    int[][] shapes = {
      {1, 1, 1, 1, 1, 1},
      {2, 3, 3, 3, 2, 5},
      {1, 9, 9, 9, 3, 16},
      {2, 50, 50, 50, 2, 33},
      {3, 7, 7, 7, 2, 17},
      {2, 17, 17, 17, 3, 8},
      {1, 33, 33, 33, 1, 64},
      {1, 65, 65, 65, 2, 20},
      {3, 16, 16, 16, 1, 64},
      {1, 1, 9, 12, 3, 16},
      {2, 5, 49, 64, 2, 48},
    };
    for (int[] s : shapes) {
      for (Causality causality : Causality.values()) {
        built.add(s, causality, null, "unpadded");
        built.add(s, causality, Numbers.padded(s[0], s[2], Numbers.Side.RIGHT), "padded right");
        built.add(s, causality, Numbers.padded(s[0], s[2], Numbers.Side.LEFT), "padded left");
        built.add(s, causality, new boolean[s[0] * s[2]], "all hidden");
      }
    }
    return built.cases.list();
  }

  private void add(int[] s, Causality causality, boolean @Nullable [] real, String padding) {
    AttentionMask mask = new AttentionMask(s[0], s[1], s[2], causality, real);
    int room = s[3];
    int heads = s[4];
    int size = s[5];
    Shape query = Shape.of(s[0], s[1], heads, size);
    Shape key = Shape.of(s[0], room, heads, size);
    String label = query + " on " + s[2] + " of " + room + " keys, " + causality + ", " + padding;
    if (s[1] == room) {
      fused(query, mask, label);
    }
    scores(query, key, mask, label);
    mix(query, key, mask, label);
  }

  private void fused(Shape shape, AttentionMask mask, String label) {
    int room = shape.dim(1);
    int heads = shape.dim(2);
    int size = shape.dim(3);
    float scale = (float) (1 / Math.sqrt(size));
    float[] q = numbers.normal((int) shape.size());
    float[] k = AttentionCases.hidden(numbers.normal(q.length), mask, room, heads * size);
    float[] v = AttentionCases.hidden(numbers.normal(q.length), mask, room, heads * size);
    float[] dOut = numbers.normal(q.length);
    double[] scores = Reference.scores(q, k, mask, room, heads, size, scale);
    double[] pattern = Reference.softmax(scores, mask.keys());
    double[] dPattern = BackwardReference.ofPattern(dOut, v, mask, room, heads, size);
    double[] dScores = BackwardReference.softmax(pattern, dPattern, mask.keys());
    Tolerance tolerance = Tolerance.ofFunction(size + 2L * mask.keys(), 4);
    cases.add(
        "attentionBackward",
        label,
        (kernels, w) -> {
          Tensor dQ = Cases.blank(kernels, w, shape);
          Tensor dK = Cases.blank(kernels, w, shape);
          Tensor dV = Cases.blank(kernels, w, shape);
          kernels.attentionBackward(
              kernels.upload(w, shape, q),
              kernels.upload(w, shape, k),
              kernels.upload(w, shape, v),
              mask,
              scale,
              kernels.upload(w, shape, dOut),
              dQ,
              dK,
              dV);
          return new Tensor[] {dQ, dK, dV};
        },
        new Result(
            "dQ",
            BackwardReference.ofQueries(dScores, k, mask, scale, room, heads, size),
            tolerance),
        new Result(
            "dK", BackwardReference.ofKeys(dScores, q, mask, scale, room, heads, size), tolerance),
        new Result(
            "dV", BackwardReference.ofKeys(pattern, dOut, mask, 1, room, heads, size), tolerance));
  }

  private void scores(Shape query, Shape key, AttentionMask mask, String label) {
    int room = key.dim(1);
    int heads = key.dim(2);
    int size = key.dim(3);
    float scale = (float) (1 / Math.sqrt(size));
    float[] q = numbers.normal((int) query.size());
    float[] k = AttentionCases.hidden(numbers.normal((int) key.size()), mask, room, heads * size);
    Shape square = Shape.of(mask.batch(), heads, mask.queries(), mask.keys());
    float[] dScores = numbers.normal((int) square.size());
    for (int at = 0; at < dScores.length; at++) {
      int b = at / (heads * mask.queries() * mask.keys());
      if (!Reference.sees(mask, b, at / mask.keys() % mask.queries(), at % mask.keys())) {
        dScores[at] = Float.NaN;
      }
    }
    double[] widened = Reference.widen(dScores);
    Tolerance tolerance = Tolerance.ofSum(mask.keys(), 2 * Math.sqrt(mask.keys()));
    cases.add(
        "attentionScoresBackward",
        label,
        (kernels, w) -> {
          Tensor dQ = Cases.blank(kernels, w, query);
          Tensor dK = Cases.blank(kernels, w, key);
          kernels.attentionScoresBackward(
              kernels.upload(w, square, dScores),
              kernels.upload(w, query, q),
              kernels.upload(w, key, k),
              mask,
              scale,
              dQ,
              dK);
          return new Tensor[] {dQ, dK};
        },
        new Result(
            "dQ",
            BackwardReference.ofQueries(widened, k, mask, scale, room, heads, size),
            tolerance),
        new Result(
            "dK", BackwardReference.ofKeys(widened, q, mask, scale, room, heads, size), tolerance));
  }

  /** Here no pair is masked; only what lies beyond the keys must not be read. */
  private void mix(Shape query, Shape key, AttentionMask masked, String label) {
    int room = key.dim(1);
    int heads = key.dim(2);
    int size = key.dim(3);
    AttentionMask all =
        new AttentionMask(
            masked.batch(), masked.queries(), masked.keys(), Causality.BIDIRECTIONAL, null);
    Shape square = Shape.of(all.batch(), heads, all.queries(), all.keys());
    float[] pattern = numbers.normal((int) square.size());
    float[] v = AttentionCases.hidden(numbers.normal((int) key.size()), all, room, heads * size);
    float[] dOut = numbers.normal((int) query.size());
    for (int at = 0; at < pattern.length; at++) {
      int b = at / (heads * all.queries() * all.keys());
      if (!Reference.sees(masked, b, at / all.keys() % all.queries(), at % all.keys())) {
        pattern[at] = 0;
      }
    }
    cases.add(
        "attentionMixBackward",
        label,
        (kernels, w) -> {
          Tensor dPattern = Cases.blank(kernels, w, square);
          Tensor dV = Cases.blank(kernels, w, key);
          kernels.attentionMixBackward(
              kernels.upload(w, square, pattern),
              kernels.upload(w, key, v),
              kernels.upload(w, query, dOut),
              dPattern,
              dV);
          return new Tensor[] {dPattern, dV};
        },
        new Result(
            "dPattern",
            BackwardReference.ofPattern(dOut, v, all, room, heads, size),
            Tolerance.ofSum(size, 2 * Math.sqrt(size))),
        new Result(
            "dV",
            BackwardReference.ofKeys(Reference.widen(pattern), dOut, all, 1, room, heads, size),
            Tolerance.ofSum(all.queries(), 2 * Math.sqrt(all.queries()))));
  }
}

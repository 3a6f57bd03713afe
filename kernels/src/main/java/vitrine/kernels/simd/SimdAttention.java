package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.SlabPool;
import vitrine.kernels.host.Workers;

/**
 * Attention, head by head, as two small products.
 *
 * <p>Keys (turned) and values of each head are packed into panels once; then blocks of queries go
 * to the workers, and each takes a strip of queries at a time through scores, softmax and mix in a
 * strip of memory that stays in the cache. Scores of (T,T) never exist, and a causal strip stops at
 * its last visible key.
 *
 * <p>Every score is one chain of multiply-adds over the head's elements, every mixed element one
 * over the keys, and {@link #attention}, {@link #scores} with {@link #mix}, and the path for few
 * queries (decoding, where packing would cost more than it saves) all use the same chains: they
 * agree to the bit.
 */
final class SimdAttention {
  private static final int STRIP = 12;

  /** Queries a task. */
  private static final int BLOCK = 36;

  /** Fewer queries than this are not worth packing keys for. */
  private static final int FEW = 4;

  private final Workers workers;
  private final Scratch scratch;

  SimdAttention(Workers workers, Scratch scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  // ---- the three ops ----

  void attention(
      HostTensor q, HostTensor k, HostTensor v, AttentionMask mask, float scale, HostTensor out) {
    Heads query = Heads.of(q);
    Heads key = Heads.of(k);
    Heads value = Heads.of(v);
    Heads result = Heads.of(out);
    if (mask.queries() < FEW) {
      workers.forEach(
          mask.batch() * query.heads(),
          task -> {
            int b = task / query.heads();
            int h = task % query.heads();
            fewQueries(query, key, value, mask, scale, result, b, h);
          });
      return;
    }
    HeadPanels keys = new HeadPanels(mask.batch(), query.heads(), query.size(), mask.keys());
    HeadPanels values = new HeadPanels(mask.batch(), query.heads(), mask.keys(), query.size());
    SlabPool.Slab slab = scratch.take(keys.bytes() + values.bytes());
    try {
      long memory = slab.address();
      long valuesAt = memory + keys.bytes();
      workers.forEach(
          mask.batch() * query.heads(),
          task -> {
            int b = task / query.heads();
            int h = task % query.heads();
            keys.turn(key, b, h, memory);
            values.fill(value, b, h, mask, valuesAt);
          });
      int blocks = blocks(mask.queries());
      workers.forEach(
          mask.batch() * query.heads() * blocks,
          task -> {
            int head = task / blocks;
            Product.Matrix kT = keys.matrix(memory, head);
            Product.Matrix vs = values.matrix(valuesAt, head);
            // The last queries see the most keys: first come the longest tasks.
            int block = blocks - 1 - task % blocks;
            queryBlock(
                query,
                kT,
                vs,
                mask,
                scale,
                result,
                head / query.heads(),
                head % query.heads(),
                block);
          });
    } finally {
      scratch.giveBack(slab);
    }
  }

  void scores(HostTensor q, HostTensor k, AttentionMask mask, float scale, HostTensor out) {
    Heads query = Heads.of(q);
    Heads key = Heads.of(k);
    HeadPanels keys = new HeadPanels(mask.batch(), query.heads(), query.size(), mask.keys());
    SlabPool.Slab slab = scratch.take(keys.bytes());
    try {
      long memory = slab.address();
      long to = out.address();
      long row = 4L * mask.keys();
      workers.forEach(
          mask.batch() * query.heads(),
          head -> {
            int b = head / query.heads();
            int h = head % query.heads();
            keys.turn(key, b, h, memory);
            long at = (long) head * mask.queries() * row;
            Product.run(
                scratch,
                new Product.Matrix(query.at(b, 0, h), query.stride()),
                mask.queries(),
                keys.matrix(memory, head),
                query.size(),
                Product.Ending.REPLACE,
                new Product.Matrix(to + at, row),
                mask.keys());
            for (int i = 0; i < mask.queries(); i++) {
              int end = mask.end(i);
              scaleAndHide(to + at + i * row, end, mask, b, scale);
              Rows.fill(to + at + i * row + 4L * end, mask.keys() - end, Float.NEGATIVE_INFINITY);
            }
          });
    } finally {
      scratch.giveBack(slab);
    }
  }

  void mix(HostTensor pattern, HostTensor v, HostTensor out) {
    Heads value = Heads.of(v);
    Heads result = Heads.of(out);
    int batch = pattern.shape().dim(0);
    int queries = pattern.shape().dim(2);
    int keys = pattern.shape().dim(3);
    HeadPanels values = new HeadPanels(batch, value.heads(), keys, value.size());
    SlabPool.Slab slab = scratch.take(values.bytes());
    try {
      long memory = slab.address();
      long from = pattern.address();
      workers.forEach(
          batch * value.heads(),
          head -> {
            int b = head / value.heads();
            int h = head % value.heads();
            values.fill(value, b, h, null, memory);
            long row = 4L * keys;
            Product.run(
                scratch,
                new Product.Matrix(from + (long) head * queries * row, row),
                queries,
                values.matrix(memory, head),
                keys,
                Product.Ending.REPLACE,
                new Product.Matrix(result.at(b, 0, h), result.stride()),
                value.size());
          });
    } finally {
      scratch.giveBack(slab);
    }
  }

  // ---- many queries ----

  private static int blocks(int queries) {
    return (queries + BLOCK - 1) / BLOCK;
  }

  private void queryBlock(
      Heads query,
      Product.Matrix keys,
      Product.Matrix values,
      AttentionMask mask,
      float scale,
      Heads result,
      int b,
      int h,
      int block) {
    long row = 4L * Product.WIDTH * Product.panels(mask.keys());
    SlabPool.Slab slab = scratch.take(STRIP * row);
    try {
      long strip = slab.address();
      int end = Math.min((block + 1) * BLOCK, mask.queries());
      for (int i = block * BLOCK; i < end; i += STRIP) {
        int rows = Math.min(STRIP, end - i);
        Product.Matrix x = new Product.Matrix(query.at(b, i, h), query.stride());
        Product.Matrix s = new Product.Matrix(strip, row);
        Product.Matrix z = new Product.Matrix(result.at(b, i, h), result.stride());
        weights(x, keys, query.size(), mask, scale, b, i, rows, s);
        mixStrip(s, values, mask, i, rows, z, query.size());
      }
    } finally {
      scratch.giveBack(slab);
    }
  }

  /**
   * Attention weights of queries {@code i} until {@code i + rows}; beyond a query's last key
   * nothing is written.
   */
  private void weights(
      Product.Matrix q,
      Product.Matrix keys,
      int size,
      AttentionMask mask,
      float scale,
      int b,
      int i,
      int rows,
      Product.Matrix strip) {
    int end = mask.end(i + rows - 1);
    Product.run(
        scratch,
        q,
        rows,
        keys,
        size,
        Product.Ending.REPLACE,
        strip,
        Product.panels(end) * Product.WIDTH);
    for (int r = 0; r < rows; r++) {
      long at = strip.at() + r * strip.stride();
      scaleAndHide(at, mask.end(i + r), mask, b, scale);
      Rows.softmax(at, mask.end(i + r), at);
    }
  }

  /**
   * z = weights times values: first over the keys that all queries of the strip see, then each
   * query's own.
   */
  private void mixStrip(
      Product.Matrix strip,
      Product.Matrix values,
      AttentionMask mask,
      int i,
      int rows,
      Product.Matrix z,
      int size) {
    int common = mask.end(i);
    Product.run(scratch, strip, rows, values, common, Product.Ending.REPLACE, z, size);
    for (int r = 1; r < rows; r++) {
      for (int j = common; j < mask.end(i + r); j++) {
        float weight = Memory.get(strip.at() + r * strip.stride() + 4L * j);
        for (int panel = 0; panel < Product.panels(size); panel++) {
          int column = panel * Product.WIDTH;
          Rows.addScaled(
              values.at() + panel * values.stride() + 4L * j * Product.WIDTH,
              Math.min(Product.WIDTH, size - column),
              weight,
              z.at() + r * z.stride() + 4L * column);
        }
      }
    }
  }

  /** x = scale x, and minus infinity at padding. */
  private static void scaleAndHide(long x, int n, AttentionMask mask, int b, float scale) {
    boolean[] real = mask.real();
    if (real == null) {
      Rows.scale(x, n, scale, x);
      return;
    }
    FloatVector hidden = Lanes.all(Float.NEGATIVE_INFINITY);
    int flags = b * mask.keys();
    for (int j = 0; j < n; j += COUNT) {
      VectorMask<Float> inside = Lanes.until(j, n);
      VectorMask<Float> seen =
          j + COUNT <= n
              ? VectorMask.fromArray(Lanes.SPECIES, real, flags + j)
              : VectorMask.fromArray(
                  Lanes.SPECIES,
                  java.util.Arrays.copyOfRange(real, flags + j, flags + j + COUNT),
                  0);
      FloatVector s = load(x + 4L * j, inside).mul(scale);
      store(hidden.blend(s, seen), x + 4L * j, inside);
    }
  }

  // ---- few queries ----

  private void fewQueries(
      Heads query,
      Heads key,
      Heads value,
      AttentionMask mask,
      float scale,
      Heads result,
      int b,
      int h) {
    SlabPool.Slab slab = scratch.take(Rows.padded(mask.keys()));
    try {
      long row = slab.address();
      for (int i = 0; i < mask.queries(); i++) {
        int end = mask.end(i);
        dots(query, query.at(b, i, h), key, key.at(b, 0, h), end, row);
        scaleAndHide(row, end, mask, b, scale);
        Rows.softmax(row, end, row);
        mixRow(row, end, mask, b, value, value.at(b, 0, h), result.at(b, i, h));
      }
    } finally {
      scratch.giveBack(slab);
    }
  }

  /** out[j] = q k[j]: four keys at a time, so that four chains of multiply-adds overlap. */
  private static void dots(Heads query, long q, Heads key, long firstKey, int keys, long out) {
    long stride = key.stride();
    for (int j = 0; j < keys; j += 4) {
      long k0 = firstKey + j * stride;
      long k1 = firstKey + Math.min(j + 1, keys - 1) * stride;
      long k2 = firstKey + Math.min(j + 2, keys - 1) * stride;
      long k3 = firstKey + Math.min(j + 3, keys - 1) * stride;
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (int c = 0; c < query.size(); c++) {
        float a = Memory.get(q + 4L * c);
        s0 = Math.fma(Memory.get(k0 + 4L * c), a, s0);
        s1 = Math.fma(Memory.get(k1 + 4L * c), a, s1);
        s2 = Math.fma(Memory.get(k2 + 4L * c), a, s2);
        s3 = Math.fma(Memory.get(k3 + 4L * c), a, s3);
      }
      Memory.set(out + 4L * j, s0);
      Memory.set(out + 4L * Math.min(j + 1, keys - 1), s1);
      Memory.set(out + 4L * Math.min(j + 2, keys - 1), s2);
      Memory.set(out + 4L * Math.min(j + 3, keys - 1), s3);
    }
  }

  private static void mixRow(
      long weights, int keys, AttentionMask mask, int b, Heads value, long firstValue, long out) {
    boolean[] real = mask.real();
    for (int c = 0; c < value.size(); c += COUNT) {
      VectorMask<Float> inside = Lanes.until(c, value.size());
      FloatVector sum = Lanes.zero();
      for (int j = 0; j < keys; j++) {
        if (real == null || real[b * mask.keys() + j]) {
          FloatVector v = load(firstValue + j * value.stride() + 4L * c, inside);
          sum = v.fma(Lanes.broadcast(weights + 4L * j), sum);
        }
      }
      store(sum, out + 4L * c, inside);
    }
  }
}

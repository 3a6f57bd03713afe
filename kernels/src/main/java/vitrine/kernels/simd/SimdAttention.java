package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.host.HostKeyValues;
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
    HeadPanels keys = new HeadPanels(mask.batch(), query.heads(), query.size(), mask.keys());
    SlabPool.Slab slab = scratch.take(keys.bytes());
    try {
      long memory = slab.address();
      workers.forEach(mask.batch() * query.heads(), head -> turn(key, keys, head, memory));
      manyQueries(query, keys, memory, Heads.of(v), mask, scale, Heads.of(out));
    } finally {
      scratch.giveBack(slab);
    }
  }

  /** Packs the keys of one head. */
  private void turn(Heads key, HeadPanels keys, int head, long memory) {
    SlabPool.Slab slab = scratch.take(Turn.SCRATCH);
    try {
      keys.turn(key, head / key.heads(), head % key.heads(), memory, slab.address());
    } finally {
      scratch.giveBack(slab);
    }
  }

  void append(HostTensor k, HostTensor v, int position, HostKeyValues past) {
    Heads key = Heads.of(k);
    Heads value = Heads.of(v);
    Heads values = Heads.ofValues(past);
    HeadPanels keys = panels(past);
    long memory = past.keys().address();
    workers.forEach(
        past.batch() * past.heads(),
        head -> {
          int b = head / past.heads();
          int h = head % past.heads();
          SlabPool.Slab slab = scratch.take(Turn.SCRATCH);
          try {
            keys.turn(key, b, h, position, key.tokens(), memory, slab.address());
          } finally {
            scratch.giveBack(slab);
          }
          for (int t = 0; t < value.tokens(); t++) {
            Memory.copy(value.at(b, t, h), values.at(b, position + t, h), values.stride());
          }
        });
  }

  private static HeadPanels panels(HostKeyValues past) {
    return new HeadPanels(past.batch(), past.heads(), past.size(), past.capacity());
  }

  void cached(HostTensor q, HostKeyValues past, AttentionMask mask, float scale, HostTensor out) {
    Heads query = Heads.of(q);
    Heads values = Heads.ofValues(past);
    Heads result = Heads.of(out);
    HeadPanels keys = panels(past);
    long memory = past.keys().address();
    if (mask.queries() < FEW) {
      workers.forEach(
          mask.batch() * query.heads(),
          head -> fewQueries(query, keys.matrix(memory, head), values, mask, scale, result, head));
    } else {
      manyQueries(query, keys, memory, values, mask, scale, result);
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
            turn(key, keys, head, memory);
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

  /** With packed keys; packs the values. */
  private void manyQueries(
      Heads query,
      HeadPanels keys,
      long keysAt,
      Heads value,
      AttentionMask mask,
      float scale,
      Heads result) {
    int heads = query.heads();
    HeadPanels values = new HeadPanels(mask.batch(), heads, mask.keys(), query.size());
    SlabPool.Slab slab = scratch.take(values.bytes());
    try {
      long valuesAt = slab.address();
      workers.forEach(
          mask.batch() * heads,
          head -> values.fill(value, head / heads, head % heads, mask, valuesAt));
      int blocks = blocks(mask.queries());
      workers.forEach(
          mask.batch() * heads * blocks,
          task -> {
            int head = task / blocks;
            Product.Matrix kT = keys.matrix(keysAt, head);
            Product.Matrix vs = values.matrix(valuesAt, head);
            // The last queries see the most keys: first come the longest tasks.
            int block = blocks - 1 - task % blocks;
            queryBlock(query, kT, vs, mask, scale, result, head / heads, head % heads, block);
          });
    } finally {
      scratch.giveBack(slab);
    }
  }

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
   * Attention weights of queries {@code i} until {@code i + rows}. Beyond a query's last key there
   * may be anything, and is nothing to be read.
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
      int n = mask.end(i + r);
      scaleAndHide(at, n, mask, b, scale);
      // Up to whole vectors: minus infinity changes neither the largest nor the sum, and the ragged
      // end of a softmax is slow (its exponentials are not inlined a second time).
      int whole = Lanes.whole(n + COUNT - 1);
      for (int j = n; j < whole; j++) {
        Memory.set(at + 4L * j, Float.NEGATIVE_INFINITY);
      }
      Rows.softmax(at, whole, at);
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

  /** With packed keys, and values as they lie: packing them would cost more than it saves. */
  private void fewQueries(
      Heads query,
      Product.Matrix keys,
      Heads value,
      AttentionMask mask,
      float scale,
      Heads result,
      int head) {
    int b = head / query.heads();
    int h = head % query.heads();
    SlabPool.Slab slab = scratch.take(Product.ROW * Product.panels(mask.keys()));
    try {
      Product.Matrix row = new Product.Matrix(slab.address(), 0);
      Product.Matrix values = new Product.Matrix(value.at(b, 0, h), value.stride());
      for (int i = 0; i < mask.queries(); i++) {
        Product.Matrix q = new Product.Matrix(query.at(b, i, h), 0);
        weights(q, keys, query.size(), mask, scale, b, i, 1, row);
        mixRow(row.at(), values, mask, b, i, query.size(), result.at(b, i, h));
      }
    } finally {
      scratch.giveBack(slab);
    }
  }

  /** out = weights times values, one chain over the keys an element. */
  private static void mixRow(
      long weights, Product.Matrix v, AttentionMask mask, int b, int i, int size, long out) {
    int keys = mask.end(i);
    boolean[] real = mask.real();
    int c = 0;
    for (; real == null && c + 4 * COUNT <= size; c += 4 * COUNT) {
      mixFour(weights, keys, v.at() + 4L * c, v.stride(), out + 4L * c);
    }
    for (; c < size; c += COUNT) {
      VectorMask<Float> inside = Lanes.until(c, size);
      mixOne(weights, keys, real, b * mask.keys(), v.from(0, c), inside, out + 4L * c);
    }
  }

  /** Four vectors of each value: their chains overlap, and a row's cache lines are used at once. */
  private static void mixFour(long weights, int keys, long v, long stride, long out) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = Lanes.zero();
    FloatVector s2 = Lanes.zero();
    FloatVector s3 = Lanes.zero();
    for (int j = 0; j < keys; j++) {
      long at = v + j * stride;
      FloatVector weight = Lanes.broadcast(weights + 4L * j);
      s0 = load(at).fma(weight, s0);
      s1 = load(at + BYTES).fma(weight, s1);
      s2 = load(at + 2L * BYTES).fma(weight, s2);
      s3 = load(at + 3L * BYTES).fma(weight, s3);
    }
    store(s0, out);
    store(s1, out + BYTES);
    store(s2, out + 2L * BYTES);
    store(s3, out + 3L * BYTES);
  }

  /**
   * The lanes of one vector; hidden keys are left out, for a weight of 0 would not silence a NaN.
   */
  private static void mixOne(
      long weights,
      int keys,
      boolean @Nullable [] real,
      int flags,
      Product.Matrix v,
      VectorMask<Float> inside,
      long out) {
    FloatVector sum = Lanes.zero();
    for (int j = 0; j < keys; j++) {
      if (real == null || real[flags + j]) {
        FloatVector value = load(v.at() + j * v.stride(), inside);
        sum = value.fma(Lanes.broadcast(weights + 4L * j), sum);
      }
    }
    store(sum, out, inside);
  }
}

package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Into;
import vitrine.kernels.Precision;
import vitrine.kernels.host.Arithmetic;
import vitrine.kernels.host.BackwardArithmetic;
import vitrine.kernels.host.HostKeyValues;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.HostWeight;
import vitrine.kernels.host.Workers;

/** Cuts each op into tasks by its shape and hands them to the workers. */
final class SimdArithmetic implements Arithmetic {
  private final Workers workers;
  private final Scratch scratch = new Scratch();
  private final Tasks tasks;
  private final SimdAttention attention;
  private final SimdBackward backward;

  SimdArithmetic(int threads) {
    workers = new Workers(threads);
    tasks = new Tasks(workers);
    attention = new SimdAttention(workers, scratch);
    backward = new SimdBackward(tasks, scratch);
  }

  @Override
  public String description() {
    return "Vector API, "
        + Lanes.BYTES * 8
        + "-bit vectors ("
        + COUNT
        + " lanes), "
        + workers.count()
        + (workers.count() == 1 ? " thread" : " threads");
  }

  @Override
  public int panelWidth(int out) {
    return Product.WIDTH;
  }

  @Override
  public void forEach(int tasks, IntConsumer task) {
    workers.forEach(tasks, task);
  }

  // ---- element-wise ----

  @Override
  public void fill(HostTensor x, float value) {
    long to = x.address();
    tasks.stretches(x.shape().size(), (at, n) -> Rows.fill(to + at, n, value));
  }

  @Override
  public void scale(HostTensor x, float factor, HostTensor out) {
    long from = x.address();
    long to = out.address();
    tasks.stretches(x.shape().size(), (at, n) -> Rows.scale(from + at, n, factor, to + at));
  }

  @Override
  public void add(HostTensor a, HostTensor b, HostTensor out) {
    long left = a.address();
    long right = b.address();
    long to = out.address();
    tasks.stretches(a.shape().size(), (at, n) -> Pointwise.add(left + at, right + at, n, to + at));
  }

  @Override
  public void activate(HostTensor x, Activation activation, HostTensor out) {
    long from = x.address();
    long to = out.address();
    tasks.stretches(
        x.shape().size(), (at, n) -> Pointwise.activate(activation, from + at, n, to + at));
  }

  @Override
  public void meanOver(HostTensor x, int axis, boolean[] counts, HostTensor out) {
    Lines lines = Lines.of(x.shape(), axis);
    long from = x.address();
    long to = out.address();
    lines.forEach(
        tasks,
        (at, flags, inside) ->
            meanOfLines(from + at, lines.stride(), lines.length(), counts, flags, inside, to + at));
  }

  /** A vector of neighbouring lines along the axis. */
  private static void meanOfLines(
      long x,
      int stride,
      int length,
      boolean[] counts,
      int flags,
      VectorMask<Float> inside,
      long out) {
    FloatVector sum = Lanes.zero();
    FloatVector n = Lanes.zero();
    for (int t = 0; t < length; t++) {
      if (counts[flags + t]) {
        FloatVector value = load(x + 4L * t * stride, inside);
        VectorMask<Float> counted = value.compare(VectorOperators.NE, Float.NEGATIVE_INFINITY);
        sum = sum.add(value, counted);
        n = n.add(1f, counted);
      }
    }
    FloatVector mean = sum.div(n.max(1f));
    FloatVector masked = all(Float.NEGATIVE_INFINITY);
    for (int t = 0; t < length; t++) {
      FloatVector value = load(x + 4L * t * stride, inside);
      VectorMask<Float> kept = value.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
      store(mean.blend(masked, kept), out + 4L * t * stride, inside);
    }
  }

  // ---- layers ----

  @Override
  public void gatherColumns(HostWeight w, int[] ids, HostTensor out) {
    long panels = w.panels().address();
    long to = out.address();
    int d = w.in();
    tasks.rowRanges(
        ids.length,
        d,
        (first, end) -> {
          for (int i = first; i < end; i++) {
            if (w.precision() == Precision.F32) {
              column(panels + 4 * w.index(0, ids[i]), 4L * w.width(), d, to + 4L * i * d);
            } else {
              NarrowProduct.column(w, ids[i], to + 4L * i * d);
            }
          }
        });
  }

  private static void column(long x, long stride, int n, long to) {
    for (int k = 0; k < n; k++) {
      Memory.set(to + 4L * k, Memory.get(x + k * stride));
    }
  }

  @Override
  public void linear(
      HostTensor x,
      HostWeight w,
      @Nullable HostTensor bias,
      Activation activation,
      HostTensor out) {
    Product.Matrix to = new Product.Matrix(out.address(), 4L * w.out());
    if (w.precision() != Precision.F32) {
      Product.Matrix rows = new Product.Matrix(x.address(), 4L * w.in());
      new NarrowProduct(tasks, scratch, w, 0, w.in())
          .run(rows, Math.toIntExact(x.shape().size() / w.in()), bias, activation, to);
      return;
    }
    Product.Ending ending =
        new Product.Ending(Into.REPLACE, bias == null ? 0 : bias.address(), activation);
    int rows = Math.toIntExact(x.shape().size() / w.in());
    if (rows == 1) {
      RowProduct.run(tasks, scratch, x.address(), w, ending, out.address());
      return;
    }
    Product.Matrix panels = new Product.Matrix(w.panels().address(), 4L * w.in() * w.width());
    new LeftRows(tasks, scratch)
        .forBlocks(
            new Product.Matrix(x.address(), 4L * w.in()),
            rows,
            w.in(),
            w.panelCount(),
            (left, first, count, panel) ->
                new Product(
                        scratch, left, count, panels, w.in(), ending, to.from(first, 0), w.out())
                    .run(panel));
  }

  @Override
  public void layerNorm(
      HostTensor x, HostTensor gamma, HostTensor beta, float eps, HostTensor out) {
    normalizeRows(x, null, gamma, beta, eps, out);
  }

  @Override
  public void addLayerNorm(
      HostTensor a, HostTensor b, HostTensor gamma, HostTensor beta, float eps, HostTensor out) {
    normalizeRows(a, b, gamma, beta, eps, out);
  }

  /**
   * The sum of x and {@code plus} is kept in {@code out}, row by row, before it is normalised
   * there.
   */
  private void normalizeRows(
      HostTensor x,
      @Nullable HostTensor plus,
      HostTensor gamma,
      HostTensor beta,
      float eps,
      HostTensor out) {
    int d = x.columns();
    long a = x.address();
    long b = plus == null ? 0 : plus.address();
    long weight = gamma.address();
    long shift = beta.address();
    long to = out.address();
    long from = plus == null ? a : to;
    tasks.rowRanges(
        x.rows(),
        d,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            long at = 4L * r * d;
            if (plus != null) {
              Pointwise.add(a + at, b + at, d, to + at);
            }
            float mean = Rows.sum(from + at, d) / d;
            float scale = (float) Math.sqrt(Rows.variance(from + at, d, mean) + eps);
            Rows.normalize(from + at, d, mean, scale, weight, shift, to + at);
          }
        });
  }

  @Override
  public void layerNormScale(HostTensor x, float eps, HostTensor out) {
    int d = x.columns();
    long from = x.address();
    long to = out.address();
    tasks.rowRanges(
        x.rows(),
        d,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            float mean = Rows.sum(from + 4L * r * d, d) / d;
            float variance = Rows.variance(from + 4L * r * d, d, mean);
            Memory.set(to + 4L * r, (float) Math.sqrt(variance + eps));
          }
        });
  }

  @Override
  public void layerNormNormalize(HostTensor x, HostTensor scale, HostTensor out) {
    int d = x.columns();
    long from = x.address();
    long divisors = scale.address();
    long to = out.address();
    tasks.rowRanges(
        x.rows(),
        d,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            float mean = Rows.sum(from + 4L * r * d, d) / d;
            float divisor = Memory.get(divisors + 4L * r);
            Pointwise.centre(from + 4L * r * d, d, mean, divisor, to + 4L * r * d);
          }
        });
  }

  @Override
  public void affine(HostTensor x, HostTensor gamma, HostTensor beta, HostTensor out) {
    int d = x.columns();
    long from = x.address();
    long weight = gamma.address();
    long shift = beta.address();
    long to = out.address();
    tasks.rowRanges(
        x.rows(),
        d,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            Pointwise.affine(from + 4L * r * d, d, weight, shift, to + 4L * r * d);
          }
        });
  }

  // ---- attention ----

  @Override
  public void attention(
      HostTensor q, HostTensor k, HostTensor v, AttentionMask mask, float scale, HostTensor out) {
    attention.attention(q, k, v, mask, scale, out);
  }

  @Override
  public void appendKeyValues(HostTensor k, HostTensor v, int position, HostKeyValues past) {
    attention.append(k, v, position, past);
  }

  @Override
  public void attentionCached(
      HostTensor q, HostKeyValues past, AttentionMask mask, float scale, HostTensor out) {
    attention.cached(q, past, mask, scale, out);
  }

  @Override
  public void attentionScores(
      HostTensor q, HostTensor k, AttentionMask mask, float scale, HostTensor out) {
    attention.scores(q, k, mask, scale, out);
  }

  @Override
  public void softmax(HostTensor x, HostTensor out) {
    int n = x.columns();
    long from = x.address();
    long to = out.address();
    tasks.rowRanges(
        x.rows(),
        n,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            Rows.softmax(from + 4L * r * n, n, to + 4L * r * n);
          }
        });
  }

  @Override
  public void attentionMix(HostTensor pattern, HostTensor v, HostTensor out) {
    attention.mix(pattern, v, out);
  }

  @Override
  public void headResults(HostTensor z, HostWeight w, HostTensor out) {
    int heads = z.shape().dim(2);
    int size = z.shape().dim(3);
    int panels = w.panelCount();
    long panelBytes = 4L * w.in() * w.width();
    long matrix = w.panels().address();
    Product.Matrix to = new Product.Matrix(out.address(), 4L * heads * w.out());
    if (w.precision() != Precision.F32) {
      Product.Matrix rows = new Product.Matrix(z.address(), 4L * heads * size);
      for (int h = 0; h < heads; h++) {
        new NarrowProduct(tasks, scratch, w, h * size, size)
            .run(
                rows.from(0, h * size),
                z.shape().dim(0) * z.shape().dim(1),
                null,
                Activation.IDENTITY,
                to.from(0, h * w.out()));
      }
      return;
    }
    new LeftRows(tasks, scratch)
        .forBlocks(
            new Product.Matrix(z.address(), 4L * heads * size),
            z.shape().dim(0) * z.shape().dim(1),
            heads * size,
            heads * panels,
            (left, first, count, part) -> {
              int h = part / panels;
              new Product(
                      scratch,
                      left.from(0, h * size),
                      count,
                      new Product.Matrix(matrix + 4L * h * size * w.width(), panelBytes),
                      size,
                      Product.Ending.REPLACE,
                      to.from(first, h * w.out()),
                      w.out())
                  .run(part % panels);
            });
  }

  @Override
  public void sumHeads(HostTensor results, @Nullable HostTensor bias, HostTensor out) {
    int heads = results.shape().dim(2);
    int d = results.columns();
    long from = results.address();
    long start = bias == null ? 0 : bias.address();
    long to = out.address();
    tasks.rowRanges(
        out.rows(),
        d * heads,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            sumOfHeads(from + 4L * r * heads * d, heads, d, start, to + 4L * r * d);
          }
        });
  }

  /**
   * The sum of {@code heads} rows of d and the bias.
   *
   * @param bias where it lies, or 0
   */
  private static void sumOfHeads(long x, int heads, int d, long bias, long out) {
    for (int i = 0; i < d; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, d);
      FloatVector sum = bias == 0 ? Lanes.zero() : load(bias + 4L * i, mask);
      for (int h = 0; h < heads; h++) {
        sum = sum.add(load(x + 4L * ((long) h * d + i), mask));
      }
      store(sum, out + 4L * i, mask);
    }
  }

  // ---- losses ----

  @Override
  public void crossEntropy(HostTensor logits, int[] targets, HostTensor out) {
    int n = logits.columns();
    long from = logits.address();
    long to = out.address();
    tasks.rowRanges(
        targets.length,
        n,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            float loss = targets[r] < 0 ? 0 : rowLoss(from + 4L * r * n, n, targets[r]);
            Memory.set(to + 4L * r, loss);
          }
        });
  }

  private static float rowLoss(long x, int n, int target) {
    float max = Rows.max(x, n);
    float sum = Rows.sumOfExponentials(x, n, max);
    return (float) (Math.log(sum) + max - Memory.get(x + 4L * target));
  }

  @Override
  public BackwardArithmetic backward() {
    return backward;
  }

  @Override
  public void close() {
    workers.close();
    scratch.close();
  }
}

package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Into;
import vitrine.kernels.host.BackwardArithmetic;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.HostWeight;

/** Cuts the ops of the backward pass and of training into tasks by their shapes. */
final class SimdBackward implements BackwardArithmetic {
  /** Rows a task of a product: a multiple of every tile, and so many that turning W is lost. */
  private static final int ROW_BLOCK = 576;

  /** Columns a task where tables are added to: each id's rows stay in their order. */
  private static final int COLUMNS = 128;

  private final Tasks tasks;
  private final Scratch scratch;
  private final OuterProduct outer;
  private final ColumnSums sums;
  private final AttentionBackward attention;

  SimdBackward(Tasks tasks, Scratch scratch) {
    this.tasks = tasks;
    this.scratch = scratch;
    this.outer = new OuterProduct(tasks, scratch);
    this.sums = new ColumnSums(tasks, scratch);
    this.attention = new AttentionBackward(tasks, scratch);
  }

  // ---- element-wise ----

  @Override
  public void dropout(HostTensor x, float probability, long key, HostTensor out) {
    long from = x.address();
    long to = out.address();
    tasks.stretches(
        x.shape().size(), (at, n) -> DropoutLanes.drop(from, at, n, probability, key, to));
  }

  @Override
  public void activateBackward(
      HostTensor x, Activation activation, HostTensor dOut, HostTensor dX) {
    long from = x.address();
    long slopes = dOut.address();
    long to = dX.address();
    tasks.stretches(
        x.shape().size(),
        (at, n) -> Slopes.activate(activation, from + at, slopes + at, n, to + at));
  }

  @Override
  public void meanOverBackward(
      HostTensor x, int axis, boolean[] counts, HostTensor dOut, HostTensor dX) {
    Lines lines = Lines.of(x.shape(), axis);
    long from = x.address();
    long slopes = dOut.address();
    long to = dX.address();
    lines.forEach(
        tasks,
        (at, flags, inside) ->
            throughMean(
                from + at,
                slopes + at,
                lines.stride(),
                lines.length(),
                counts,
                flags,
                inside,
                to + at));
  }

  /** A vector of neighbouring lines along the axis. */
  private static void throughMean(
      long x,
      long dOut,
      int stride,
      int length,
      boolean[] counts,
      int flags,
      VectorMask<Float> inside,
      long dX) {
    FloatVector sum = Lanes.zero();
    FloatVector n = Lanes.zero();
    for (int t = 0; t < length; t++) {
      long z = 4L * t * stride;
      VectorMask<Float> seen =
          load(x + z, inside).compare(VectorOperators.NE, Float.NEGATIVE_INFINITY);
      sum = sum.add(load(dOut + z, inside), seen);
      n = counts[flags + t] ? n.add(1f, seen) : n;
    }
    FloatVector mean = sum.div(n.max(1f));
    for (int t = 0; t < length; t++) {
      long z = 4L * t * stride;
      VectorMask<Float> seen =
          load(x + z, inside).compare(VectorOperators.NE, Float.NEGATIVE_INFINITY);
      FloatVector slope = counts[flags + t] ? Lanes.zero().blend(mean, seen) : Lanes.zero();
      store(slope, dX + z, inside);
    }
  }

  // ---- products ----

  @Override
  public void gatherBackward(HostTensor dOut, int[] ids, HostTensor dTable) {
    int d = dTable.columns();
    long from = dOut.address();
    long to = dTable.address();
    tasks.ranges(
        d,
        COLUMNS,
        (first, end) -> {
          for (int i = 0; i < ids.length; i++) {
            long row = to + 4L * d * ids[i] + 4L * first;
            Pointwise.add(row, from + 4L * d * i + 4L * first, end - first, row);
          }
        });
  }

  @Override
  public void gatherColumnsBackward(HostTensor dOut, int[] ids, HostWeight dW) {
    int d = dW.in();
    long stride = 4L * dW.width();
    long from = dOut.address();
    long panels = dW.panels().address();
    tasks.ranges(
        d,
        COLUMNS,
        (first, end) -> {
          for (int i = 0; i < ids.length; i++) {
            long column = panels + 4 * dW.index(first, ids[i]);
            addToColumn(from + 4 * ((long) i * d + first), end - first, column, stride);
          }
        });
  }

  private static void addToColumn(long x, int n, long to, long stride) {
    for (int k = 0; k < n; k++) {
      long at = to + k * stride;
      Memory.set(at, Memory.get(at) + Memory.get(x + 4L * k));
    }
  }

  @Override
  public void linearBackwardInput(HostTensor dOut, HostWeight w, Into into, HostTensor dX) {
    turnedProduct(
        new Product.Matrix(dOut.address(), 4L * w.out()),
        Math.toIntExact(dOut.shape().size() / w.out()),
        w,
        0,
        w.in(),
        into,
        new Product.Matrix(dX.address(), 4L * w.in()));
  }

  private void turnedProduct(
      Product.Matrix x,
      int rows,
      HostWeight w,
      int firstRow,
      int count,
      Into into,
      Product.Matrix out) {
    new LeftRows(tasks, scratch)
        .forBlocks(
            x,
            rows,
            w.out(),
            ROW_BLOCK,
            Product.panels(count),
            (left, first, n, panel) -> {
              int column = panel * Product.WIDTH;
              TurnedProduct.run(
                  scratch,
                  left,
                  n,
                  w,
                  firstRow + column,
                  Math.min(Product.WIDTH, count - column),
                  into,
                  out.from(first, column));
            });
  }

  @Override
  public void linearBackwardWeight(HostTensor x, HostTensor dOut, HostWeight dW) {
    outer.add(
        operand(x, 0, dW.in(), dW.in()),
        operand(dOut, 0, dW.out(), dW.out()),
        Math.toIntExact(x.shape().size() / dW.in()),
        OuterProduct.Target.of(dW, 0));
  }

  /** Columns {@code first} until {@code first + columns} of rows of {@code width}. */
  private static OuterProduct.Operand operand(HostTensor x, int first, int columns, int width) {
    return new OuterProduct.Operand(
        new Product.Matrix(x.address() + 4L * first, 4L * width), columns);
  }

  @Override
  public void sumRows(HostTensor x, HostTensor out) {
    sums.addRows(x, out);
  }

  @Override
  public void headResultsBackwardInput(HostTensor dOut, HostWeight w, HostTensor dZ) {
    int heads = dZ.shape().dim(2);
    int size = dZ.shape().dim(3);
    int rows = dZ.shape().dim(0) * dZ.shape().dim(1);
    for (int h = 0; h < heads; h++) {
      turnedProduct(
          new Product.Matrix(dOut.address() + 4L * h * w.out(), 4L * heads * w.out()),
          rows,
          w,
          h * size,
          size,
          Into.REPLACE,
          new Product.Matrix(dZ.address() + 4L * h * size, 4L * heads * size));
    }
  }

  @Override
  public void headResultsBackwardWeight(HostTensor z, HostTensor dOut, HostWeight dW) {
    int heads = z.shape().dim(2);
    int size = z.shape().dim(3);
    int rows = z.shape().dim(0) * z.shape().dim(1);
    for (int h = 0; h < heads; h++) {
      outer.add(
          operand(z, h * size, size, heads * size),
          operand(dOut, h * dW.out(), dW.out(), heads * dW.out()),
          rows,
          OuterProduct.Target.of(dW, h * size));
    }
  }

  // ---- rows ----

  @Override
  public void layerNormBackward(
      HostTensor x,
      HostTensor gamma,
      float eps,
      HostTensor dOut,
      HostTensor dX,
      @Nullable GammaBeta parameters) {
    int d = x.columns();
    long from = x.address();
    long weight = gamma.address();
    long slopes = dOut.address();
    long to = dX.address();
    sums.forRows(
        x.rows(),
        d,
        parameters,
        (row, gammaAt, betaAt) -> {
          long at = 4L * row * d;
          float mean = Rows.sum(from + at, d) / d;
          float inverse = (float) (1 / Math.sqrt(Rows.variance(from + at, d, mean) + eps));
          if (gammaAt != 0) {
            RowSlopes.addParameters(slopes + at, from + at, d, mean, inverse, gammaAt, betaAt);
          }
          RowSlopes.multiply(slopes + at, weight, d, to + at);
          float shift = Rows.sum(to + at, d) / d;
          float factor = RowSlopes.dotCentred(to + at, from + at, d, mean) / d * inverse * inverse;
          RowSlopes.throughNormalize(to + at, from + at, d, mean, shift, factor, inverse, to + at);
        });
  }

  @Override
  public void affineBackward(
      HostTensor x,
      HostTensor gamma,
      HostTensor dOut,
      HostTensor dX,
      @Nullable GammaBeta parameters) {
    int d = x.columns();
    long from = x.address();
    long weight = gamma.address();
    long slopes = dOut.address();
    long to = dX.address();
    sums.forRows(
        x.rows(),
        d,
        parameters,
        (row, gammaAt, betaAt) -> {
          long at = 4L * row * d;
          if (gammaAt != 0) {
            RowSlopes.addParameters(slopes + at, from + at, d, 0, 1, gammaAt, betaAt);
          }
          RowSlopes.multiply(slopes + at, weight, d, to + at);
        });
  }

  @Override
  public void layerNormScaleBackward(HostTensor x, float eps, HostTensor dScale, HostTensor dX) {
    int d = x.columns();
    long from = x.address();
    long slopes = dScale.address();
    long to = dX.address();
    tasks.rowRanges(
        x.rows(),
        d,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            long at = 4L * r * d;
            float mean = Rows.sum(from + at, d) / d;
            double scale = Math.sqrt(Rows.variance(from + at, d, mean) + eps);
            float factor = (float) (Memory.get(slopes + 4L * r) / (d * scale));
            RowSlopes.addCentred(from + at, d, mean, factor, to + at);
          }
        });
  }

  @Override
  public void layerNormNormalizeBackward(
      HostTensor x, HostTensor scale, HostTensor dOut, HostTensor dX, HostTensor dScale) {
    int d = x.columns();
    long from = x.address();
    long divisors = scale.address();
    long slopes = dOut.address();
    long to = dX.address();
    long toScale = dScale.address();
    tasks.rowRanges(
        x.rows(),
        d,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            long at = 4L * r * d;
            float divisor = Memory.get(divisors + 4L * r);
            float mean = Rows.sum(from + at, d) / d;
            float sum = RowSlopes.dotCentred(slopes + at, from + at, d, mean);
            Memory.set(toScale + 4L * r, -sum / (divisor * divisor));
            float shift = Rows.sum(slopes + at, d) / d;
            Pointwise.centre(slopes + at, d, shift, divisor, to + at);
          }
        });
  }

  @Override
  public void softmaxBackward(HostTensor y, HostTensor dOut, HostTensor dX) {
    int n = y.columns();
    long from = y.address();
    long slopes = dOut.address();
    long to = dX.address();
    tasks.rowRanges(
        y.rows(),
        n,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            long at = 4L * r * n;
            float mean = RowSlopes.dot(from + at, slopes + at, n);
            RowSlopes.throughSoftmax(from + at, slopes + at, n, mean, to + at);
          }
        });
  }

  @Override
  public void crossEntropyBackward(
      HostTensor logits, int[] targets, float factor, HostTensor dLogits) {
    int n = logits.columns();
    long from = logits.address();
    long to = dLogits.address();
    tasks.rowRanges(
        targets.length,
        n,
        (first, end) -> {
          for (int r = first; r < end; r++) {
            long at = 4L * r * n;
            if (targets[r] < 0) {
              Rows.fill(to + at, n, 0);
            } else {
              throughLoss(from + at, n, targets[r], factor, to + at);
            }
          }
        });
  }

  private static void throughLoss(long x, int n, int target, float factor, long to) {
    float max = Rows.max(x, n);
    float sum = Rows.exponentials(x, n, max, to);
    Rows.scale(to, n, factor / sum, to);
    long z = to + 4L * target;
    Memory.set(z, Memory.get(z) - factor);
  }

  // ---- attention ----

  @Override
  public void attentionBackward(
      HostTensor q,
      HostTensor k,
      HostTensor v,
      AttentionMask mask,
      float scale,
      HostTensor dOut,
      HostTensor dQ,
      HostTensor dK,
      HostTensor dV) {
    attention.attention(q, k, v, mask, scale, dOut, dQ, dK, dV);
  }

  @Override
  public void attentionScoresBackward(
      HostTensor dScores,
      HostTensor q,
      HostTensor k,
      AttentionMask mask,
      float scale,
      HostTensor dQ,
      HostTensor dK) {
    attention.scores(dScores, q, k, mask, scale, dQ, dK);
  }

  @Override
  public void attentionMixBackward(
      HostTensor pattern, HostTensor v, HostTensor dOut, HostTensor dPattern, HostTensor dV) {
    attention.mix(pattern, v, dOut, dPattern, dV);
  }

  // ---- optimization ----

  @Override
  public double sumOfSquares(HostTensor x) {
    long from = x.address();
    long size = x.shape().size();
    double[] parts = new double[Tasks.chunks(size)];
    tasks.stretches(
        size,
        (at, n) -> parts[(int) (at / 4 / Tasks.CHUNK)] = Optimizer.sumOfSquares(from + at, n));
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    return sum;
  }

  @Override
  public void adamW(HostTensor x, HostTensor gradient, HostTensor m, HostTensor v, AdamStep step) {
    long parameters = x.address();
    long slopes = gradient.address();
    long means = m.address();
    long squares = v.address();
    Optimizer.Adam adam = Optimizer.Adam.of(step);
    tasks.stretches(
        x.shape().size(),
        (at, n) ->
            Optimizer.adamW(parameters + at, slopes + at, means + at, squares + at, n, adam));
  }
}

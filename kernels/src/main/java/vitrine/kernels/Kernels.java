package vitrine.kernels;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The whole op list of a backend. One is chosen at the top ({@link Backends#open}) and passed in;
 * there is no global.
 *
 * <p>Rules that hold for every op of every backend:
 *
 * <ul>
 *   <li>Tensors come from a {@link Workspace} of the same backend; the result goes into {@code
 *       out}, which is written whole. {@code out} may be one of the element-wise inputs only where
 *       an op says so.
 *   <li>A product sees a tensor as rows: {@code (B,T,H,K)} times a matrix of {@code in = H*K} is
 *       fine.
 *   <li>Each element of a result is computed in an order that depends on its own row and the shape
 *       of the row alone: never on the number of threads, nor on how many other rows there are, nor
 *       on padding to its right.
 *   <li>Shapes that do not fit are an {@link IllegalArgumentException} naming the op and the
 *       shapes.
 * </ul>
 */
public interface Kernels extends AutoCloseable {
  /** As given to {@code --backend}: {@code scalar}, {@code simd}. */
  String name();

  /** One line for people: lanes, threads. */
  String description();

  // ---- memory ----

  /** A new, empty owner of memory. */
  Workspace workspace();

  /**
   * Uploads numbers from the host.
   *
   * @param values at least {@code shape.size()} native-order float32 values; not kept
   */
  Tensor upload(Workspace owner, Shape shape, MemorySegment values);

  default Tensor upload(Workspace owner, Shape shape, float... values) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException("upload: " + values.length + " values for shape " + shape);
    }
    return upload(owner, shape, MemorySegment.ofArray(values));
  }

  /**
   * Prepares a matrix for {@link #linear}.
   *
   * @param values {@code in*out} native-order float32 values in {@code layout}; not kept
   * @param precision what they are rounded to
   */
  Weight pack(
      Workspace owner,
      MemorySegment values,
      int in,
      int out,
      Weight.Layout layout,
      Precision precision);

  /** The same, without rounding. */
  default Weight pack(
      Workspace owner, MemorySegment values, int in, int out, Weight.Layout layout) {
    return pack(owner, values, in, out, layout, Precision.F32);
  }

  /**
   * A matrix of zeros, of the size and form of another: for its gradient, for an optimizer.
   *
   * @param like of {@link Precision#F32}
   */
  Weight zeros(Workspace owner, Weight like);

  /**
   * The matrix becomes these numbers, rounded to its precision.
   *
   * @param values (in,out) or (out,in), as the layout says
   */
  void repack(Tensor values, Weight.Layout layout, Weight w);

  /**
   * out = w, or out += w, in a layout of the caller's choice.
   *
   * @param out (in,out) or (out,in), as the layout says
   */
  void unpack(Weight w, Weight.Layout layout, Into into, Tensor out);

  // ---- element-wise and boxes ----

  /**
   * out = x, element by element in row-major order: the shapes may differ, the number of elements
   * may not.
   */
  void copy(Tensor x, Tensor out);

  /** Every element of x becomes the value. */
  void fill(Tensor x, float value);

  /** out = factor * x. {@code out} may be x. */
  void scale(Tensor x, float factor, Tensor out);

  /** out = a + b, of one shape. {@code out} may be a or b. */
  void add(Tensor a, Tensor b, Tensor out);

  /**
   * Dropout (Srivastava et al. 2014): each element becomes zero with the given probability, or is
   * divided by the probability of staying. Which ones depends on the key and the element's place
   * alone ({@link DropoutMask}), so that the backward pass is this op again with the same key.
   *
   * @param probability in [0, 1)
   * @param out the shape of x; may be x
   */
  void dropout(Tensor x, float probability, long key, Tensor out);

  /**
   * Gathers a box.
   *
   * @param out of shape {@code region.shape(x.shape())}
   */
  void slice(Tensor x, Region region, Tensor out);

  /**
   * Scatters a box: the region of x becomes {@code values}, the rest stays.
   *
   * @param values of shape {@code region.shape(x.shape())}
   */
  void assign(Tensor x, Region region, Tensor values);

  /**
   * The mean over axis {@code axis} of the elements that count, repeated along that axis.
   *
   * <p>{@code out[.., t, ..] = sum over t' with counts[b, t'] of x[.., t', ..] / n_b}, b being the
   * index on axis 0. Elements of minus infinity (masked scores) are left out of sum and count, and
   * stay minus infinity in {@code out}.
   *
   * @param axis which axis, never 0
   * @param counts (B, length of the axis), row-major
   * @param out the shape of x; not x itself
   */
  void meanOver(Tensor x, int axis, boolean[] counts, Tensor out);

  /**
   * The gradient of {@link #meanOver}: {@code dX[b, t'] = (sum over t of dOut[b, t]) / n_b} where
   * t' counts and x is not minus infinity, else 0. The sum leaves out elements where x is minus
   * infinity, which stayed what they were.
   *
   * @param x what went in
   * @param dX the shape of x; replaced
   */
  void meanOverBackward(Tensor x, int axis, boolean[] counts, Tensor dOut, Tensor dX);

  // ---- layers ----

  /**
   * Rows of a table: {@code out[i] = table[ids[i]]}.
   *
   * @param table (..,D): V rows, whatever the axes before the last
   * @param ids as many as out has rows, each in [0, V)
   * @param out (..,D)
   */
  void gather(Tensor table, int[] ids, Tensor out);

  /**
   * The gradient of {@link #gather}: {@code dTable[ids[i]] += dOut[i]}, in the order of i.
   *
   * @param dOut (..,D)
   * @param dTable (..,D); added to
   */
  void gatherBackward(Tensor dOut, int[] ids, Tensor dTable);

  /**
   * Columns of a matrix, as rows: {@code out[i][k] = w[k][ids[i]]}.
   *
   * @param ids as many as out has rows, each in [0, w.out())
   * @param out rows of {@code w.in()}
   */
  void gatherColumns(Weight w, int[] ids, Tensor out);

  /**
   * The gradient of {@link #gatherColumns}: {@code dW[k][ids[i]] += dOut[i][k]}, in the order of i.
   *
   * @param dOut rows of {@code dW.in()}
   * @param dW of {@link #zeros}; added to
   */
  void gatherColumnsBackward(Tensor dOut, int[] ids, Weight dW);

  /**
   * out = activation(x W + bias).
   *
   * @param x rows of {@code w.in()}
   * @param bias (out), or null
   * @param out as many rows of {@code w.out()}
   */
  void linear(Tensor x, Weight w, @Nullable Tensor bias, Activation activation, Tensor out);

  /**
   * The gradient of {@link #linear} (without activation) to its input: dX = dOut W^T, with the
   * numbers that {@link Weight#toArray} gives, whatever the precision. Gradients to matrices are of
   * {@link Precision#F32} only.
   *
   * @param dOut rows of {@code w.out()}
   * @param dX as many rows of {@code w.in()}
   */
  void linearBackwardInput(Tensor dOut, Weight w, Into into, Tensor dX);

  /**
   * The gradient to its matrix: dW += x^T dOut.
   *
   * @param x rows of {@code dW.in()}
   * @param dOut as many rows of {@code dW.out()}
   * @param dW of {@link #zeros}; added to
   */
  void linearBackwardWeight(Tensor x, Tensor dOut, Weight dW);

  /**
   * The gradient to a bias: {@code out[j] += sum over rows of x[row][j]}.
   *
   * @param x rows of D, however the last axes split them
   * @param out (D); added to
   */
  void sumRows(Tensor x, Tensor out);

  /** out = activation(x). {@code out} may be x. */
  void activate(Tensor x, Activation activation, Tensor out);

  /**
   * The gradient of {@link #activate}: dX = dOut * activation'(x); relu' is 0 at 0.
   *
   * @param x what went in
   * @param dX the shape of x; replaced; may be dOut
   */
  void activateBackward(Tensor x, Activation activation, Tensor dOut, Tensor dX);

  /**
   * Layer normalisation (Ba et al. 2016) of each row: {@code (x - mean) / sqrt(variance + eps) *
   * gamma + beta}, with the population variance, computed in two passes (never E[x^2] - mean^2).
   *
   * @param x (..,D)
   * @param gamma (D)
   * @param beta (D)
   * @param out the shape of x; may be x
   */
  void layerNorm(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor out);

  /**
   * layerNorm(a + b): the residual and the normalisation of a post-norm block in one op. out may be
   * a or b.
   */
  void addLayerNorm(Tensor a, Tensor b, Tensor gamma, Tensor beta, float eps, Tensor out);

  /**
   * The gradient of {@link #layerNorm}. With n the normalised row and g = dOut * gamma: {@code dX =
   * (g - mean(g) - n * mean(g * n)) / scale}; {@code dGamma += sum over rows of dOut * n}; {@code
   * dBeta += sum over rows of dOut}.
   *
   * @param x what went in (of addLayerNorm: the sum)
   * @param dX the shape of x; replaced; may be dOut
   * @param dGamma (D), added to; null, together with dBeta, when not wanted
   * @param dBeta (D), added to; or null
   */
  void layerNormBackward(
      Tensor x,
      Tensor gamma,
      float eps,
      Tensor dOut,
      Tensor dX,
      @Nullable Tensor dGamma,
      @Nullable Tensor dBeta);

  /** The divisor alone: {@code out[row] = sqrt(variance(x[row]) + eps)}, (..,1). */
  void layerNormScale(Tensor x, float eps, Tensor out);

  /**
   * The gradient of {@link #layerNormScale}: {@code dX += dScale * (x - mean) / (D * scale)} with
   * the scale that x itself has.
   *
   * @param dScale (..,1)
   * @param dX the shape of x; added to
   */
  void layerNormScaleBackward(Tensor x, float eps, Tensor dScale, Tensor dX);

  /** {@code (x - mean(x)) / scale} by row, scale (..,1). {@code out} may be x. */
  void layerNormNormalize(Tensor x, Tensor scale, Tensor out);

  /**
   * The gradient of {@link #layerNormNormalize}, the scale being an input of its own: {@code dX =
   * (dOut - mean(dOut)) / scale}, {@code dScale = -sum(dOut * (x - mean)) / scale^2}.
   *
   * @param dX the shape of x; replaced; may be dOut
   * @param dScale (..,1); replaced
   */
  void layerNormNormalizeBackward(Tensor x, Tensor scale, Tensor dOut, Tensor dX, Tensor dScale);

  /** {@code x * gamma + beta} by row, gamma and beta (D). {@code out} may be x. */
  void affine(Tensor x, Tensor gamma, Tensor beta, Tensor out);

  /**
   * The gradient of {@link #affine}: {@code dX = dOut * gamma}, {@code dGamma += sum over rows of
   * dOut * x}, {@code dBeta += sum over rows of dOut}.
   *
   * @param dX the shape of x; replaced; may be dOut
   * @param dGamma (D), added to; null, together with dBeta, when not wanted
   * @param dBeta (D), added to; or null
   */
  void affineBackward(
      Tensor x,
      Tensor gamma,
      Tensor dOut,
      Tensor dX,
      @Nullable Tensor dGamma,
      @Nullable Tensor dBeta);

  // ---- attention ----

  /**
   * softmax(scale q k^T + mask) v, head by head, never storing scores (Vaswani et al. 2017).
   *
   * <p>A query that may attend to nothing (a padded row under a causal mask) gets zeros.
   *
   * @param q (B,Tq,H,K)
   * @param k (B,T',H,K) with T' at least {@code mask.keys()}: rows beyond are not read
   * @param v likewise
   * @param out z, (B,Tq,H,K)
   */
  void attention(Tensor q, Tensor k, Tensor v, AttentionMask mask, float scale, Tensor out);

  /**
   * The gradient of {@link #attention}, from the inputs alone: patterns are computed again, row by
   * row. With p a row of the pattern and {@code dp = dOut v^T}: {@code ds = p * (dp - sum(p *
   * dp))}; {@code dQ = scale ds k}, {@code dK = scale ds^T q}, {@code dV = p^T dOut}.
   *
   * @param dOut (B,T,H,K); queries and keys are the same positions here
   * @param dQ (B,T,H,K); replaced, as dK and dV are
   */
  void attentionBackward(
      Tensor q,
      Tensor k,
      Tensor v,
      AttentionMask mask,
      float scale,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV);

  /**
   * Room for keys and values, contents unspecified.
   *
   * @param capacity the largest number of positions
   */
  KeyValues keyValues(Workspace owner, int batch, int capacity, int heads, int size);

  /**
   * Positions {@code position} until {@code position + T} of past become k and v; no others change.
   *
   * @param k (B,T,H,K)
   * @param v (B,T,H,K)
   */
  void appendKeyValues(Tensor k, Tensor v, int position, KeyValues past);

  /**
   * {@link #attention} to keys and values that were appended, to the bit.
   *
   * @param q (B,Tq,H,K)
   * @param mask of at most as many keys as past has room for
   * @param out z, (B,Tq,H,K)
   */
  void attentionCached(Tensor q, KeyValues past, AttentionMask mask, float scale, Tensor out);

  /** scale q k^T, minus infinity where the mask forbids; out (B,H,Tq,Tk). */
  void attentionScores(Tensor q, Tensor k, AttentionMask mask, float scale, Tensor out);

  /**
   * The gradient of {@link #attentionScores}: {@code dQ = scale dScores k}, {@code dK = scale
   * dScores^T q}; what the mask forbids contributes nothing.
   *
   * @param dScores (B,H,Tq,Tk)
   * @param dQ the shape of q; replaced
   * @param dK the shape of k; replaced
   */
  void attentionScoresBackward(
      Tensor dScores, Tensor q, Tensor k, AttentionMask mask, float scale, Tensor dQ, Tensor dK);

  /**
   * softmax over the last axis; a row of nothing but minus infinity becomes zeros. {@code out} may
   * be x.
   */
  void softmax(Tensor x, Tensor out);

  /**
   * The gradient of {@link #softmax}: {@code dX = y * (dOut - sum(y * dOut))} by row.
   *
   * @param y what came out
   * @param dX the shape of y; replaced; may be dOut
   */
  void softmaxBackward(Tensor y, Tensor dOut, Tensor dX);

  /**
   * {@code z[b,i,h] = sum over j of pattern[b,h,i,j] v[b,j,h]}: pattern (B,H,Tq,Tk), v (B,T',H,K),
   * out (B,Tq,H,K).
   */
  void attentionMix(Tensor pattern, Tensor v, Tensor out);

  /**
   * The gradient of {@link #attentionMix}: {@code dPattern[b,h,i,j] = dOut[b,i,h] . v[b,j,h]} for
   * every pair, masked ones too; {@code dV[b,j,h] = sum over i of pattern[b,h,i,j] dOut[b,i,h]}.
   *
   * @param dPattern the shape of the pattern; replaced
   * @param dV the shape of v; replaced
   */
  void attentionMixBackward(Tensor pattern, Tensor v, Tensor dOut, Tensor dPattern, Tensor dV);

  /**
   * Each head's own contribution: {@code out[b,t,h] = z[b,t,h] W_O[h]}, without bias.
   *
   * @param z (B,T,H,K)
   * @param w in = H*K, out = D
   * @param out (B,T,H,D)
   */
  void headResults(Tensor z, Weight w, Tensor out);

  /**
   * The gradient of {@link #headResults} to z: {@code dZ[b,t,h] = dOut[b,t,h] W_O[h]^T}.
   *
   * @param dOut (B,T,H,D)
   * @param dZ (B,T,H,K); replaced
   */
  void headResultsBackwardInput(Tensor dOut, Weight w, Tensor dZ);

  /**
   * The gradient to its matrix: {@code dW[h] += sum over b, t of z[b,t,h]^T dOut[b,t,h]}.
   *
   * @param z (B,T,H,K)
   * @param dOut (B,T,H,D)
   * @param dW of {@link #zeros}; added to
   */
  void headResultsBackwardWeight(Tensor z, Tensor dOut, Weight dW);

  /**
   * {@code out[b,t] = sum over h of results[b,t,h] + bias}: results (B,T,H,D), bias (D) or null,
   * out (B,T,D).
   */
  void sumHeads(Tensor results, @Nullable Tensor bias, Tensor out);

  /**
   * The gradient of {@link #sumHeads} to the results: {@code dResults[b,t,h] = dOut[b,t]}.
   *
   * @param dOut (B,T,D)
   * @param dResults (B,T,H,D); replaced
   */
  void sumHeadsBackward(Tensor dOut, Tensor dResults);

  // ---- losses ----

  /**
   * Cross-entropy of each row: {@code logsumexp(logits[i]) - logits[i][targets[i]]}; 0 where the
   * target is negative (ignored).
   *
   * @param logits rows of V
   * @param targets one a row
   * @param out (rows)
   */
  void crossEntropy(Tensor logits, int[] targets, Tensor out);

  /**
   * The gradient of {@code factor * sum over rows of crossEntropy}: {@code dLogits[i] = factor *
   * (softmax(logits[i]) - onehot(targets[i]))}, zeros where the target is negative.
   *
   * @param dLogits the shape of logits; replaced; may be logits
   */
  void crossEntropyBackward(Tensor logits, int[] targets, float factor, Tensor dLogits);

  // ---- optimization ----

  /**
   * The sum of the squares of every element, in double: a download, in an order that depends on the
   * shape alone.
   */
  double sumOfSquares(Tensor x);

  /**
   * One step of AdamW (Loshchilov and Hutter 2019) on every element: with g = step.gradientScale *
   * gradient, {@code m = beta1 m + (1 - beta1) g}, {@code v = beta2 v + (1 - beta2) g^2}, {@code x
   * = x - learningRate * weightDecay * x - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 -
   * beta2^t)) + eps)}.
   *
   * @param x changed
   * @param gradient of the shape of x
   * @param m of the shape of x; changed
   * @param v of the shape of x; changed
   */
  void adamW(Tensor x, Tensor gradient, Tensor m, Tensor v, AdamStep step);

  /** Stops the backend's threads. Workspaces are closed by their owners, before this. */
  @Override
  void close();
}

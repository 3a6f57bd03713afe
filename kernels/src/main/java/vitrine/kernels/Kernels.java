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
   */
  Weight pack(Workspace owner, MemorySegment values, int in, int out, Weight.Layout layout);

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
   * out = activation(x W + bias).
   *
   * @param x rows of {@code w.in()}
   * @param bias (out), or null
   * @param out as many rows of {@code w.out()}
   */
  void linear(Tensor x, Weight w, @Nullable Tensor bias, Activation activation, Tensor out);

  /** out = activation(x). {@code out} may be x. */
  void activate(Tensor x, Activation activation, Tensor out);

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

  /** The divisor alone: {@code out[row] = sqrt(variance(x[row]) + eps)}, (..,1). */
  void layerNormScale(Tensor x, float eps, Tensor out);

  /** {@code (x - mean(x)) / scale} by row, scale (..,1). {@code out} may be x. */
  void layerNormNormalize(Tensor x, Tensor scale, Tensor out);

  /** {@code x * gamma + beta} by row, gamma and beta (D). {@code out} may be x. */
  void affine(Tensor x, Tensor gamma, Tensor beta, Tensor out);

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

  /** scale q k^T, minus infinity where the mask forbids; out (B,H,Tq,Tk). */
  void attentionScores(Tensor q, Tensor k, AttentionMask mask, float scale, Tensor out);

  /**
   * softmax over the last axis; a row of nothing but minus infinity becomes zeros. {@code out} may
   * be x.
   */
  void softmax(Tensor x, Tensor out);

  /**
   * {@code z[b,i,h] = sum over j of pattern[b,h,i,j] v[b,j,h]}: pattern (B,H,Tq,Tk), v (B,T',H,K),
   * out (B,Tq,H,K).
   */
  void attentionMix(Tensor pattern, Tensor v, Tensor out);

  /**
   * Each head's own contribution: {@code out[b,t,h] = z[b,t,h] W_O[h]}, without bias.
   *
   * @param z (B,T,H,K)
   * @param w in = H*K, out = D
   * @param out (B,T,H,D)
   */
  void headResults(Tensor z, Weight w, Tensor out);

  /**
   * {@code out[b,t] = sum over h of results[b,t,h] + bias}: results (B,T,H,D), bias (D) or null,
   * out (B,T,D).
   */
  void sumHeads(Tensor results, @Nullable Tensor bias, Tensor out);

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

  /** Stops the backend's threads. Workspaces are closed by their owners, before this. */
  @Override
  void close();
}

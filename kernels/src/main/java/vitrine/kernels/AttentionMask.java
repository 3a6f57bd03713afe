package vitrine.kernels;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which keys each query may attend to.
 *
 * <p>Query {@code i} stands at absolute position {@code i + keys - queries}: with a key-value cache
 * there are more keys than queries. Key {@code j} of row {@code b} is allowed when it is real and,
 * if causal, not after the query.
 *
 * @param batch B
 * @param queries Tq
 * @param keys Tk, how many keys are in use; the key and value tensors may have room for more
 * @param causality whether later keys are hidden
 * @param real (B,Tk) row-major, false at padding; null when every key is real
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one; large and never copied on purpose
public record AttentionMask(
    int batch, int queries, int keys, Causality causality, boolean @Nullable [] real) {

  /** Whether later keys are hidden from a query. */
  public enum Causality {
    CAUSAL,
    BIDIRECTIONAL
  }

  // Not the compact form: javac loses @Nullable on an array component there.
  public AttentionMask(
      int batch, int queries, int keys, Causality causality, boolean @Nullable [] real) {
    Objects.requireNonNull(causality, "causality");
    if (queries > keys) {
      throw new IllegalArgumentException(
          "attention mask: " + queries + " queries but only " + keys + " keys");
    }
    if (real != null && real.length != batch * keys) {
      throw new IllegalArgumentException(
          "attention mask: " + real.length + " flags for " + batch + " x " + keys + " keys");
    }
    this.batch = batch;
    this.queries = queries;
    this.keys = keys;
    this.causality = causality;
    this.real = real;
  }

  /** Whether query {@code i} of row {@code b} may attend to key {@code j}. */
  public boolean allows(int b, int i, int j) {
    return j < end(i) && (real == null || real[b * keys + j]);
  }

  /** One past the last key that causality lets query {@code i} see. */
  public int end(int i) {
    return causality == Causality.CAUSAL ? i + keys - queries + 1 : keys;
  }
}

package vitrine.kernels;

/**
 * Keys and values of the positions of some texts so far, in whatever form a backend attends to
 * fastest; made once by {@link Kernels#keyValues}, grown by {@link Kernels#appendKeyValues}, used
 * by {@link Kernels#attentionCached}.
 */
public interface KeyValues {
  /** B. */
  int batch();

  /** The largest number of positions. */
  int capacity();

  /** H. */
  int heads();

  /** K: elements of a head. */
  int size();
}

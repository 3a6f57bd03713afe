package vitrine.kernels;

/** What becomes of the numbers that a result's tensor already holds. */
public enum Into {
  /** The result takes their place. */
  REPLACE,
  /** The result is added to them. */
  ADD
}

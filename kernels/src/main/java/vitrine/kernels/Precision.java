package vitrine.kernels;

import java.util.Locale;

/**
 * What the numbers of a {@link Weight} are kept as. They are multiplied in float32 by float32 rows,
 * whatever this is.
 */
public enum Precision {
  /** As they were given. */
  F32,
  /** Float32 without its last 16 bits, rounded to the nearest, ties to even. */
  BF16,
  /**
   * Whole numbers from -127 to 127, times one scale a column: the column's largest absolute value
   * by 127 (a row's, of a matrix that is stored as (out,in)). A column of zeros stays one; a column
   * with a number that is not finite becomes NaN.
   */
  INT8;

  /** As people write it: {@code f32}, {@code bf16}, {@code int8}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import vitrine.kernels.Weight.Layout;

/**
 * Rounds a matrix into panels of a narrow {@link vitrine.kernels.Precision}, some rows or columns
 * of it at a time: no copy of the whole in float32 is made.
 */
final class Narrowing {
  /** The largest whole number in use; -128 is not, so that both signs reach as far. */
  private static final float LARGEST = 127;

  private final HostWeight weight;
  private final MemorySegment values;
  private final Element given;
  private final MemorySegment to;

  /**
   * @param values the matrix, in some layout
   * @param given what it is made of
   */
  Narrowing(HostWeight weight, MemorySegment values, Element given) {
    this.weight = weight;
    this.values = values;
    this.given = given;
    this.to = weight.panels().memory();
  }

  /** Fills a panel; beyond the last column it is zero. */
  void fillPanel(int p, Layout layout) {
    int first = p * weight.width();
    int real = Math.min(weight.width(), weight.out() - first);
    long at = weight.index(0, first);
    int bytes = weight.panels().element().bytes();
    to.asSlice(bytes * at, (long) bytes * weight.in() * weight.width()).fill((byte) 0);
    HostTensor scales = weight.scales();
    if (scales == null) {
      fillUpperHalves(first, real, at, layout);
      return;
    }
    float[] divisors = new float[real];
    switch (layout) {
      case IN_OUT -> fillRows(first, at, divisors);
      case OUT_IN -> fillColumns(first, at, divisors);
    }
    for (int c = 0; c < weight.width(); c++) {
      scales.put(first + c, c < real ? divisors[c] : 0);
    }
  }

  private void fillUpperHalves(int first, int real, long at, Layout layout) {
    switch (layout) {
      case IN_OUT -> {
        float[] row = new float[real];
        for (int k = 0; k < weight.in(); k++) {
          read((long) k * weight.out() + first, row);
          put(row, at + (long) k * weight.width(), 1);
        }
      }
      case OUT_IN -> {
        float[] column = new float[weight.in()];
        for (int c = 0; c < real; c++) {
          read((long) (first + c) * weight.in(), column);
          put(column, at + c, weight.width());
        }
      }
    }
  }

  private void put(float[] numbers, long at, int step) {
    for (int i = 0; i < numbers.length; i++) {
      to.setAtIndex(Element.SHORT, at + (long) i * step, Element.upperHalf(numbers[i]));
    }
  }

  private void fillRows(int first, long at, float[] scales) {
    float[] row = new float[scales.length];
    for (int k = 0; k < weight.in(); k++) {
      read((long) k * weight.out() + first, row);
      for (int c = 0; c < row.length; c++) {
        scales[c] = Math.max(scales[c], Math.abs(row[c]));
      }
    }
    for (int c = 0; c < scales.length; c++) {
      scales[c] = scale(scales[c]);
    }
    for (int k = 0; k < weight.in(); k++) {
      read((long) k * weight.out() + first, row);
      for (int c = 0; c < row.length; c++) {
        to.set(Element.BYTE, at + (long) k * weight.width() + c, whole(row[c], scales[c]));
      }
    }
  }

  private void fillColumns(int first, long at, float[] scales) {
    float[] column = new float[weight.in()];
    for (int c = 0; c < scales.length; c++) {
      read((long) (first + c) * weight.in(), column);
      float largest = 0;
      for (float value : column) {
        largest = Math.max(largest, Math.abs(value));
      }
      scales[c] = scale(largest);
      for (int k = 0; k < column.length; k++) {
        to.set(Element.BYTE, at + (long) k * weight.width() + c, whole(column[k], scales[c]));
      }
    }
  }

  /** NaN where the numbers are not finite, so that the column is NaN and not merely wrong. */
  private static float scale(float largest) {
    return Float.isFinite(largest) ? largest / LARGEST : Float.NaN;
  }

  /**
   * A scale of 0 is a column of zeros, or of numbers that 127 times less cannot be told from it.
   */
  private static byte whole(float value, float scale) {
    return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(value / scale), -LARGEST, LARGEST);
  }

  private void read(long at, float[] to) {
    given.copy(values, at, Element.FLOAT32, MemorySegment.ofArray(to), 0, to.length);
  }
}

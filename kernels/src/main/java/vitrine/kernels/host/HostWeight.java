package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Into;
import vitrine.kernels.Precision;
import vitrine.kernels.Weight;

/**
 * A matrix in panels: columns are cut into groups of {@code width}, and each panel holds its
 * columns' rows one after the other, so that a product streams through memory.
 *
 * <pre>{@code panels[p][k][c] = matrix[k][p * width + c], zero beyond the last column}</pre>
 *
 * <p>With {@code width = out} there is one panel: the row-major matrix itself. What the panels are
 * made of, their {@link Element}, is the precision; those of whole numbers have a scale for each
 * column.
 */
public final class HostWeight implements Weight {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Columns that are turned together: as many as the widest panel has. */
  private static final int STRIPE = 48;

  private final int in;
  private final int out;
  private final int width;
  private final HostTensor panels;
  private final @Nullable HostTensor scales;

  /**
   * A matrix of what the panels hold.
   *
   * @param panels (panelCount, in, width)
   * @param scales (panelCount * width) of panels of whole numbers; else null
   */
  HostWeight(int in, int out, int width, HostTensor panels, @Nullable HostTensor scales) {
    this.in = in;
    this.out = out;
    this.width = width;
    this.panels = panels;
    this.scales = scales;
  }

  @Override
  public Precision precision() {
    return panels.element().precision();
  }

  @Override
  public int in() {
    return in;
  }

  @Override
  public int out() {
    return out;
  }

  /** Columns a panel. */
  public int width() {
    return width;
  }

  public int panelCount() {
    return (out + width - 1) / width;
  }

  /** Where {@code matrix[k][j]} lies in {@link #panels()}. */
  public long index(int k, int j) {
    return ((long) (j / width) * in + k) * width + j % width;
  }

  @Override
  public HostTensor elements() {
    if (precision() != Precision.F32) {
      throw Checks.error("elements", "w", precision(), "F32: what is rounded cannot be trained");
    }
    return panels;
  }

  /** (panelCount, in, width). */
  public HostTensor panels() {
    return panels;
  }

  /** By which panels of whole numbers are to be multiplied, one a column; null for all others. */
  public @Nullable HostTensor scales() {
    return scales;
  }

  /** The number at an {@link #index} of the panels. */
  public double number(long index) {
    double kept = panels.at(index);
    return scales == null ? kept : kept * scales.at(column(index));
  }

  /** Of an index of the panels. */
  private long column(long index) {
    return index / ((long) in * width) * width + index % width;
  }

  /** Fills panel {@code p} from the matrix as it was given. */
  void fillPanel(int p, MemorySegment values, Element given, Layout layout) {
    if (precision() != Precision.F32) {
      new Narrowing(this, values, given).fillPanel(p, layout);
      return;
    }
    MemorySegment to = panels.memory();
    Element kind = panels.element();
    int bytes = kind.bytes();
    int from = p * width;
    int real = Math.min(width, out - from);
    long base = (long) p * in * width;
    if (real < width) {
      to.asSlice(bytes * base, (long) bytes * in * width).fill((byte) 0);
    }
    switch (layout) {
      case IN_OUT -> {
        for (int k = 0; k < in; k++) {
          given.copy(values, (long) k * out + from, kind, to, base + (long) k * width, real);
        }
      }
      case OUT_IN -> {
        if (given == Element.FLOAT32 && kind == Element.FLOAT32) {
          fillTurned(values, from, real, base);
          return;
        }
        for (int c = 0; c < real; c++) {
          long source = (long) (from + c) * in;
          for (int k = 0; k < in; k++) {
            given.move(values, source + k, kind, to, base + (long) k * width + c);
          }
        }
      }
    }
  }

  /**
   * Columns of a panel from rows of floats, by way of arrays: many times as fast as number by
   * number from memory to memory, and a start does it for the whole vocabulary.
   */
  private void fillTurned(MemorySegment values, int from, int real, long base) {
    float[] column = new float[in];
    for (int first = 0; first < real; first += STRIPE) {
      int count = Math.min(STRIPE, real - first);
      float[] stripe = new float[in * count];
      for (int c = 0; c < count; c++) {
        long source = (long) Float.BYTES * (from + first + c) * in;
        MemorySegment.copy(values, FLOAT, source, column, 0, in);
        spread(column, stripe, c, count);
      }
      for (int k = 0; k < in; k++) {
        long row = Float.BYTES * (base + (long) k * width + first);
        MemorySegment.copy(stripe, k * count, panels.memory(), FLOAT, row, count);
      }
    }
  }

  private static void spread(float[] column, float[] stripe, int at, int step) {
    for (int k = 0; k < column.length; k++) {
      stripe[k * step + at] = column[k];
    }
  }

  /** Brings panel {@code p} to where the matrix in that layout has it. */
  void readPanel(int p, Layout layout, Into into, HostTensor to) {
    int from = p * width;
    int real = Math.min(width, out - from);
    for (int k = 0; k < in; k++) {
      long row = ((long) p * in + k) * width;
      for (int c = 0; c < real; c++) {
        long at =
            switch (layout) {
              case IN_OUT -> (long) k * out + from + c;
              case OUT_IN -> (long) (from + c) * in + k;
            };
        double value = number(row + c);
        to.put(
            at,
            switch (into) {
              case REPLACE -> value;
              case ADD -> to.at(at) + value;
            });
      }
    }
  }

  @Override
  public float[] toArray() {
    float[] matrix = new float[Math.multiplyExact(in, out)];
    for (int k = 0; k < in; k++) {
      for (int p = 0; p < panelCount(); p++) {
        int column = p * width;
        panels.download(index(k, column), matrix, k * out + column, Math.min(width, out - column));
      }
    }
    if (scales != null) {
      float[] factors = scales.toArray();
      for (int i = 0; i < matrix.length; i++) {
        matrix[i] *= factors[i % out];
      }
    }
    return matrix;
  }
}

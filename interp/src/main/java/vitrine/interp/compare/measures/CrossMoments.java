package vitrine.interp.compare.measures;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * Sums over any number of rows of X, (n,d_x), and Y, (n,d_y), in one pass, in double, each with its
 * rounding errors carried along: means, sum (x - mean)(y - mean)', and what the unbiased HSIC needs
 * of squared lengths. All are about the means so far (Chan, Golub and LeVeque 1983), never E[xy] -
 * E[x]E[y], which cancels. Of X with itself it is X'X.
 *
 * <p>Two of them over different rows make one over all ({@link #merge}); the order makes no
 * difference beyond rounding. Some rows can be taken out again ({@link #without}).
 */
public final class CrossMoments {
  /** Of a number in double, with room for a few roundings. */
  private static final double LAST_BITS = 8 * 0x1p-53;

  private final int dx;
  private final int dy;
  private long n;

  /** (d_x), (d_y) the first row seen: numbers far from zero keep their digits about it. */
  private final double[] originX;

  private final double[] originY;

  /** Of the rows less the origins. */
  private final double[] meanX;

  private final double[] meanY;

  /** (d_x,d_y) sum u v', u and v being rows about their means. */
  private final Compensated products;

  /** Sums of k = |u|^2, l = |v|^2, k l. */
  private final Compensated lengths;

  /** (d_x) sum l u. */
  private final Compensated lu;

  /** (d_y) sum k v. */
  private final Compensated kv;

  public CrossMoments(int dx, int dy) {
    this.dx = dx;
    this.dy = dy;
    this.originX = new double[dx];
    this.originY = new double[dy];
    this.meanX = new double[dx];
    this.meanY = new double[dy];
    this.products = new Compensated(Math.multiplyExact(dx, dy));
    this.lengths = new Compensated(3);
    this.lu = new Compensated(dx);
    this.kv = new Compensated(dy);
  }

  private CrossMoments(CrossMoments other) {
    this.dx = other.dx;
    this.dy = other.dy;
    this.n = other.n;
    this.originX = other.originX.clone();
    this.originY = other.originY.clone();
    this.meanX = other.meanX.clone();
    this.meanY = other.meanY.clone();
    this.products = other.products.copy();
    this.lengths = other.lengths.copy();
    this.lu = other.lu.copy();
    this.kv = other.kv.copy();
  }

  /** Bytes that one of these takes. */
  public static long bytes(int dx, int dy) {
    return 2L * Double.BYTES * dx * dy;
  }

  /** n. */
  public long rows() {
    return n;
  }

  /** Adds rows; as many of each, of numbers that are finite. */
  public void add(Activations x, Activations y) {
    double[] rowX = n > 0 ? originX : Arrays.copyOf(x.values(), dx);
    double[] rowY = n > 0 ? originY : Arrays.copyOf(y.values(), dy);
    add(CentredRows.of(x, rowX), CentredRows.of(y, rowY));
  }

  /** Adds rows whose origins are those of the rows before. */
  void add(CentredRows x, CentredRows y) {
    take(partOf(x, y), 1);
  }

  /**
   * Sums in plain double: of some rows, or what these have come to.
   *
   * @param products (d_x,d_y)
   * @param lengths k, l, k l
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Part(
      long n,
      double[] originX,
      double[] originY,
      double[] meanX,
      double[] meanY,
      double[] products,
      double[] lengths,
      double[] lu,
      double[] kv) {
    /** Bytes of one. */
    static long bytes(int dx, int dy) {
      return (long) Double.BYTES * dx * dy;
    }
  }

  private static Part partOf(CentredRows x, CentredRows y) {
    DMatrixRMaj u = x.values();
    DMatrixRMaj v = y.values();
    double[] lengths = new double[3];
    double[] lu = new double[u.numCols];
    double[] kv = new double[v.numCols];
    for (int i = 0; i < u.numRows; i++) {
      double k = x.squaredLengths()[i];
      double l = y.squaredLengths()[i];
      lengths[0] += k;
      lengths[1] += l;
      lengths[2] += k * l;
      for (int j = 0; j < lu.length; j++) {
        lu[j] += l * u.data[i * lu.length + j];
      }
      for (int j = 0; j < kv.length; j++) {
        kv[j] += k * v.data[i * kv.length + j];
      }
    }
    return new Part(
        u.numRows,
        x.origin(),
        y.origin(),
        x.mean(),
        y.mean(),
        Products.transposedTimes(u, v).data,
        lengths,
        lu,
        kv);
  }

  /** What these have come to. */
  Part part() {
    return new Part(
        n,
        originX,
        originY,
        meanX.clone(),
        meanY.clone(),
        products.values(),
        lengths.values(),
        lu.values(),
        kv.values());
  }

  /** Takes in what another has seen; the other stays as it is. */
  public void merge(CrossMoments other) {
    take(other.part(), 1);
  }

  /** These less the rows of a part of them. */
  CrossMoments without(Part part) {
    CrossMoments rest = new CrossMoments(this);
    rest.take(part, -1);
    return rest;
  }

  /**
   * Adds a part, or takes one away. Both sides move to the mean of what there then is; of products,
   * where sum u = 0 and sum v = 0, a move by p and q adds n p q'.
   *
   * @param sign 1 or -1
   */
  private void take(Part part, int sign) {
    if (part.n == 0) {
      return;
    }
    if (n == 0) {
      System.arraycopy(part.originX, 0, originX, 0, dx);
      System.arraycopy(part.originY, 0, originY, 0, dy);
    }
    double[] otherX = moved(part.meanX, part.originX, originX);
    double[] otherY = moved(part.meanY, part.originY, originY);
    double share = (double) part.n / (n + sign * part.n);
    double[] newX = between(meanX, otherX, sign * share);
    double[] newY = between(meanY, otherY, sign * share);
    Move own = new Move(n, difference(meanX, newX), difference(meanY, newY));
    Move its = new Move(part.n, difference(otherX, newX), difference(otherY, newY));
    if (n > 0) {
      own.apply(products.values(), lengths, lu, kv);
    }
    Compensated itsLengths = new Compensated(3);
    Compensated itsLu = new Compensated(dx);
    Compensated itsKv = new Compensated(dy);
    itsLengths.add(part.lengths);
    itsLu.add(part.lu);
    itsKv.add(part.kv);
    its.apply(part.products, itsLengths, itsLu, itsKv);
    lengths.add(times(itsLengths.values(), sign));
    lu.add(times(itsLu.values(), sign));
    kv.add(times(itsKv.values(), sign));
    double[] row = new double[dy];
    for (int i = 0; i < dx; i++) {
      double a = n * own.p[i];
      double b = sign * part.n * its.p[i];
      for (int j = 0; j < dy; j++) {
        row[j] = a * own.q[j] + b * its.q[j];
      }
      products.add(row, i * dy);
      System.arraycopy(part.products, i * dy, row, 0, dy);
      products.add(sign > 0 ? row : times(row, -1), i * dy);
    }
    System.arraycopy(newX, 0, meanX, 0, dx);
    System.arraycopy(newY, 0, meanY, 0, dy);
    n += sign * part.n;
  }

  private static double[] times(double[] values, int sign) {
    double[] times = new double[values.length];
    for (int i = 0; i < times.length; i++) {
      times[i] = sign * values[i];
    }
    return times;
  }

  /** A mean about another origin. */
  private static double[] moved(double[] mean, double[] from, double[] to) {
    double[] moved = new double[mean.length];
    for (int j = 0; j < mean.length; j++) {
      moved[j] = mean[j] + (from[j] - to[j]);
    }
    return moved;
  }

  private static double[] between(double[] a, double[] b, double share) {
    double[] mean = new double[a.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = share == 1 ? b[j] : a[j] + (b[j] - a[j]) * share;
    }
    return mean;
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int j = 0; j < a.length; j++) {
      difference[j] = a[j] - b[j];
    }
    return difference;
  }

  /**
   * From sums about old means to sums about new ones. With p = old - new of x and q of y, rows
   * become u + p and v + q; as sum u = 0 and sum v = 0, what is added is
   *
   * <pre>
   * u v'  n p q'
   * k     n p'p
   * l     n q'q
   * l u   p sum l + 2 C q + n q'q p
   * k v   q sum k + 2 C'p + n p'p q
   * k l   2 q'sum kv + q'q sum k + 2 p'sum lu + 4 p'C q + p'p sum l + n p'p q'q
   * </pre>
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  private record Move(long n, double[] p, double[] q) {
    /**
     * All but the products.
     *
     * @param c C, about the old means
     */
    void apply(double[] c, Compensated lengths, Compensated lu, Compensated kv) {
      double[] cq = new double[p.length];
      double[] cp = new double[q.length];
      for (int i = 0; i < p.length; i++) {
        double sum = 0;
        for (int j = 0; j < q.length; j++) {
          double value = c[i * q.length + j];
          sum += value * q[j];
          cp[j] += value * p[i];
        }
        cq[i] = sum;
      }
      double pp = dot(p, p);
      double qq = dot(q, q);
      double k = lengths.value(0);
      double l = lengths.value(1);
      lengths.add(
          new double[] {
            n * pp,
            n * qq,
            2 * dot(q, kv.values())
                + qq * k
                + 2 * dot(p, lu.values())
                + 4 * dot(p, cq)
                + pp * l
                + n * pp * qq
          });
      lu.add(combined(p, l + n * qq, cq));
      kv.add(combined(q, k + n * pp, cp));
    }

    /** a factor + 2 b. */
    private static double[] combined(double[] a, double factor, double[] b) {
      double[] sum = new double[a.length];
      for (int j = 0; j < a.length; j++) {
        sum[j] = a[j] * factor + 2 * b[j];
      }
      return sum;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int j = 0; j < a.length; j++) {
        sum += a[j] * b[j];
      }
      return sum;
    }
  }

  // ---- what came out ----

  /** (d_x,d_y) sum u v'. */
  DMatrixRMaj products() {
    return DMatrixRMaj.wrap(dx, dy, products.values());
  }

  /**
   * The smallest share of the largest singular value that can be told from rounding: eigenvalues of
   * X'X, which are squares, are good to some last bits of the largest.
   *
   * @param columns d
   */
  static double leastTolerance(int columns) {
    return Math.sqrt(LAST_BITS * Math.sqrt(columns));
  }

  /**
   * Of X with itself: its principal directions.
   *
   * @param tolerance as in {@link Options}; {@link #leastTolerance} where it is smaller
   */
  Side side(double tolerance) {
    DMatrixRMaj products = products();
    double[] lengths = new double[dx];
    for (int j = 0; j < dx; j++) {
      double squares = products.get(j, j);
      // Of a constant column no more is left than its mean's last bits.
      double rounding = (originX[j] + meanX[j]) * LAST_BITS;
      lengths[j] = squares > n * rounding * rounding ? Math.sqrt(squares) : 0;
    }
    return Side.of(
        Decompositions.ofSquare(products), Math.max(tolerance, leastTolerance(dx)), lengths);
  }

  /**
   * Two sides in each other's terms.
   *
   * @param xx sums of X with itself, and {@code x} its directions
   * @param xy of both
   */
  static Alignment alignment(CrossMoments xx, Side x, CrossMoments xy, CrossMoments yy, Side y) {
    return Alignment.of(x, xy.products(), y, lengths(xx.totals(), xy.totals(), yy.totals()));
  }

  /**
   * What linear CKA takes of these.
   *
   * @param squares |X'Y|_F^2
   * @param lengths sums of k, l, k l
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Totals(long n, double squares, double[] lengths) {}

  Totals totals() {
    return new Totals(n, LinearMeasures.squares(products.values()), lengths.values());
  }

  /**
   * {@link LinearMeasures#linearCka} or {@link LinearMeasures#unbiasedCka}, without any
   * decomposition; NaN for a side that is constant.
   */
  static double cka(Measure measure, Totals xx, Totals xy, Totals yy) {
    return measure == Measure.CKA_UNBIASED
        ? LinearMeasures.unbiasedCka(xx.squares, xy.squares, yy.squares, lengths(xx, xy, yy))
        : LinearMeasures.linearCka(xx.squares, xy.squares, yy.squares);
  }

  private static Alignment.Lengths lengths(Totals xx, Totals xy, Totals yy) {
    return new Alignment.Lengths(
        xy.n, xy.lengths[0], xy.lengths[1], xx.lengths[2], xy.lengths[2], yy.lengths[2]);
  }
}

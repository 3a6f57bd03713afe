package vitrine.interp.compare.measures;

import org.ejml.data.DMatrixRMaj;

/**
 * Sums over any number of rows of X, (n,d_x), and Y, (n,d_y), in one pass, in double, each with its
 * rounding errors carried along: means, sum (x - mean)(y - mean)', and what the unbiased HSIC needs
 * of squared lengths. All are about the means so far (Chan, Golub and LeVeque 1983), never E[xy] -
 * E[x]E[y], which cancels. Of X with itself it is X'X.
 *
 * <p>Two of them over different rows make one over all ({@link #merge}); the order makes no
 * difference beyond rounding.
 */
public final class CrossMoments {
  /** Rows whose products are summed before they are added with care. */
  private static final int CHUNK = 512;

  /** Of a number in double, with room for a few roundings. */
  private static final double LAST_BITS = 8 * 0x1p-53;

  private final int dx;
  private final int dy;
  private long n;

  /** (d_x), (d_y) the first rows seen: numbers far from zero keep their digits about them. */
  private final double[] originX;

  private final double[] originY;

  /** Of the rows less the origins. */
  private final double[] meanX;

  private final double[] meanY;

  /** (d_x,d_y) sum u v', u and v being rows about their means. */
  private final Compensated products;

  /** Sums of k = |u|^2, l = |v|^2, k l. */
  private final Compensated lengths = new Compensated(3);

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
    this.lu = new Compensated(dx);
    this.kv = new Compensated(dy);
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
    if (n == 0) {
      System.arraycopy(x.values(), 0, originX, 0, dx);
      System.arraycopy(y.values(), 0, originY, 0, dy);
    }
    for (int from = 0; from < x.rows(); from += CHUNK) {
      consume(chunk(x.values(), y.values(), from, Math.min(CHUNK, x.rows() - from)));
    }
  }

  private CrossMoments chunk(double[] x, double[] y, int from, int count) {
    CrossMoments chunk = new CrossMoments(dx, dy);
    System.arraycopy(originX, 0, chunk.originX, 0, dx);
    System.arraycopy(originY, 0, chunk.originY, 0, dy);
    double[] u = centred(x, from, count, chunk.originX, chunk.meanX);
    double[] v = centred(y, from, count, chunk.originY, chunk.meanY);
    chunk.n = count;
    chunk.products.add(
        Products.transposedTimes(DMatrixRMaj.wrap(count, dx, u), DMatrixRMaj.wrap(count, dy, v))
            .data);
    double[] sumLu = new double[dx];
    double[] sumKv = new double[dy];
    for (int i = 0; i < count; i++) {
      double k = squares(u, i * dx, dx);
      double l = squares(v, i * dy, dy);
      chunk.lengths.add(new double[] {k, l, k * l});
      for (int j = 0; j < dx; j++) {
        sumLu[j] += l * u[i * dx + j];
      }
      for (int j = 0; j < dy; j++) {
        sumKv[j] += k * v[i * dy + j];
      }
    }
    chunk.lu.add(sumLu);
    chunk.kv.add(sumKv);
    return chunk;
  }

  private static double squares(double[] values, int from, int count) {
    double sum = 0;
    for (int j = from; j < from + count; j++) {
      sum += values[j] * values[j];
    }
    return sum;
  }

  /** Fills in the means, and gives the rows without them. */
  private static double[] centred(
      double[] values, int from, int count, double[] origin, double[] means) {
    int d = origin.length;
    double[] rows = new double[count * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values[from * d + i] - origin[i % d];
    }
    // Twice: the second time takes off what the mean's own rounding left.
    for (int time = 0; time < 2; time++) {
      double[] sums = new double[d];
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < d; j++) {
          sums[j] += rows[i * d + j];
        }
      }
      for (int j = 0; j < d; j++) {
        sums[j] /= count;
        means[j] += sums[j];
      }
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < d; j++) {
          rows[i * d + j] -= sums[j];
        }
      }
    }
    return rows;
  }

  /** Takes in what another has seen; the other stays as it is. */
  public void merge(CrossMoments other) {
    CrossMoments copy = new CrossMoments(dx, dy);
    copy.n = other.n;
    if (n == 0) {
      System.arraycopy(other.originX, 0, originX, 0, dx);
      System.arraycopy(other.originY, 0, originY, 0, dy);
    }
    for (int j = 0; j < dx; j++) {
      copy.meanX[j] = other.meanX[j] + (other.originX[j] - originX[j]);
    }
    for (int j = 0; j < dy; j++) {
      copy.meanY[j] = other.meanY[j] + (other.originY[j] - originY[j]);
    }
    copy.addSums(other);
    consume(copy);
  }

  /** Merges what has the same origins; the other is of no use afterwards. */
  private void consume(CrossMoments other) {
    if (other.n == 0) {
      return;
    }
    double[] newX = between(meanX, n, other.meanX, other.n);
    double[] newY = between(meanY, n, other.meanY, other.n);
    moveTo(newX, newY);
    other.moveTo(newX, newY);
    addSums(other);
    n += other.n;
  }

  private void addSums(CrossMoments other) {
    products.add(other.products);
    lengths.add(other.lengths);
    lu.add(other.lu);
    kv.add(other.kv);
  }

  private static double[] between(double[] a, long countA, double[] b, long countB) {
    double[] mean = new double[a.length];
    double share = (double) countB / (countA + countB);
    for (int j = 0; j < mean.length; j++) {
      mean[j] = a[j] + (b[j] - a[j]) * share;
    }
    return mean;
  }

  /**
   * From sums about the old means to sums about new ones. With p = old - new of x and q of y, rows
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
  private void moveTo(double[] newX, double[] newY) {
    double[] p = difference(meanX, newX);
    double[] q = difference(meanY, newY);
    System.arraycopy(newX, 0, meanX, 0, dx);
    System.arraycopy(newY, 0, meanY, 0, dy);
    if (n == 0) {
      return;
    }
    double pp = dot(p, p);
    double qq = dot(q, q);
    double k = lengths.value(0);
    double l = lengths.value(1);
    double[] c = products.values();
    double[] cq = new double[dx];
    double[] cp = new double[dy];
    double[] shift = c.clone();
    for (int i = 0; i < dx; i++) {
      for (int j = 0; j < dy; j++) {
        double value = c[i * dy + j];
        cq[i] += value * q[j];
        cp[j] += value * p[i];
        shift[i * dy + j] = n * p[i] * q[j];
      }
    }
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
    products.add(shift);
  }

  /** a factor + 2 b. */
  private static double[] combined(double[] a, double factor, double[] b) {
    double[] sum = new double[a.length];
    for (int j = 0; j < a.length; j++) {
      sum[j] = a[j] * factor + 2 * b[j];
    }
    return sum;
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int j = 0; j < a.length; j++) {
      difference[j] = a[j] - b[j];
    }
    return difference;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  // ---- what came out ----

  /** (d_x,d_y) sum u v'. */
  DMatrixRMaj products() {
    return DMatrixRMaj.wrap(dx, dy, products.values());
  }

  /** Of X with itself: its principal directions. */
  Side side(double tolerance) {
    DMatrixRMaj products = products();
    double[] lengths = new double[dx];
    for (int j = 0; j < dx; j++) {
      double squares = products.get(j, j);
      // Of a constant column no more is left than its mean's last bits.
      double rounding = (originX[j] + meanX[j]) * LAST_BITS;
      lengths[j] = squares > n * rounding * rounding ? Math.sqrt(squares) : 0;
    }
    return Side.of(Decompositions.ofSquare(products), tolerance, lengths);
  }

  /**
   * Two sides in each other's terms.
   *
   * @param xx sums of X with itself, and {@code x} its directions
   * @param xy of both
   */
  static Alignment alignment(CrossMoments xx, Side x, CrossMoments xy, CrossMoments yy, Side y) {
    return Alignment.of(x, xy.products(), y, lengths(xx, xy, yy));
  }

  /**
   * {@link LinearMeasures#linearCka}, without any decomposition; NaN for a side that is constant.
   */
  static double linearCka(CrossMoments xx, CrossMoments xy, CrossMoments yy) {
    return LinearMeasures.atMostOne(xy.squares() / Math.sqrt(xx.squares() * yy.squares()));
  }

  /** {@link LinearMeasures#unbiasedCka}, likewise. */
  static double unbiasedCka(CrossMoments xx, CrossMoments xy, CrossMoments yy) {
    return LinearMeasures.unbiasedCka(
        xx.squares(), xy.squares(), yy.squares(), lengths(xx, xy, yy));
  }

  /** |X'Y|_F^2. */
  private double squares() {
    double sum = 0;
    for (double value : products.values()) {
      sum += value * value;
    }
    return sum;
  }

  private static Alignment.Lengths lengths(CrossMoments xx, CrossMoments xy, CrossMoments yy) {
    return new Alignment.Lengths(
        xy.n,
        xy.lengths.value(0),
        xy.lengths.value(1),
        xx.lengths.value(2),
        xy.lengths.value(2),
        yy.lengths.value(2));
  }
}

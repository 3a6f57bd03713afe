package vitrine.kernels.host;

import vitrine.kernels.AttentionMask;
import vitrine.kernels.Shape;
import vitrine.kernels.Weight;

/**
 * The shape rules of {@link vitrine.kernels.Kernels}; each failure names op, operand, what it is
 * and what was expected.
 */
final class Checks {
  private Checks() {}

  static IllegalArgumentException error(String op, String operand, Object actual, String expected) {
    return new IllegalArgumentException(
        op + ": " + operand + ": " + actual + "; expected " + expected);
  }

  static void shape(String op, String operand, Shape actual, Shape expected) {
    if (!actual.equals(expected)) {
      throw error(op, operand, actual, expected.toString());
    }
  }

  static void shape(String op, String operand, Shape actual, int... expected) {
    shape(op, operand, actual, Shape.of(expected));
  }

  static void sameSize(String op, String operand, Shape actual, Shape like) {
    if (actual.size() != like.size()) {
      throw error(op, operand, actual, "as many elements as " + like);
    }
  }

  static void rank(String op, String operand, Shape actual, int rank) {
    if (actual.rank() != rank) {
      throw error(op, operand, actual, rank + " axes");
    }
  }

  static void hasRows(String op, String operand, Shape actual) {
    if (actual.rank() == 0 || actual.dim(-1) == 0) {
      throw error(op, operand, actual, "rows of at least one element");
    }
  }

  /** A tensor read as {@code rows} rows of {@code columns}, whatever its axes. */
  static void rowsOf(String op, String operand, Shape actual, long rows, int columns) {
    if (actual.size() != rows * columns) {
      throw error(op, operand, actual, rows + " rows of " + columns);
    }
  }

  /** How many rows of {@code columns} a tensor is, whatever its axes. */
  static long rows(String op, String operand, Shape actual, int columns) {
    if (actual.size() % columns != 0) {
      throw error(op, operand, actual, "rows of " + columns);
    }
    return actual.size() / columns;
  }

  /** The axis of a mean over positions, and its flags (B, length of the axis). */
  static void counts(String op, Shape x, int axis, boolean[] counts) {
    if (axis < 1 || axis >= x.rank()) {
      throw error(op, "axis", axis, "1 to " + (x.rank() - 1) + " for " + x);
    }
    if (counts.length != (long) x.dim(0) * x.dim(axis)) {
      throw error(op, "counts", counts.length, Shape.of(x.dim(0), x.dim(axis)) + " flags");
    }
  }

  /** One number a row, as layerNormScale gives: (..,1). */
  static void onePerRow(String op, String operand, Shape actual, Shape x) {
    int[] dims = x.toArray();
    dims[dims.length - 1] = 1;
    shape(op, operand, actual, dims);
  }

  /** q (B,Tq,H,K) and k or v (B,T',H,K) with T' at least the keys in use. */
  static void attend(String op, String operand, Shape q, Shape k, AttentionMask mask) {
    rank(op, "q", q, 4);
    rank(op, operand, k, 4);
    if (q.dim(0) != mask.batch() || q.dim(1) != mask.queries()) {
      throw error(op, "q", q, "(" + mask.batch() + "," + mask.queries() + ",H,K) as the mask has");
    }
    room(op, operand, k, mask.batch(), mask.keys(), q.dim(2));
    if (k.dim(3) != q.dim(3)) {
      throw error(op, operand, k, "heads of " + q.dim(3) + " as q has");
    }
  }

  /** k or v (B,T',H,K) with room for the keys. */
  static void room(String op, String operand, Shape k, int batch, int keys, int heads) {
    if (k.dim(0) != batch || k.dim(1) < keys || k.dim(2) != heads) {
      throw error(op, operand, k, "(" + batch + ", at least " + keys + "," + heads + ",K)");
    }
  }

  /** pattern (B,H,Tq,Tk), v (B,T',H,K) and what they are mixed to, (B,Tq,H,K). */
  static void mix(String op, Shape pattern, Shape v, String operand, Shape mixed) {
    rank(op, "pattern", pattern, 4);
    rank(op, "v", v, 4);
    room(op, "v", v, pattern.dim(0), pattern.dim(3), pattern.dim(1));
    shape(op, operand, mixed, pattern.dim(0), pattern.dim(2), pattern.dim(1), v.dim(3));
  }

  /** z (B,T,H,K) whose heads one after the other are the rows of w. */
  static void heads(String op, String operand, Shape z, Weight w) {
    rank(op, operand, z, 4);
    if ((long) z.dim(2) * z.dim(3) != w.in()) {
      throw error(op, operand, z, "H*K = " + w.in() + " as the weight has rows");
    }
  }

  /** Ids that name rows of a table, each one of them. */
  static void rowIds(String op, int[] ids, int rows) {
    ids(op, "ids", ids, ids.length, rows);
    for (int id : ids) {
      if (id < 0) {
        throw error(op, "ids", id, "0 to " + (rows - 1));
      }
    }
  }

  static void ids(String op, String operand, int[] ids, long rows, int limit) {
    if (ids.length != rows) {
      throw error(op, operand, ids.length, "one for each of " + rows + " rows");
    }
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] >= limit) {
        throw error(op, operand + "[" + i + "]", ids[i], "below " + limit);
      }
    }
  }
}

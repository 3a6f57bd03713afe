package vitrine.interp.probe;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Minimises a smooth function, whose curvature is about 1 in most directions, by limited-memory
 * BFGS (Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5), with a line search
 * for the strong Wolfe conditions by bisection.
 *
 * <p>A function that is computed in float32 has noise: near the minimum its values say nothing any
 * more while its gradient still does. A step then also counts as long enough a decrease when the
 * slope says so (the approximate Wolfe conditions of Hager and Zhang 2005), within a stated part of
 * the function's value.
 */
final class Lbfgs {
  private static final int MEMORY = 20;
  private static final double DECREASE = 1e-4;
  private static final double CURVATURE = 0.9;
  private static final int TRIALS = 40;

  /** What a function's value may rise within its noise, as a part of it. */
  private static final double NOISE = 1e-6;

  /** So often may the memory be forgotten because it leads nowhere. */
  private static final int MOST_RESETS = 2;

  /** So many iterations that gain nothing are the end. */
  private static final int PATIENCE = 10;

  /** A part of the value at the start that no gain need be smaller than. */
  private static final double FLOOR = 1e-13;

  private final int most;
  private final double tolerance;

  /**
   * @param most iterations
   * @param tolerance the search ends where two steps in turn promise to take no more than this part
   *     of the value off it; or hardly anything, measured by the value at the start
   */
  Lbfgs(int most, double tolerance) {
    this.most = most;
    this.tolerance = tolerance;
  }

  /** A function with its gradient. */
  interface Function {
    /**
     * The value at a point.
     *
     * @param gradient replaced
     */
    double at(double[] point, double[] gradient);
  }

  /** Why the search ended. */
  enum End {
    /** What is left to gain is within the tolerance. */
    CONVERGED,
    /** Steps gain nothing any more: the function's own precision is reached. */
    PRECISION,
    /** The most iterations were made. */
    ITERATIONS
  }

  /**
   * Where the search ended.
   *
   * @param promise by how much the value would fall, were the function the parabola that is
   *     estimated there
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Minimum(double[] point, double value, double promise, int iterations, End end) {}

  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  private record Pair(double[] s, double[] y, double rho) {}

  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  private record Step(double[] point, double value, double[] gradient) {}

  Minimum minimise(Function function, double[] start) {
    double[] gradient = new double[start.length];
    Step now = new Step(start.clone(), function.at(start, gradient), gradient);
    Deque<Pair> pairs = new ArrayDeque<>();
    double floor = FLOOR * Math.abs(now.value());
    Deque<Double> values = new ArrayDeque<>();
    int resets = 0;
    int small = 0;
    for (int iteration = 0; ; iteration++) {
      double[] direction = direction(now.gradient(), pairs);
      double slope = dot(direction, now.gradient());
      if (!(slope < 0)) {
        pairs.clear(); // noise has spoilt the memory: down the gradient again
        direction = direction(now.gradient(), pairs);
        slope = dot(direction, now.gradient());
      }
      double promise = -slope / 2;
      boolean isSmall = promise <= tolerance * Math.abs(now.value()) + floor;
      small = isSmall ? small + 1 : 0;
      if (promise == 0 || (small >= 2 && !pairs.isEmpty())) {
        return end(now, promise, iteration, End.CONVERGED);
      }
      if (iteration == most) {
        return end(now, promise, iteration, End.ITERATIONS);
      }
      if (gainsNothing(values, now.value())) {
        return end(now, promise, iteration, End.PRECISION);
      }
      Step next = search(function, now, direction, slope);
      if (next == null) {
        if (pairs.isEmpty() || resets == MOST_RESETS) {
          return end(now, promise, iteration, End.PRECISION);
        }
        resets++;
        pairs.clear();
        continue;
      }
      remember(pairs, now, next);
      now = next;
    }
  }

  /** Whether the value is what it was so many iterations ago. */
  private boolean gainsNothing(Deque<Double> values, double value) {
    values.addLast(value);
    return values.size() > PATIENCE && values.removeFirst() - value <= tolerance * Math.abs(value);
  }

  private static Minimum end(Step at, double promise, int iterations, End end) {
    return new Minimum(at.point(), at.value(), promise, iterations, end);
  }

  private static void remember(Deque<Pair> pairs, Step from, Step to) {
    int n = from.point().length;
    double[] s = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      s[i] = to.point()[i] - from.point()[i];
      y[i] = to.gradient()[i] - from.gradient()[i];
    }
    double sy = dot(s, y);
    if (sy > 1e-12 * norm(s) * norm(y)) {
      pairs.addLast(new Pair(s, y, 1 / sy));
      if (pairs.size() > MEMORY) {
        pairs.removeFirst();
      }
    }
  }

  /** The two loops: minus an estimate of the inverse Hessian times the gradient. */
  private static double[] direction(double[] gradient, Deque<Pair> pairs) {
    double[] q = gradient.clone();
    double[] alphas = new double[pairs.size()];
    int at = pairs.size();
    for (Pair pair : pairs.reversed()) {
      at--;
      alphas[at] = pair.rho() * dot(pair.s(), q);
      addTo(q, -alphas[at], pair.y());
    }
    if (!pairs.isEmpty()) {
      Pair last = pairs.getLast();
      scale(q, 1 / (last.rho() * dot(last.y(), last.y())));
    }
    for (Pair pair : pairs) {
      double beta = pair.rho() * dot(pair.y(), q);
      addTo(q, alphas[at++] - beta, pair.s());
    }
    scale(q, -1);
    return q;
  }

  /** A point along the direction that satisfies the Wolfe conditions; null where none was found. */
  private static @Nullable Step search(
      Function function, Step from, double[] direction, double slope) {
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double length = 1;
    for (int trial = 0; trial < TRIALS; trial++) {
      double[] point = from.point().clone();
      addTo(point, length, direction);
      double[] gradient = new double[point.length];
      double value = function.at(point, gradient);
      double there = dot(gradient, direction);
      boolean decreased = value <= from.value() + DECREASE * length * slope;
      boolean withinNoise =
          value <= from.value() + NOISE * Math.abs(from.value())
              && there <= (2 * DECREASE - 1) * slope;
      if (!Double.isFinite(value) || !(decreased || withinNoise)) {
        high = length;
      } else if (there < CURVATURE * slope) {
        low = length;
      } else if (Math.abs(there) > CURVATURE * Math.abs(slope)) {
        high = length; // rises steeply there: the minimum lies before
      } else {
        return new Step(point, value, gradient);
      }
      length = Double.isInfinite(high) ? 2 * length : (low + high) / 2;
    }
    return null;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static void addTo(double[] to, double factor, double[] what) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * what[i];
    }
  }

  private static void scale(double[] a, double factor) {
    for (int i = 0; i < a.length; i++) {
      a[i] *= factor;
    }
  }
}

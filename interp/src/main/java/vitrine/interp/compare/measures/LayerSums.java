package vitrine.interp.compare.measures;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.interp.stats.Parallel;

/**
 * The sums of many pairs of layers over one stream of rows: what each layer has with itself, and
 * what pairs have in common; for groups of rows apart, so that each can be left out again. And of
 * pairs with shuffled rows, for what chance gives.
 */
public final class LayerSums {
  private final Shape shape;
  private final int threads;
  private final List<Slot> slots;

  /** By slot: over all rows of closed groups; of the open one too, where none are left out. */
  private final List<CrossMoments> whole;

  /** By slot: over the rows since the last group was closed; none where none are left out. */
  private List<CrossMoments> open;

  /** By group, by slot. */
  private final List<List<CrossMoments.Part>> groups = new ArrayList<>();

  /** By pair; null off the diagonal. */
  private final List<@Nullable CrossMoments> shuffled = new ArrayList<>();

  private final List<double[]> originsX = new ArrayList<>();
  private final List<double[]> originsY = new ArrayList<>();

  /** A layer of X and a layer of Y. */
  public record Pair(int x, int y) {}

  /** Whether Y's layers are X's own. */
  public enum Sides {
    ONE,
    TWO
  }

  /** Which measures are taken without each group, too. */
  public enum LeaveOut {
    NONE,
    /** Those that need no decomposition. */
    QUICK,
    ALL
  }

  /**
   * What there is to sum.
   *
   * @param widthsX units of each layer of X
   * @param pairs which of them with which of Y; where both sides are one, mostly x <= y
   * @param leaveOut what groups are kept for
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  public record Shape(
      int[] widthsX, int[] widthsY, Sides sides, List<Pair> pairs, LeaveOut leaveOut) {
    public Shape {
      pairs = List.copyOf(pairs);
    }

    /** What each sum is of: layers of X with themselves, of Y, then pairs. */
    private List<Slot> slots() {
      List<Slot> slots = new ArrayList<>();
      for (int i = 0; i < widthsX.length; i++) {
        slots.add(new Slot(Of.X, i, i, widthsX[i], widthsX[i]));
      }
      for (int i = 0; i < widthsY.length && sides == Sides.TWO; i++) {
        slots.add(new Slot(Of.Y, i, i, widthsY[i], widthsY[i]));
      }
      for (Pair pair : pairs) {
        if (!isOwn(pair)) {
          slots.add(new Slot(Of.BOTH, pair.x(), pair.y(), widthsX[pair.x()], widthsY[pair.y()]));
        }
      }
      return slots;
    }

    /** A layer with itself, which is no sum of its own. */
    private boolean isOwn(Pair pair) {
      return sides == Sides.ONE && pair.x() == pair.y();
    }

    /**
     * Bytes that such sums take.
     *
     * @param groups that can be left out
     */
    public long bytes(int groups) {
      long each =
          switch (leaveOut) {
            case NONE -> 1;
            case QUICK -> 2;
            case ALL -> 3;
          };
      long bytes = 0;
      for (Slot slot : slots()) {
        bytes += each * CrossMoments.bytes(slot.dx, slot.dy);
        bytes += leaveOut == LeaveOut.NONE ? 0 : groups * CrossMoments.Part.bytes(slot.dx, slot.dy);
      }
      for (Pair pair : pairs) {
        bytes += isDiagonal(pair) ? CrossMoments.bytes(widthsX[pair.x()], widthsY[pair.y()]) : 0;
      }
      return bytes;
    }

    /** About how many operations the decompositions take, of all rows once. */
    public double decompositions() {
      double sum = 0;
      for (Slot slot : slots()) {
        double wide = Math.max(slot.dx, slot.dy);
        sum += (slot.of == Of.BOTH ? 16 : 30) * wide * wide * wide;
      }
      return sum;
    }
  }

  private enum Of {
    X,
    Y,
    BOTH
  }

  private record Slot(Of of, int x, int y, int dx, int dy) {
    CrossMoments empty() {
      return new CrossMoments(dx, dy);
    }
  }

  /** Empty sums. */
  public LayerSums(Shape shape, int threads) {
    this.shape = shape;
    this.threads = threads;
    this.slots = shape.slots();
    this.whole = slots.stream().map(Slot::empty).toList();
    this.open = whole;
    for (Pair pair : shape.pairs()) {
      shuffled.add(
          isDiagonal(pair)
              ? new CrossMoments(shape.widthsX()[pair.x()], shape.widthsY()[pair.y()])
              : null);
    }
    if (shape.leaveOut() != LeaveOut.NONE) {
      open = slots.stream().map(Slot::empty).toList();
    }
  }

  /** Chance is told for layers of the same place. */
  private static boolean isDiagonal(Pair pair) {
    return pair.x() == pair.y();
  }

  /**
   * Adds rows of every layer to the open group.
   *
   * @param order the rows of Y beside those of X for the shuffled sums
   */
  public void add(List<Activations> x, List<Activations> y, int[] order) {
    if (originsX.isEmpty()) {
      x.forEach(layer -> originsX.add(first(layer)));
      y.forEach(layer -> originsY.add(first(layer)));
    }
    List<CentredRows> ofX = centred(x, originsX);
    List<CentredRows> ofY = shape.sides() == Sides.ONE ? ofX : centred(y, originsY);
    List<Runnable> work = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      CrossMoments into = open.get(i);
      List<CentredRows> left = slot.of == Of.Y ? ofY : ofX;
      List<CentredRows> right = slot.of == Of.X ? ofX : ofY;
      work.add(() -> into.add(left.get(slot.x), right.get(slot.y)));
    }
    for (int i = 0; i < shuffled.size(); i++) {
      CrossMoments into = shuffled.get(i);
      Pair pair = shape.pairs().get(i);
      if (into != null) {
        work.add(() -> into.add(ofX.get(pair.x()), ofY.get(pair.y()).shuffled(order)));
      }
    }
    Parallel.map(
        work.size(),
        threads,
        piece -> {
          work.get(piece).run();
          return piece;
        });
  }

  private static double[] first(Activations layer) {
    return java.util.Arrays.copyOf(layer.values(), layer.columns());
  }

  private List<CentredRows> centred(List<Activations> layers, List<double[]> origins) {
    return Parallel.map(layers.size(), threads, i -> CentredRows.of(layers.get(i), origins.get(i)));
  }

  /** Rows from now on are another group's. */
  public void closeGroup() {
    if (shape.leaveOut() == LeaveOut.NONE || open.getFirst().rows() == 0) {
      return;
    }
    List<CrossMoments> closed = open;
    groups.add(
        Parallel.map(
            slots.size(),
            threads,
            i -> {
              whole.get(i).merge(closed.get(i));
              return closed.get(i).part();
            }));
    open = slots.stream().map(Slot::empty).toList();
  }

  // ---- what came out ----

  /**
   * One pair by one measure.
   *
   * @param leftOut without each group in turn; none where there is one group or they were not asked
   *     for
   * @param shuffled with shuffled rows; NaN off the diagonal
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  public record Value(double estimate, double[] leftOut, double shuffled) {}

  /** Units of the widest layer. */
  public int widest() {
    return Math.max(
        IntStream.of(shape.widthsX()).max().orElse(0),
        IntStream.of(shape.widthsY()).max().orElse(0));
  }

  /** Rows seen, of closed groups. */
  public long rows() {
    return whole.getFirst().rows();
  }

  /** How many groups there are that can be left out. */
  public int groups() {
    return groups.size();
  }

  /** By each measure, each pair's values in the order of the pairs. */
  public List<List<Value>> values(List<Measure> measures, Options options) {
    closeGroup();
    Whole all = new Whole(whole, measures, options);
    double[][] estimates = all.values(measures, options);
    double[][] chance = all.shuffled(measures, options);
    List<double[][]> leftOut = leftOut(measures, options);
    List<List<Value>> values = new ArrayList<>();
    for (int m = 0; m < measures.size(); m++) {
      List<Value> each = new ArrayList<>();
      for (int i = 0; i < shape.pairs().size(); i++) {
        int measure = m;
        int pair = i;
        each.add(
            new Value(
                estimates[m][i],
                isLeftOut(measures.get(m))
                    ? leftOut.stream().mapToDouble(one -> one[measure][pair]).toArray()
                    : new double[0],
                chance[m][i]));
      }
      values.add(each);
    }
    return values;
  }

  /** Whether a measure is taken without each group. */
  public boolean isLeftOut(Measure measure) {
    return groups.size() > 1
        && switch (shape.leaveOut()) {
          case NONE -> false;
          case QUICK -> isQuick(measure);
          case ALL -> true;
        };
  }

  /** One group at a time, so that no more than one such set of sums is there at once. */
  private List<double[][]> leftOut(List<Measure> measures, Options options) {
    List<Measure> wanted = measures.stream().filter(this::isLeftOut).toList();
    List<double[][]> leftOut = new ArrayList<>();
    for (int out = 0; out < groups.size() && !wanted.isEmpty(); out++) {
      List<CrossMoments.Part> parts = groups.get(out);
      List<double[]> each =
          wanted.stream().allMatch(LayerSums::isQuick)
              ? quick(
                  wanted,
                  Parallel.map(
                      slots.size(), threads, i -> whole.get(i).without(parts.get(i)).totals()))
              : List.of(rest(parts, wanted, options));
      double[][] all = new double[measures.size()][];
      for (int m = 0; m < measures.size(); m++) {
        int at = wanted.indexOf(measures.get(m));
        all[m] = at < 0 ? new double[0] : each.get(at);
      }
      leftOut.add(all);
    }
    return leftOut;
  }

  private double[][] rest(List<CrossMoments.Part> parts, List<Measure> wanted, Options options) {
    List<CrossMoments> rest =
        Parallel.map(slots.size(), threads, i -> whole.get(i).without(parts.get(i)));
    return new Whole(rest, wanted, options).values(wanted, options);
  }

  private List<double[]> quick(List<Measure> wanted, List<CrossMoments.Totals> totals) {
    return wanted.stream()
        .map(measure ->
            shape.pairs().stream()
                .mapToDouble(pair ->
                    CrossMoments.cka(
                        measure,
                        totals.get(slotOfX(pair)),
                        totals.get(slotOf(pair)),
                        totals.get(slotOfY(pair))))
                .toArray())
        .toList();
  }

  private int slotOfX(Pair pair) {
    return pair.x();
  }

  private int slotOfY(Pair pair) {
    return shape.sides() == Sides.ONE ? pair.y() : shape.widthsX().length + pair.y();
  }

  private int slotOf(Pair pair) {
    return shape.isOwn(pair)
        ? pair.x()
        : slots.indexOf(
            new Slot(
                Of.BOTH, pair.x(), pair.y(), shape.widthsX()[pair.x()], shape.widthsY()[pair.y()]));
  }

  /** Whether a measure needs no decomposition. */
  public static boolean isQuick(Measure measure) {
    return measure == Measure.CKA_LINEAR || measure == Measure.CKA_UNBIASED;
  }

  /** Sums by slot, with the directions of each layer; none where no measure asks for them. */
  private final class Whole {
    private final List<CrossMoments> sums;
    private final List<Side> sides;

    Whole(List<CrossMoments> sums, List<Measure> measures, Options options) {
      this.sums = sums;
      int layers =
          shape.widthsX().length + (shape.sides() == Sides.ONE ? 0 : shape.widthsY().length);
      this.sides =
          measures.stream().allMatch(LayerSums::isQuick)
              ? List.of()
              : Parallel.map(layers, threads, i -> sums.get(i).side(options.tolerance()));
    }

    /** By measure, by pair. */
    double[][] values(List<Measure> measures, Options options) {
      return of(measures, options, i -> sums.get(slotOf(shape.pairs().get(i))));
    }

    /** Likewise, with shuffled rows; NaN off the diagonal. */
    double[][] shuffled(List<Measure> measures, Options options) {
      return of(measures, options, shuffled::get);
    }

    private double[][] of(
        List<Measure> measures,
        Options options,
        java.util.function.IntFunction<@Nullable CrossMoments> cross) {
      List<double[]> byPair =
          Parallel.map(
              shape.pairs().size(),
              threads,
              i -> {
                CrossMoments xy = cross.apply(i);
                return xy == null
                    ? measures.stream().mapToDouble(measure -> Double.NaN).toArray()
                    : values(measures, options, shape.pairs().get(i), xy);
              });
      double[][] byMeasure = new double[measures.size()][byPair.size()];
      for (int i = 0; i < byPair.size(); i++) {
        for (int m = 0; m < byMeasure.length; m++) {
          byMeasure[m][i] = byPair.get(i)[m];
        }
      }
      return byMeasure;
    }

    private double[] values(List<Measure> measures, Options options, Pair pair, CrossMoments xy) {
      CrossMoments xx = sums.get(slotOfX(pair));
      CrossMoments yy = sums.get(slotOfY(pair));
      List<Measure> slow = measures.stream().filter(measure -> !isQuick(measure)).toList();
      double[] decomposed =
          slow.isEmpty()
              ? new double[0]
              : LinearFamily.values(
                  slow,
                  CrossMoments.alignment(
                      xx, sides.get(slotOfX(pair)), xy, yy, sides.get(slotOfY(pair))),
                  options);
      return measures.stream()
          .mapToDouble(measure ->
              isQuick(measure)
                  ? CrossMoments.cka(measure, xx.totals(), xy.totals(), yy.totals())
                  : decomposed[slow.indexOf(measure)])
          .toArray();
    }
  }
}

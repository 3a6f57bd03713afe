package vitrine.interp.compare.measures;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.interp.stats.Parallel;

/**
 * The sums of many pairs of layers over one stream of rows: what each layer has with itself, and
 * what pairs have in common; for groups of rows apart, so that each can be left out again. And of
 * pairs with shuffled rows, for what chance gives.
 */
public final class LayerSums {
  private final List<Pair> pairs;
  private final int threads;
  private final List<Group> groups = new ArrayList<>();
  private final List<CrossMoments> shuffled = new ArrayList<>();
  private final int[] widthsX;
  private final int[] widthsY;
  private final Sides sides;

  /** A layer of X and a layer of Y. */
  public record Pair(int x, int y) {}

  /** Whether Y's layers are X's own. */
  public enum Sides {
    ONE,
    TWO
  }

  private record Group(List<CrossMoments> x, List<CrossMoments> y, List<CrossMoments> pairs) {}

  /**
   * Empty sums.
   *
   * @param widthsX units of each layer of X
   * @param pairs which of them with which of Y; where both sides are one, x <= y
   * @param groups of rows, 1 or more
   */
  public LayerSums(
      int[] widthsX, int[] widthsY, Sides sides, List<Pair> pairs, int groups, int threads) {
    this.widthsX = widthsX.clone();
    this.widthsY = widthsY.clone();
    this.sides = sides;
    this.pairs = List.copyOf(pairs);
    this.threads = threads;
    for (int group = 0; group < groups; group++) {
      this.groups.add(empty());
    }
    for (Pair pair : this.pairs) {
      shuffled.add(new CrossMoments(widthsX[pair.x()], widthsY[pair.y()]));
    }
  }

  private Group empty() {
    List<CrossMoments> x = squares(widthsX);
    return new Group(
        x,
        sides == Sides.ONE ? x : squares(widthsY),
        pairs.stream()
            .map(pair ->
                sides == Sides.ONE && pair.x() == pair.y()
                    ? x.get(pair.x())
                    : new CrossMoments(widthsX[pair.x()], widthsY[pair.y()]))
            .toList());
  }

  private static List<CrossMoments> squares(int[] widths) {
    return IntStream.of(widths).mapToObj(width -> new CrossMoments(width, width)).toList();
  }

  /** Bytes that the sums of such layers take. */
  public static long bytes(
      int[] widthsX, int[] widthsY, Sides sides, List<Pair> pairs, int groups) {
    long each = 0;
    for (int width : widthsX) {
      each += CrossMoments.bytes(width, width);
    }
    for (int width : sides == Sides.ONE ? new int[0] : widthsY) {
      each += CrossMoments.bytes(width, width);
    }
    long cross = 0;
    for (Pair pair : pairs) {
      cross += CrossMoments.bytes(widthsX[pair.x()], widthsY[pair.y()]);
    }
    return groups * (each + cross) + cross;
  }

  /**
   * Adds rows of every layer.
   *
   * @param group that they belong to
   * @param order the rows of Y beside those of X for the shuffled sums
   */
  public void add(List<Activations> x, List<Activations> y, int group, int[] order) {
    Group into = groups.get(group);
    List<Runnable> work = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      int layer = i;
      work.add(() -> into.x().get(layer).add(x.get(layer), x.get(layer)));
    }
    for (int i = 0; i < y.size() && sides == Sides.TWO; i++) {
      int layer = i;
      work.add(() -> into.y().get(layer).add(y.get(layer), y.get(layer)));
    }
    for (int i = 0; i < pairs.size(); i++) {
      int at = i;
      Pair pair = pairs.get(i);
      if (sides == Sides.TWO || pair.x() != pair.y()) {
        work.add(() -> into.pairs().get(at).add(x.get(pair.x()), y.get(pair.y())));
      }
      if (isShuffled(pair)) {
        work.add(() -> shuffled.get(at).add(x.get(pair.x()), y.get(pair.y()).choose(order)));
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

  /** Those of a layer and its like: chance is told along the diagonal. */
  private static boolean isShuffled(Pair pair) {
    return pair.x() == pair.y();
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
    return Math.max(IntStream.of(widthsX).max().orElse(0), IntStream.of(widthsY).max().orElse(0));
  }

  /** Rows seen. */
  public long rows() {
    return groups.stream().mapToLong(group -> group.x().getFirst().rows()).sum();
  }

  /** By each measure, each pair's values in the order of the pairs. */
  public List<List<Value>> values(List<Measure> measures, Options options) {
    Whole all = whole(merged(-1), measures, options);
    List<Whole> others = new ArrayList<>();
    for (int out = 0; out < groups.size() && groups.size() > 1; out++) {
      others.add(new Whole(merged(out), List.of(), List.of()));
    }
    return measures.stream().map(measure -> values(measure, options, all, others)).toList();
  }

  private List<Value> values(Measure measure, Options options, Whole all, List<Whole> others) {
    boolean quick = isQuick(measure);
    return Parallel.map(
        pairs.size(),
        threads,
        i -> {
          double estimate = value(measure, options, all, i, all.sums().pairs().get(i));
          double[] leftOut =
              others.stream()
                  .filter(each -> quick)
                  .mapToDouble(each -> value(measure, options, each, i, each.sums().pairs().get(i)))
                  .toArray();
          double chance =
              isShuffled(pairs.get(i))
                  ? value(measure, options, all, i, shuffled.get(i))
                  : Double.NaN;
          return new Value(estimate, leftOut, chance);
        });
  }

  /** Whether a measure needs no decomposition. */
  public static boolean isQuick(Measure measure) {
    return measure == Measure.CKA_LINEAR || measure == Measure.CKA_UNBIASED;
  }

  /** Sums with the directions of each layer; none where no measure asks for them. */
  private record Whole(Group sums, List<Side> x, List<Side> y) {}

  private Whole whole(Group sums, List<Measure> measures, Options options) {
    if (measures.stream().allMatch(LayerSums::isQuick)) {
      return new Whole(sums, List.of(), List.of());
    }
    List<Side> x = sides(sums.x(), options);
    return new Whole(sums, x, sides == Sides.ONE ? x : sides(sums.y(), options));
  }

  /** All groups but one; all for one that there is not. */
  private Group merged(int out) {
    if (groups.size() == 1) {
      return groups.getFirst();
    }
    Group all = empty();
    int layersX = widthsX.length;
    int layersY = sides == Sides.TWO ? widthsY.length : 0;
    Parallel.map(
        layersX + layersY + pairs.size(),
        threads,
        piece -> {
          for (int group = 0; group < groups.size(); group++) {
            if (group != out) {
              part(all, piece).merge(part(groups.get(group), piece));
            }
          }
          return piece;
        });
    return all;
  }

  /**
   * One of a group's sums, by its place among all; of a pair that is no sum of its own, an empty.
   */
  private CrossMoments part(Group group, int piece) {
    int layersX = widthsX.length;
    int layersY = sides == Sides.TWO ? widthsY.length : 0;
    if (piece < layersX) {
      return group.x().get(piece);
    }
    if (piece < layersX + layersY) {
      return group.y().get(piece - layersX);
    }
    Pair pair = pairs.get(piece - layersX - layersY);
    return sides == Sides.ONE && pair.x() == pair.y()
        ? new CrossMoments(widthsX[pair.x()], widthsY[pair.y()])
        : group.pairs().get(piece - layersX - layersY);
  }

  private List<Side> sides(List<CrossMoments> layers, Options options) {
    return Parallel.map(layers.size(), threads, i -> layers.get(i).side(options.tolerance()));
  }

  private double value(Measure measure, Options options, Whole of, int index, CrossMoments cross) {
    Pair pair = pairs.get(index);
    CrossMoments xx = of.sums().x().get(pair.x());
    CrossMoments yy = of.sums().y().get(pair.y());
    if (isQuick(measure)) {
      return measure == Measure.CKA_LINEAR
          ? CrossMoments.linearCka(xx, cross, yy)
          : CrossMoments.unbiasedCka(xx, cross, yy);
    }
    return LinearFamily.value(
        measure,
        CrossMoments.alignment(xx, of.x().get(pair.x()), cross, yy, of.y().get(pair.y())),
        options);
  }
}

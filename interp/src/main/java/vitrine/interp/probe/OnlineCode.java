package vitrine.interp.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import vitrine.engine.InputException;

/**
 * The minimum description length of labels given representations, by the online (prequential) code
 * (Rissanen 1984; for probes Voita and Titov 2020): the first block of labels costs {@code n1
 * log2(K)} bits, each block after it {@code -log2 p(labels)} by a probe fitted on all blocks before
 * it. A short code says that the labels are both there and easy to read; unlike an accuracy it pays
 * for every example that had to be seen first.
 *
 * <p>Labels are coded in the order of the rows: rows that are sorted by class make a long code.
 *
 * <p>A class that no block before has shown has no probability in a fitted probe, and would cost
 * infinitely many bits. So that it is a code all the same, classes not seen among n labels share
 * {@code 1 / (n + 1)} evenly, and those seen share the rest as the probe says; where all were seen,
 * nothing changes.
 *
 * @param ends where each block ends, ascending; the last is the number of examples
 */
public record OnlineCode(List<Integer> ends) {
  private static final double LN2 = Math.log(2);

  /**
   * What the labels take.
   *
   * @param bits of all blocks
   * @param uniform {@code n log2(K)}: what they take without representations
   * @param blocks the bits of each
   */
  public record Length(double bits, double uniform, List<Double> blocks) {
    public Length {
      blocks = List.copyOf(blocks);
    }

    /** How many times shorter than the uniform code. */
    public double compression() {
      return uniform / bits;
    }
  }

  public OnlineCode {
    ends = List.copyOf(ends);
    int before = 0;
    for (int end : ends) {
      if (end <= before) {
        throw new InputException(
            "probe: mdl blocks: " + ends + "; expected ascending numbers of examples, from 1.");
      }
      before = end;
    }
    if (ends.isEmpty()) {
      throw new InputException("probe: mdl blocks: none; expected at least one.");
    }
  }

  /**
   * Blocks that end at 0.1%, 0.2%, 0.4%, 0.8%, 1.6%, 3.2%, 6.25%, 12.5%, 25%, 50% and all of the
   * labels, as in Voita and Titov (2020).
   *
   * @param rows how many labels there are
   */
  public static OnlineCode usual(int rows) {
    return new OnlineCode(
        DoubleStream.of(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1)
            .mapToInt(share -> (int) Math.round(share * rows))
            .filter(end -> end > 0)
            .distinct()
            .boxed()
            .toList());
  }

  /**
   * This code, with one more block for what is left where the last block ends before the labels do.
   *
   * @param rows how many labels there are
   * @param notes is told when a block was added
   * @throws InputException when a block ends behind them
   */
  public OnlineCode covering(int rows, Consumer<String> notes) {
    if (ends.getLast() > rows) {
      throw new InputException(
          "probe: mdl blocks: the last ends at %d; expected at most the number of training examples, %d."
              .formatted(ends.getLast(), rows));
    }
    if (ends.getLast() == rows) {
      return this;
    }
    notes.accept(
        "mdl blocks: the last ends at %d of %d training examples; one more block codes the rest"
            .formatted(ends.getLast(), rows));
    List<Integer> all = new ArrayList<>(ends);
    all.add(rows);
    return new OnlineCode(all);
  }

  /**
   * Codes the labels of all rows, in their order.
   *
   * @param x (n,d)
   * @param classes of the rows
   * @param count K
   * @throws InputException when the blocks do not end with the rows
   */
  public Length of(ProbeKind kind, Features x, int[] classes, int count) {
    return of(kind, x, Directions.of(x), classes, count);
  }

  /** As {@link #of(ProbeKind, Features, int[], int)}, with directions that are known. */
  public Length of(ProbeKind kind, Features x, Directions directions, int[] classes, int count) {
    if (ends.getLast() != x.rows()) {
      throw new InputException(
          "probe: mdl blocks: the last ends at %d; expected the number of training examples, %d."
              .formatted(ends.getLast(), x.rows()));
    }
    List<Double> blocks = new ArrayList<>();
    double uniform = Math.log(count) / LN2;
    blocks.add(ends.getFirst() * uniform);
    for (int block = 1; block < ends.size(); block++) {
      blocks.add(bits(kind, x, directions, classes, count, ends.get(block - 1), ends.get(block)));
    }
    double sum = blocks.stream().mapToDouble(each -> each).sum();
    return new Length(sum, x.rows() * uniform, blocks);
  }

  private static double bits(
      ProbeKind kind,
      Features x,
      Directions directions,
      int[] classes,
      int count,
      int from,
      int to) {
    int[] known = new int[count]; // the number among those seen; negative if not
    int seen = 0;
    Arrays.fill(known, -1);
    for (int row = 0; row < from; row++) {
      if (known[classes[row]] < 0) {
        known[classes[row]] = seen++;
      }
    }
    int[] own = new int[classes.length];
    for (int row = 0; row < own.length; row++) {
      own[row] = known[classes[row]];
    }
    double[] surprise =
        seen < 2
            ? new double[classes.length]
            : kind.fit(x, directions, own, from, seen).predict(x, own).surprise();
    double ofSeen = seen < count ? -Math.log(from / (from + 1.0)) : 0;
    double ofUnseen = seen < count ? Math.log((from + 1.0) * (count - seen)) : 0;
    double nats = 0;
    for (int row = from; row < to; row++) {
      nats += own[row] < 0 ? ofUnseen : surprise[row] + ofSeen;
    }
    return nats / LN2;
  }
}

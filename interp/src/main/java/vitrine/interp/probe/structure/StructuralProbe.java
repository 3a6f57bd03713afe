package vitrine.interp.probe.structure;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import vitrine.engine.data.Draw;
import vitrine.engine.hooks.SplitMix;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * A linear map B to few dimensions, in which {@code |B(h_i - h_j)|^2} is to be the number of edges
 * between two words, or {@code |B h_i|^2} a word's depth (Hewitt and Manning 2019). Minimises the
 * mean over sentences of the mean absolute error over pairs, or words, by Adam; the same numbers
 * whatever the threads.
 *
 * <p>What it does not tell: whether the model uses the tree; nor, without the same probe on
 * embeddings and on random weights, whether the tree is the model's or the probe's.
 *
 * @param kind what is predicted
 * @param width d
 * @param rank of B
 * @param map B, (d,rank) row by row
 * @param unit what numbers are divided by first
 * @param loss in the last epoch
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
record StructuralProbe(Kind kind, int width, int rank, float[] map, double unit, double loss) {
  /** What is predicted. */
  enum Kind {
    /** Of each two words, the number of edges between them. */
    DISTANCE,
    /** Of each word, the number of edges to the root. */
    DEPTH
  }

  /**
   * How it is trained.
   *
   * @param rank of B at most
   * @param epochs over all sentences
   * @param rate of Adam at the start; it falls in a line to 0
   * @param sentences in a step
   * @param seed of the start
   */
  record Training(int rank, int epochs, double rate, int sentences, long seed) {
    private static final int BATCH = 20;
    private static final int EPOCHS = 10;
    private static final int STEPS = 2000;

    /** 20 sentences a step, 10 epochs; of few sentences more, for 2,000 steps. */
    static Training usual(int trees, int rank, long seed) {
      int batches = (trees + BATCH - 1) / BATCH;
      return new Training(
          rank, Math.max(EPOCHS, (STEPS + batches - 1) / batches), 2e-3, BATCH, seed);
    }
  }

  /** Fits, going through the rows once an epoch, in order. */
  static StructuralProbe fit(
      Kernels kernels, String operand, Kind kind, TreeRows data, Training how) {
    int rank = Math.min(how.rank(), data.width());
    double unit = data.deviation(operand);
    try (Fitting fitting = new Fitting(kernels, kind, data, how, rank, unit)) {
      double loss = fitting.run();
      return new StructuralProbe(kind, data.width(), rank, fitting.map(), unit, loss);
    }
  }

  /**
   * What B makes of the words of each tree: (words,rank) each.
   *
   * @param data other trees, of the same layer
   */
  List<double[][]> project(Kernels kernels, TreeRows data) {
    List<double[][]> all = new ArrayList<>();
    try (Workspace workspace = kernels.workspace()) {
      Weight b =
          kernels.pack(workspace, MemorySegment.ofArray(map), width, rank, Weight.Layout.IN_OUT);
      int first = 0;
      for (Tree tree : data.trees()) {
        try (Workspace passing = kernels.workspace()) {
          Tensor x = upload(kernels, passing, data, first, tree.size(), unit);
          Tensor out = passing.allocate(tree.size(), rank);
          kernels.linear(x, b, null, Activation.IDENTITY, out);
          all.add(rows(out.toArray(), 0, tree.size(), rank));
        }
        first += tree.size();
      }
    }
    return all;
  }

  private static Tensor upload(
      Kernels kernels, Workspace owner, TreeRows data, int first, int count, double unit) {
    int d = data.width();
    float[] values = new float[count * d];
    for (int i = 0; i < count; i++) {
      double[] row = data.row().apply(first + i);
      for (int j = 0; j < d; j++) {
        values[i * d + j] = (float) (row[j] / unit);
      }
    }
    return kernels.upload(owner, Shape.of(count, d), values);
  }

  private static double[][] rows(float[] values, int first, int count, int rank) {
    double[][] rows = new double[count][rank];
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < rank; k++) {
        rows[i][k] = values[(first + i) * rank + k];
      }
    }
    return rows;
  }

  /**
   * The mean absolute error of one tree, and its gradient by the projected words.
   *
   * @param words (n,rank)
   * @param gradient (n,rank); added to
   */
  static double loss(Kind kind, Tree tree, double[][] words, double[][] gradient) {
    return switch (kind) {
      case DISTANCE -> distanceLoss(tree.distances(), words, gradient);
      case DEPTH -> depthLoss(tree.depths(), words, gradient);
    };
  }

  private static double distanceLoss(int[][] own, double[][] words, double[][] gradient) {
    int n = words.length;
    double pairs = n * (n - 1) / 2.0;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double error = squared(words[i], words[j]) - own[i][j];
        sum += Math.abs(error);
        double factor = 2 * Math.signum(error) / pairs;
        for (int k = 0; k < words[i].length; k++) {
          double step = factor * (words[i][k] - words[j][k]);
          gradient[i][k] += step;
          gradient[j][k] -= step;
        }
      }
    }
    return sum / pairs;
  }

  private static double depthLoss(int[] own, double[][] words, double[][] gradient) {
    int n = words.length;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double error = length(words[i]) - own[i];
      sum += Math.abs(error);
      for (int k = 0; k < words[i].length; k++) {
        gradient[i][k] += 2 * Math.signum(error) / n * words[i][k];
      }
    }
    return sum / n;
  }

  /** The squared distance. */
  static double squared(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }

  /** The squared length. */
  static double length(double[] a) {
    double sum = 0;
    for (double each : a) {
      sum += each * each;
    }
    return sum;
  }

  /** B on its way, with Adam's means (Kingma and Ba 2015). */
  private static final class Fitting implements AutoCloseable {
    private static final double FIRST = 0.9;
    private static final double SECOND = 0.999;
    private static final double EPSILON = 1e-8;

    private final Kernels kernels;
    private final Kind kind;
    private final TreeRows data;
    private final Training how;
    private final int rank;
    private final double unit;
    private final Workspace workspace;
    private final Weight b;
    private final Tensor matrix;
    private final double[] map;
    private final double[] first;
    private final double[] second;
    private int steps;

    Fitting(Kernels kernels, Kind kind, TreeRows data, Training how, int rank, double unit) {
      this.kernels = kernels;
      this.kind = kind;
      this.data = data;
      this.how = how;
      this.rank = rank;
      this.unit = unit;
      int d = data.width();
      map = new double[d * rank];
      first = new double[map.length];
      second = new double[map.length];
      long key = Draw.key(how.seed(), Draw.Use.WEIGHTS);
      for (int i = 0; i < map.length; i++) {
        // Two words are then about 2 apart.
        map[i] = SplitMix.gaussian(Draw.next(key, i)) / Math.sqrt((double) d * rank);
      }
      workspace = kernels.workspace();
      b = kernels.pack(workspace, MemorySegment.ofArray(map()), d, rank, Weight.Layout.IN_OUT);
      matrix = workspace.allocate(d, rank);
    }

    float[] map() {
      float[] values = new float[map.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) map[i];
      }
      return values;
    }

    /** The loss in the last epoch. */
    double run() {
      int batches = (data.trees().size() + how.sentences() - 1) / how.sentences();
      double loss = 0;
      for (int epoch = 0; epoch < how.epochs(); epoch++) {
        loss = 0;
        int row = 0;
        for (int batch = 0; batch < batches; batch++) {
          int from = batch * how.sentences();
          List<Tree> trees =
              data.trees().subList(from, Math.min(data.trees().size(), from + how.sentences()));
          double left = 1 - (epoch * (double) batches + batch) / (how.epochs() * (double) batches);
          loss += step(trees, row, how.rate() * left);
          row += trees.stream().mapToInt(Tree::size).sum();
        }
      }
      return loss / data.trees().size();
    }

    private double step(List<Tree> trees, int row, double rate) {
      int count = trees.stream().mapToInt(Tree::size).sum();
      try (Workspace passing = kernels.workspace()) {
        kernels.repack(kernels.upload(passing, matrix.shape(), map()), Weight.Layout.IN_OUT, b);
        Tensor x = upload(kernels, passing, data, row, count, unit);
        Tensor out = passing.allocate(count, rank);
        kernels.linear(x, b, null, Activation.IDENTITY, out);
        float[] projected = out.toArray();
        float[] dOut = new float[projected.length];
        double loss = 0;
        int at = 0;
        for (Tree tree : trees) {
          double[][] gradient = new double[tree.size()][rank];
          loss += loss(kind, tree, rows(projected, at, tree.size(), rank), gradient);
          for (double[] each : gradient) {
            for (int k = 0; k < rank; k++) {
              dOut[at * rank + k] = (float) (each[k] / trees.size());
            }
            at++;
          }
        }
        Weight dB = kernels.zeros(passing, b);
        kernels.linearBackwardWeight(x, kernels.upload(passing, out.shape(), dOut), dB);
        kernels.unpack(dB, Weight.Layout.IN_OUT, Into.REPLACE, matrix);
        adam(matrix.toArray(), rate);
        return loss;
      }
    }

    private void adam(float[] gradient, double rate) {
      steps++;
      double ofFirst = 1 - Math.pow(FIRST, steps);
      double ofSecond = 1 - Math.pow(SECOND, steps);
      for (int i = 0; i < map.length; i++) {
        first[i] = FIRST * first[i] + (1 - FIRST) * gradient[i];
        second[i] = SECOND * second[i] + (1 - SECOND) * gradient[i] * gradient[i];
        map[i] -= rate * (first[i] / ofFirst) / (Math.sqrt(second[i] / ofSecond) + EPSILON);
      }
    }

    @Override
    public void close() {
      workspace.close();
    }
  }
}

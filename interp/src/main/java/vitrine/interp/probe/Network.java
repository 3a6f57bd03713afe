package vitrine.interp.probe;

import java.util.Arrays;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.hooks.SplitMix;
import vitrine.kernels.Activation;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * A network of some hidden layers before the softmax: an MLP, or with the identity in the place of
 * the activation a linear probe of limited rank (Hewitt and Liang 2019). Minimises {@code sum of
 * -ln p + ||all matrices||^2 / (2C)} over all rows at once, by L-BFGS from a start that the seed
 * draws; scikit-learn's {@code MLPClassifier} with solver lbfgs minimises the same, divided by n. A
 * network has many minima: it finds one near its start.
 *
 * @param hidden widths of the hidden layers
 * @param activation behind each of them
 * @param inverseRegularization C
 * @param iterations at most
 * @param seed of the start
 */
public record Network(
    List<Integer> hidden,
    Activation activation,
    double inverseRegularization,
    int iterations,
    long seed)
    implements ProbeKind {
  private static final int MOST = 300;

  /**
   * A minimum among many need not be sharp: what is left is far below any difference that counts.
   */
  private static final double TOLERANCE = 1e-6;

  public Network {
    hidden = List.copyOf(hidden);
    if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1)) {
      throw new InputException(
          "probe: hidden layers: " + hidden + "; expected one width or more, from 1.");
    }
    if (!(inverseRegularization > 0 && Double.isFinite(inverseRegularization))) {
      throw new InputException(
          "probe: inverse regularization: "
              + inverseRegularization
              + "; expected a number greater than 0.");
    }
  }

  public static Network of(
      List<Integer> hidden, Activation activation, double inverseRegularization, long seed) {
    return new Network(hidden, activation, inverseRegularization, MOST, seed);
  }

  @Override
  public String label() {
    String widths = String.join(",", hidden.stream().map(String::valueOf).toList());
    return (activation == Activation.IDENTITY ? "rank:" : "mlp:") + widths;
  }

  @Override
  public NetworkProbe fit(Features x, Directions directions, int[] classes, int rows, int count) {
    NetworkShape shape = NetworkShape.of(x.width(), hidden, count);
    double mean = Arrays.stream(directions.variances()).average().orElse(0);
    double unit = mean > 0 ? 1 / Math.sqrt(mean) : 1;
    try (Loss loss = new Loss(x, shape, unit, classes, rows)) {
      Lbfgs.Minimum minimum = new Lbfgs(iterations, TOLERANCE).minimise(loss, start(shape));
      return new NetworkProbe(
          x.origin(),
          this,
          count,
          loss.spelled(minimum.point()),
          minimum.value(),
          minimum.iterations(),
          minimum.end() == Lbfgs.End.ITERATIONS ? Probe.Fit.NOT_OPTIMAL : Probe.Fit.OPTIMAL);
    }
  }

  /**
   * Normal numbers, so that what leaves a layer is about as large as what enters (He et al. 2015).
   */
  private double[] start(NetworkShape shape) {
    double[] start = new double[shape.size()];
    double gain = activation == Activation.RELU ? 2 : 1;
    for (int i = 0; i < shape.layers().size(); i++) {
      NetworkShape.Layer layer = shape.layers().get(i);
      long key = Draw.key(seed, Draw.Use.WEIGHTS, i);
      for (int at = layer.matrix(); at < layer.bias(); at++) {
        start[at] =
            Math.sqrt(gain / layer.in()) * SplitMix.gaussian(Draw.next(key, at - layer.matrix()));
      }
    }
    return start;
  }

  /**
   * What is minimised. A point has the weights on features divided by their mean standard
   * deviation: then all layers look alike to the search.
   */
  private final class Loss implements Lbfgs.Function, AutoCloseable {
    private final Features x;
    private final NetworkShape shape;
    private final double unit;
    private final int[] classes;
    private final int rows;
    private final NetworkPass pass;

    Loss(Features x, NetworkShape shape, double unit, int[] classes, int rows) {
      this.x = x;
      this.shape = shape;
      this.unit = unit;
      this.classes = classes;
      this.rows = rows;
      this.pass = new NetworkPass(x.kernels(), shape, activation);
    }

    /** Parameters on the features as they lie with the backend. */
    float[] spelled(double[] point) {
      float[] parameters = new float[point.length];
      int first = shape.layers().getFirst().bias();
      for (int i = 0; i < point.length; i++) {
        parameters[i] = (float) (i < first ? point[i] * unit : point[i]);
      }
      return parameters;
    }

    @Override
    public double at(double[] point, double[] gradient) {
      Arrays.fill(gradient, 0);
      pass.put(spelled(point));
      double loss = 0;
      for (int block = 0; block < Features.blocksBefore(rows); block++) {
        loss += block(block, gradient);
      }
      int first = shape.layers().getFirst().bias();
      for (int i = 0; i < first; i++) {
        gradient[i] *= unit;
      }
      for (NetworkShape.Layer layer : shape.layers()) {
        double size = layer.matrix() == 0 ? x.origin().weight(unit) : 1;
        double penalty = size * size / inverseRegularization;
        for (int i = layer.matrix(); i < layer.bias(); i++) {
          loss += point[i] * point[i] * penalty / 2;
          gradient[i] += point[i] * penalty;
        }
      }
      return loss;
    }

    private double block(int block, double[] gradient) {
      Tensor rowsOfBlock = x.blocks().get(block);
      int count = shape.layers().getLast().out();
      try (Workspace passing = x.kernels().workspace()) {
        NetworkPass.Forward forward = pass.forward(rowsOfBlock, passing);
        double[] scores = NetworkPass.wide(forward.scores());
        Softmax softmax = new Softmax(count);
        double loss = 0;
        for (int i = 0; i < rowsOfBlock.shape().dim(0); i++) {
          int row = Features.first(block) + i;
          if (row < rows) {
            loss += softmax.loss(scores, i * count, classes[row]);
          } else {
            Arrays.fill(scores, i * count, (i + 1) * count, 0);
          }
        }
        Tensor dScores = NetworkPass.narrow(x.kernels(), passing, forward.scores().shape(), scores);
        pass.backward(rowsOfBlock, forward, dScores, passing, gradient);
        return loss;
      }
    }

    @Override
    public void close() {
      pass.close();
    }
  }
}

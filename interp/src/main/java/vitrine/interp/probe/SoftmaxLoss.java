package vitrine.interp.probe;

import java.util.Arrays;

/**
 * What logistic regression minimises, as a function of its parameters: {@code sum of -ln p(class) +
 * ||W||^2 / (2C)}, the intercepts free; scikit-learn's objective. Of two classes only the second
 * has weights, as there (a sigmoid); of more each has its own. Parameters are W row by row, (d,F),
 * then the F intercepts, with F = 1 of two classes and K of more; a point is those in the
 * coordinates of a {@link Preconditioner}.
 *
 * <p>Scores and products with the features are a {@link LinearMap}'s, a block of rows at a time.
 * Probabilities are in double: of a row that the probe is sure of, 1 - p has no digits in float32,
 * and with a weak penalty nearly all rows are of that kind.
 */
final class SoftmaxLoss implements Lbfgs.Function, AutoCloseable {
  private final Features features;
  private final int[] classes;
  private final int rows;
  private final int count;
  private final int free;
  private final double penalty;
  private final Preconditioner coordinates;
  private final LinearMap map;

  /**
   * @param classes of each row, from 0
   * @param rows how many of them count, from the first
   * @param count K, at least 2
   */
  SoftmaxLoss(
      Features features,
      Directions directions,
      int[] classes,
      int rows,
      int count,
      double inverseRegularization) {
    this.features = features;
    this.classes = classes;
    this.rows = rows;
    this.count = count;
    this.free = count == 2 ? 1 : count;
    double unit = features.origin().weight(1);
    this.penalty = unit * unit / inverseRegularization;
    this.coordinates = new Preconditioner(directions, rows, spread(), penalty);
    this.map = new LinearMap(features, count);
  }

  /** Of each vector of weights: its class's share of the rows, times the rest. */
  private double[] spread() {
    int[] examples = new int[count];
    for (int row = 0; row < rows; row++) {
      examples[classes[row]]++;
    }
    double[] spread = new double[free];
    for (int k = 0; k < free; k++) {
      // One more than there are of either kind: a class without a row has a curvature too.
      double share = (examples[count - free + k] + 1.0) / (rows + 2.0);
      spread[k] = share * (1 - share);
    }
    return spread;
  }

  /** How many numbers a point has. */
  int size() {
    return (features.width() + 1) * free;
  }

  @Override
  public double at(double[] point, double[] gradient) {
    int weights = features.width() * free;
    double[] parameters = coordinates.parameters(point);
    put(parameters);
    double loss = 0;
    double[] byParameter = new double[gradient.length];
    for (int i = 0; i < weights; i++) {
      byParameter[i] = parameters[i] * penalty;
      loss += parameters[i] * parameters[i] * penalty / 2;
    }
    double[] dWeights = new double[features.width() * count];
    double[] dBias = new double[count];
    for (int block = 0; block < Features.blocksBefore(rows); block++) {
      loss += block(block, dWeights, dBias);
    }
    for (int row = 0; row < features.width(); row++) {
      for (int k = 0; k < free; k++) {
        byParameter[row * free + k] += dWeights[row * count + count - free + k];
      }
    }
    System.arraycopy(dBias, count - free, byParameter, weights, free);
    coordinates.gradient(byParameter, gradient);
    return loss;
  }

  /**
   * W, (d,K), and the intercepts below it, of all classes: zeros where they are not free.
   *
   * @param point in our coordinates
   */
  double[] whole(double[] point) {
    return spelled(coordinates.parameters(point));
  }

  private double[] spelled(double[] parameters) {
    int d = features.width();
    double[] values = new double[(d + 1) * count];
    for (int row = 0; row <= d; row++) {
      for (int k = 0; k < free; k++) {
        values[row * count + count - free + k] = parameters[row * free + k];
      }
    }
    return values;
  }

  private void put(double[] parameters) {
    int weights = features.width() * count;
    double[] values = spelled(parameters);
    map.put(Arrays.copyOf(values, weights), Arrays.copyOfRange(values, weights, values.length));
  }

  /**
   * The loss of a block's rows.
   *
   * @param dWeights (d,K), to which its part of the gradient is added
   * @param dBias (K), likewise
   */
  private double block(int block, double[] dWeights, double[] dBias) {
    double[] scores = map.scores(block);
    Softmax softmax = new Softmax(count);
    double loss = 0;
    for (int i = 0; i < scores.length / count; i++) {
      int row = Features.first(block) + i;
      if (row < rows) {
        loss += softmax.loss(scores, i * count, classes[row]);
      } else {
        Arrays.fill(scores, i * count, (i + 1) * count, 0);
      }
    }
    map.gradient(block, scores, dWeights);
    for (int k = 0; k < count; k++) {
      dBias[k] += softmax.sums()[k];
    }
    return loss;
  }

  @Override
  public void close() {
    map.close();
  }
}

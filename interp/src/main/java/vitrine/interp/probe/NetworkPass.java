package vitrine.interp.probe;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/** A network's parameters with the backend, and passes of rows through them, there and back. */
final class NetworkPass implements AutoCloseable {
  private final NetworkShape shape;
  private final Activation activation;
  private final Kernels kernels;
  private final Workspace workspace;
  private final List<Weight> weights = new ArrayList<>();
  private final List<Tensor> biases = new ArrayList<>();
  private final List<Tensor> matrices = new ArrayList<>();

  NetworkPass(Kernels kernels, NetworkShape shape, Activation activation) {
    this.kernels = kernels;
    this.shape = shape;
    this.activation = activation;
    this.workspace = kernels.workspace();
    for (NetworkShape.Layer layer : shape.layers()) {
      weights.add(
          kernels.pack(
              workspace,
              MemorySegment.ofArray(new float[layer.in() * layer.out()]),
              layer.in(),
              layer.out(),
              Weight.Layout.IN_OUT));
      biases.add(workspace.allocate(layer.out()));
      matrices.add(workspace.allocate(layer.in(), layer.out()));
    }
  }

  void put(float[] parameters) {
    try (Workspace passing = kernels.workspace()) {
      for (int i = 0; i < weights.size(); i++) {
        NetworkShape.Layer layer = shape.layers().get(i);
        kernels.repack(
            kernels.upload(
                passing,
                matrices.get(i).shape(),
                Arrays.copyOfRange(parameters, layer.matrix(), layer.bias())),
            Weight.Layout.IN_OUT,
            weights.get(i));
        kernels.copy(
            kernels.upload(
                passing,
                biases.get(i).shape(),
                Arrays.copyOfRange(parameters, layer.bias(), layer.end())),
            biases.get(i));
      }
    }
  }

  /**
   * What rows become.
   *
   * @param before what goes into each layer's activation; last the scores
   * @param after what comes out of it, for the layers but the last
   */
  record Forward(List<Tensor> before, List<Tensor> after) {
    Tensor scores() {
      return before.getLast();
    }
  }

  /**
   * Forward.
   *
   * @param x (n,d)
   */
  Forward forward(Tensor x, Workspace passing) {
    int n = x.shape().dim(0);
    List<Tensor> before = new ArrayList<>();
    List<Tensor> after = new ArrayList<>();
    Tensor at = x;
    for (int i = 0; i < weights.size(); i++) {
      Tensor out = passing.allocate(n, shape.layers().get(i).out());
      kernels.linear(at, weights.get(i), biases.get(i), Activation.IDENTITY, out);
      before.add(out);
      if (i < weights.size() - 1) {
        at = passing.allocate(n, shape.layers().get(i).out());
        kernels.activate(out, activation, at);
        after.add(at);
      }
    }
    return new Forward(before, after);
  }

  /**
   * Backward.
   *
   * @param x what went in
   * @param dScores (n,K)
   * @param gradient of all parameters; added to
   */
  void backward(Tensor x, Forward forward, Tensor dScores, Workspace passing, double[] gradient) {
    Tensor dOut = dScores;
    for (int i = weights.size() - 1; i >= 0; i--) {
      NetworkShape.Layer layer = shape.layers().get(i);
      Tensor in = i == 0 ? x : forward.after().get(i - 1);
      Weight dW = kernels.zeros(passing, weights.get(i));
      kernels.linearBackwardWeight(in, dOut, dW);
      kernels.unpack(dW, Weight.Layout.IN_OUT, Into.REPLACE, matrices.get(i));
      add(matrices.get(i).toArray(), gradient, layer.matrix());
      Tensor dBias = passing.allocate(layer.out());
      kernels.fill(dBias, 0);
      kernels.sumRows(dOut, dBias);
      add(dBias.toArray(), gradient, layer.bias());
      if (i > 0) {
        Tensor dIn = passing.allocate(x.shape().dim(0), layer.in());
        kernels.linearBackwardInput(dOut, weights.get(i), Into.REPLACE, dIn);
        kernels.activateBackward(forward.before().get(i - 1), activation, dIn, dIn);
        dOut = dIn;
      }
    }
  }

  /** The numbers of a tensor in double. */
  static double[] wide(Tensor tensor) {
    float[] values = tensor.toArray();
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** A tensor of these numbers. */
  static Tensor narrow(Kernels kernels, Workspace owner, Shape shape, double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return kernels.upload(owner, shape, narrow);
  }

  private static void add(float[] values, double[] to, int at) {
    for (int i = 0; i < values.length; i++) {
      to[at + i] += values[i];
    }
  }

  @Override
  public void close() {
    workspace.close();
  }
}

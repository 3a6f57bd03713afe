package vitrine.interp.probe;

import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * A network that was fitted.
 *
 * @param origin of the features
 * @param kind what it is
 * @param classes K
 * @param parameters on features counted from there
 * @param objective where the search ended
 * @param iterations that it took
 * @param fit whether that is a minimum
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record NetworkProbe(
    Origin origin,
    Network kind,
    int classes,
    float[] parameters,
    double objective,
    int iterations,
    Fit fit)
    implements Probe {
  @Override
  public Predictions predict(Features x, int[] own) {
    NetworkShape shape = NetworkShape.of(x.width(), kind.hidden(), classes);
    Predictions.Gathered gathered = new Predictions.Gathered(own);
    try (NetworkPass pass = new NetworkPass(x.kernels(), shape, kind.activation())) {
      pass.put(parameters);
      for (Tensor block : x.blocks()) {
        try (Workspace passing = x.kernels().workspace()) {
          gathered.add(NetworkPass.wide(pass.forward(block, passing).scores()), classes);
        }
      }
    }
    return gathered.predictions();
  }
}

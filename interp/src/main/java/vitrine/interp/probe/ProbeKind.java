package vitrine.interp.probe;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.kernels.Activation;

/** A way to tell classes from features. */
public sealed interface ProbeKind permits LogisticRegression, Network, NearestMean {
  /** What the command line calls them. */
  String NAMES = "linear, rank:R, mlp:WIDTH, mlp:WIDTH,WIDTH,... or nearest-mean";

  /** As the command line has it. */
  String label();

  /**
   * Fits on the first rows.
   *
   * @param x (n,d)
   * @param directions of all rows, which several fits may share
   * @param classes of all rows, from 0 to {@code count - 1}
   * @param rows how many of them count
   * @param count how many classes there are, at least 2
   */
  Probe fit(Features x, Directions directions, int[] classes, int rows, int count);

  /**
   * By its name.
   *
   * @param inverseRegularization C, of those that have a penalty
   * @param seed of those that start somewhere
   * @throws InputException when there is none of that name
   */
  static ProbeKind of(String name, double inverseRegularization, long seed) {
    int colon = name.indexOf(':');
    if (colon < 0) {
      return switch (name) {
        case "linear" -> LogisticRegression.of(inverseRegularization);
        case "nearest-mean" -> new NearestMean();
        default -> throw unknown(name);
      };
    }
    List<Integer> sizes = sizes(name.substring(colon + 1));
    Activation activation =
        switch (name.substring(0, colon)) {
          case "rank" -> Activation.IDENTITY;
          case "mlp" -> Activation.RELU;
          default -> throw unknown(name);
        };
    if (sizes.isEmpty() || (activation == Activation.IDENTITY && sizes.size() > 1)) {
      throw unknown(name);
    }
    return Network.of(sizes, activation, inverseRegularization, seed);
  }

  private static InputException unknown(String name) {
    return new InputException(
        "probe: --kind: %s; expected %s. See: vitrine help probe".formatted(name, NAMES));
  }

  /** Numbers from 1 with commas between; none where it is anything else. */
  private static List<Integer> sizes(String text) {
    List<Integer> sizes = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      if (!each.matches("[1-9][0-9]{0,4}")) {
        return List.of();
      }
      sizes.add(Integer.valueOf(each));
    }
    return sizes;
  }
}

package vitrine.engine.families;

import java.util.Optional;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.models.Parameter;

/** What both families read in the same way. */
final class Readings {
  private Readings() {}

  /** A LayerNorm under its present names, or under the gamma and beta of early files. */
  static LayerNorm norm(ParameterReader in, String name, int width, float eps) {
    return new LayerNorm(
        in.tensor(in.either(name + ".weight", name + ".gamma"), Parameter.Kind.NORM, width),
        in.tensor(in.either(name + ".bias", name + ".beta"), Parameter.Kind.NORM, width),
        eps);
  }

  /**
   * The number of classes: the config's, else the rows of the head's own matrix. (A config of two
   * labels, the default, is written without them.)
   *
   * @param weight the head's (C,D) tensor
   */
  static int labels(Config config, ParameterReader in, String weight) {
    Optional<Integer> promised = config.labels();
    int count = promised.orElseGet(() -> in.rows(weight).orElse(2));
    if (count == 0) {
      throw config.wrong(
          "num_labels", "missing and " + weight + " has no rows", "a class at least");
    }
    return count;
  }
}

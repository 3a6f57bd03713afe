package vitrine.engine.families;

import org.jspecify.annotations.Nullable;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Shape;

/**
 * Where the tensors come from that a config calls for and a checkpoint lacks. Whoever runs a model
 * wants none; whoever trains one draws them.
 */
@FunctionalInterface
public interface MissingTensors {
  /** Nothing is made up: what is missing is an error. */
  MissingTensors REFUSED = (name, shape, kind) -> null;

  /**
   * The numbers of a tensor, row-major; null where its absence is an error.
   *
   * @param name of the tensor
   * @param shape of the tensor, as a file would have it
   */
  float @Nullable [] values(String name, Shape shape, Parameter.Kind kind);
}

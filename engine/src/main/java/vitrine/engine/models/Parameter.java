package vitrine.engine.models;

import vitrine.engine.hooks.Gradients;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;

/**
 * One trained array of a model, under its name in the model's files.
 *
 * @param shape in the file
 * @param storage where the backend keeps it
 */
public record Parameter(String name, Shape shape, Kind kind, Storage storage) {
  /** What a parameter is for; decides on weight decay. */
  public enum Kind {
    MATRIX,
    EMBEDDING,
    BIAS,
    /** Weight and bias of a LayerNorm. */
    NORM
  }

  /** The numbers, row-major in {@link #shape}. */
  public float[] values(Kernels kernels) {
    return storage.download(kernels);
  }

  /** Its gradient, row-major in {@link #shape}. */
  public float[] gradient(Kernels kernels, Gradients gradients) {
    return storage.gradient(gradients).download(kernels);
  }
}

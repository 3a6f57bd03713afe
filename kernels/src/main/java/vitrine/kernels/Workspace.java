package vitrine.kernels;

/**
 * Owns memory: a model has one for its weights, a run one for its activations. Everything allocated
 * from it dies with {@link #close()}. Confined to one thread at a time.
 */
public interface Workspace extends AutoCloseable {
  /**
   * A new tensor whose contents are unspecified: the op that gets it as {@code out} writes every
   * element.
   */
  Tensor allocate(Shape shape);

  default Tensor allocate(int... dims) {
    return allocate(Shape.of(dims));
  }

  /** Gives a tensor's memory back for the next allocation; the tensor is unusable from then on. */
  void release(Tensor tensor);

  /** Bytes now held by live tensors and weights. */
  long bytesInUse();

  /** The largest that {@link #bytesInUse()} has been. */
  long peakBytes();

  @Override
  void close();
}

package vitrine.engine.hooks;

import java.util.IdentityHashMap;
import java.util.function.Supplier;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * The gradients of a model's parameters, each found by the parameter's own tensor or matrix. A
 * backward pass adds into them; several passes may add up. Used by one thread.
 */
public final class Gradients implements AutoCloseable {
  private final Kernels kernels;
  private final Workspace workspace;
  private final Lifetime lifetime;
  private long bytes;
  private final IdentityHashMap<Tensor, Tensor> tensors = new IdentityHashMap<>();
  private final IdentityHashMap<Weight, Weight> matrices = new IdentityHashMap<>();

  private enum Lifetime {
    OWN,
    /** Of the workspace's owner. */
    BORROWED
  }

  /** Gradients that are all zero so far, in memory of their own. */
  public Gradients(Kernels kernels) {
    this(kernels, kernels.workspace(), Lifetime.OWN);
  }

  /** Gradients that are all zero so far, and go when that workspace is closed. */
  public Gradients(Kernels kernels, Workspace workspace) {
    this(kernels, workspace, Lifetime.BORROWED);
  }

  private Gradients(Kernels kernels, Workspace workspace, Lifetime lifetime) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.lifetime = lifetime;
  }

  /** The gradient of a parameter, of its shape; zeros where nothing was added. */
  public Tensor of(Tensor parameter) {
    return tensors.computeIfAbsent(
        parameter,
        _ -> {
          Tensor gradient = counted(() -> workspace.allocate(parameter.shape()));
          kernels.fill(gradient, 0f);
          return gradient;
        });
  }

  private <T> T counted(Supplier<T> allocation) {
    long before = workspace.bytesInUse();
    T allocated = allocation.get();
    bytes += workspace.bytesInUse() - before;
    return allocated;
  }

  /** The gradient of a matrix, of its form; zeros where nothing was added. */
  public Weight of(Weight parameter) {
    return matrices.computeIfAbsent(
        parameter, _ -> counted(() -> kernels.zeros(workspace, parameter)));
  }

  /** Makes every gradient zero again; the memory stays. */
  public void clear() {
    tensors.values().forEach(gradient -> kernels.fill(gradient, 0f));
    matrices.values().forEach(gradient -> kernels.fill(gradient.elements(), 0f));
  }

  /** Bytes that the gradients hold. */
  public long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (lifetime == Lifetime.OWN) {
      workspace.close();
    }
  }
}

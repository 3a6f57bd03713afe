package vitrine.kernels.scalar;

import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;
import vitrine.kernels.host.Element;
import vitrine.kernels.host.HostKernels;
import vitrine.kernels.host.HostTensor;

/**
 * The {@code scalar} backend on float64 memory, for tests that hold a gradient against central
 * differences: in float32 a difference of two results is mostly rounding.
 *
 * <p>It is the same code, and a {@link Kernels} like any other: what is uploaded as floats is
 * widened, {@link Tensor#toArray} rounds. Doubles go in and out through the methods here; those of
 * a matrix through {@link Kernels#repack} and {@link Kernels#unpack}. Numbers that ops take as
 * float parameters (a scale, an eps) are the same in both.
 */
public final class DoubleKernels {
  private DoubleKernels() {}

  /** Opens the backend; to be closed like any other. */
  public static Kernels open() {
    return new HostKernels("scalar64", new ScalarArithmetic(), Element.FLOAT64);
  }

  /**
   * Uploads doubles as they are.
   *
   * @param owner a workspace of {@link #open}
   */
  public static Tensor upload(Workspace owner, Shape shape, double... values) {
    Tensor tensor = owner.allocate(shape);
    write(tensor, values);
    return tensor;
  }

  /** The tensor's elements become the values. */
  public static void write(Tensor tensor, double... values) {
    if (values.length != tensor.shape().size()) {
      throw new IllegalArgumentException(
          "write: " + values.length + " values for shape " + tensor.shape());
    }
    HostTensor to = alive(tensor);
    for (int i = 0; i < values.length; i++) {
      to.put(i, values[i]);
    }
  }

  /** Downloads everything as it is. */
  public static double[] toDoubles(Tensor tensor) {
    HostTensor from = alive(tensor);
    double[] values = new double[Math.toIntExact(tensor.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.at(i);
    }
    return values;
  }

  private static HostTensor alive(Tensor tensor) {
    HostTensor host = (HostTensor) tensor;
    if (host.memory().byteSize() != host.shape().size() * Double.BYTES) {
      throw new IllegalArgumentException(
          "tensor " + host.shape() + ": float32; expected one of DoubleKernels.open()");
    }
    return host;
  }
}

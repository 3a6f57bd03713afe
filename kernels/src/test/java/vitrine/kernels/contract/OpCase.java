package vitrine.kernels.contract;

import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * One use of one op.
 *
 * @param op the name of the method of {@link Kernels}
 * @param label what is special about it
 * @param computation runs it on a backend and gives the result
 * @param expected the exact result
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OpCase(
    String op, String label, Computation computation, double[] expected, Tolerance tolerance) {
  @FunctionalInterface
  interface Computation {
    Tensor run(Kernels kernels, Workspace workspace);
  }

  @Override
  public String toString() {
    return op + " " + label;
  }
}

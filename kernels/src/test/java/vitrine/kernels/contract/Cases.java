package vitrine.kernels.contract;

import java.util.ArrayList;
import java.util.List;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/** Collects cases of ops with several results: one case for each result. */
final class Cases {
  /** Runs an op and gives all its results. */
  @FunctionalInterface
  interface Computation {
    Tensor[] run(Kernels kernels, Workspace workspace);
  }

  /** What one of the results must be. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Result(String operand, double[] expected, Tolerance tolerance) {}

  private final List<OpCase> cases = new ArrayList<>();

  List<OpCase> list() {
    return cases;
  }

  /** Of results in the order of what the computation gives. */
  void add(String op, String label, Computation computation, Result... results) {
    for (int i = 0; i < results.length; i++) {
      int which = i;
      Result result = results[i];
      cases.add(
          new OpCase(
              op,
              label + ": " + result.operand,
              (k, w) -> computation.run(k, w)[which],
              result.expected,
              result.tolerance));
    }
  }

  /** A tensor that must be written whole: an element left out stays NaN. */
  static Tensor blank(Kernels kernels, Workspace workspace, Shape shape) {
    Tensor tensor = workspace.allocate(shape);
    kernels.fill(tensor, Float.NaN);
    return tensor;
  }

  static Tensor[] only(Tensor tensor) {
    return new Tensor[] {tensor};
  }
}

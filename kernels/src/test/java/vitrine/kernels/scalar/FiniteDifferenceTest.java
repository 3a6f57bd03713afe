package vitrine.kernels.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import vitrine.kernels.AdamStep;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;
import vitrine.kernels.scalar.DifferentiableOps.Trial;
import vitrine.kernels.scalar.GradientCheck.Outcome;

/** Every backward op is the derivative of its forward op. */
class FiniteDifferenceTest {
  /** Thirty times the largest that is seen; a gradient that is wrong is off by far more. */
  private static final double ALLOWED = 1e-8;

  /** Gradients without "Backward" in their name: dropout's is itself, sumRows is a bias's. */
  private static final Set<String> ALSO = Set.of("dropout", "sumRows");

  @Test
  void should_match_central_differences_when_differentiated() {
    List<Trial> trials = DifferentiableOps.all();
    try (Kernels kernels = DoubleKernels.open()) {
      List<Outcome> outcomes =
          trials.stream()
              .flatMap(
                  trial -> trial.inputs().run(kernels, trial.forward(), trial.backward()).stream())
              .toList();
      Outcome worst =
          outcomes.stream().max(Comparator.comparingDouble(Outcome::relativeError)).get();
      assertTrue(
          outcomes.stream().allMatch(one -> one.relativeError() < ALLOWED),
          () -> "largest relative error: " + worst + "; expected below " + ALLOWED);
      assertEquals(147, trials.size(), "trials");
      assertEquals(279, outcomes.size(), "gradients");
      assertEquals(216, outcomes.stream().filter(one -> one.length() > 0).count(), "not of zeros");
    }
  }

  @Test
  void should_try_every_backward_op_when_kernels_grow() {
    Set<String> ops =
        Arrays.stream(Kernels.class.getDeclaredMethods())
            .map(java.lang.reflect.Method::getName)
            .filter(name -> name.contains("Backward"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> forward =
        Arrays.stream(Kernels.class.getDeclaredMethods())
            .map(java.lang.reflect.Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(18, ops.size(), ops::toString);
    for (String op : ops) {
      assertTrue(forward.contains(op.substring(0, op.indexOf("Backward"))), op);
    }
    ops.addAll(ALSO);
    Set<String> tried =
        DifferentiableOps.all().stream()
            .map(Trial::op)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(ops, tried);
  }

  @Test
  void should_notice_when_a_gradient_is_wrong_by_a_millionth() {
    try (Kernels kernels = DoubleKernels.open()) {
      List<Outcome> outcomes =
          new GradientCheck("twice, but for a trifle")
              .input(5)
              .run(
                  kernels,
                  (k, w, x) -> {
                    Tensor y = w.allocate(5);
                    k.add(x[0], x[0], y);
                    return y;
                  },
                  (k, w, x, dOut) -> {
                    k.scale(dOut, 2.000005f, dOut);
                    return new Tensor[] {dOut};
                  });
      assertTrue(outcomes.getFirst().relativeError() > ALLOWED, outcomes::toString);
    }
  }

  /** Loshchilov and Hutter 2019, algorithm 2, three steps from nothing. */
  @Test
  void should_step_by_the_formula_when_adamW() {
    double[] x = {0.5, -1.25, 3, 0};
    double[] m = new double[4];
    double[] v = new double[4];
    double[][] gradients = {{1, -2, 1e-3, 0}, {0.5, 0.25, -7, 0}, {-1.5, 4, 1e3, 1e-6}};
    try (Kernels kernels = DoubleKernels.open();
        Workspace workspace = kernels.workspace()) {
      Shape shape = Shape.of(4);
      Tensor ofX = DoubleKernels.upload(workspace, shape, x);
      Tensor ofM = DoubleKernels.upload(workspace, shape, m);
      Tensor ofV = DoubleKernels.upload(workspace, shape, v);
      double b1 = 0.9f;
      double b2 = 0.999f;
      for (int t = 1; t <= 3; t++) {
        AdamStep step = new AdamStep(0.125f, 0.9f, 0.999f, 1e-8f, 0.0625f, t, 0.5f);
        Tensor gradient = DoubleKernels.upload(workspace, shape, gradients[t - 1]);
        kernels.adamW(ofX, gradient, ofM, ofV, step);
        for (int i = 0; i < x.length; i++) {
          double g = gradients[t - 1][i] / 2;
          m[i] = b1 * m[i] + (1 - b1) * g;
          v[i] = b2 * v[i] + (1 - b2) * g * g;
          double update = m[i] / (1 - Math.pow(b1, t));
          update /= Math.sqrt(v[i] / (1 - Math.pow(b2, t))) + 1e-8f;
          x[i] -= 0.125 * (update + 0.0625 * x[i]);
        }
      }
      assertEquals(0, largest(x, DoubleKernels.toDoubles(ofX)), 1e-14);
      assertEquals(0, largest(m, DoubleKernels.toDoubles(ofM)), 1e-13);
      assertEquals(0, largest(v, DoubleKernels.toDoubles(ofV)), 1e-11);
    }
  }

  private static double largest(double[] expected, double[] actual) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
    }
    return largest;
  }
}

package vitrine.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Backends;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/** What any backend must pass: extend it, and say how to open the backend. */
public abstract class KernelsContract {
  /** Not ops on numbers; each has a test of its own here. */
  private static final Set<String> HOUSEKEEPING =
      Set.of("name", "description", "workspace", "upload", "pack", "keyValues", "close");

  static final int OPS = 50;

  /** Opens the backend under test with so many threads. */
  protected abstract Kernels open(int threads);

  @TestFactory
  Stream<DynamicTest> should_give_the_exact_result_when_op_runs() {
    return OpCases.all().stream().collect(Collectors.groupingBy(OpCase::op)).entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getValue())));
  }

  private void check(List<OpCase> cases) {
    try (Kernels kernels = open(2);
        Kernels scalar = Backends.open("scalar", 1, note -> {})) {
      for (OpCase one : cases) {
        try (Workspace workspace = kernels.workspace();
            Workspace specification = scalar.workspace()) {
          Tensor actual = one.computation().run(kernels, workspace);
          TensorAssert.assertClose(one.toString(), one.expected(), actual, one.tolerance());
          float[] specified = one.computation().run(scalar, specification).toArray();
          TensorAssert.assertClose(
              one + " against scalar", Reference.widen(specified), actual, one.tolerance().twice());
        }
      }
    }
  }

  @Test
  void should_cover_every_op_when_kernels_grow() {
    Set<String> methods =
        Arrays.stream(Kernels.class.getDeclaredMethods())
            .filter(method -> Modifier.isAbstract(method.getModifiers()))
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> covered =
        OpCases.all().stream().map(OpCase::op).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(OPS, covered.size(), () -> "ops with cases: " + covered);
    covered.addAll(HOUSEKEEPING);
    assertEquals(methods, covered, "every method of Kernels has cases or is housekeeping");
  }

  @Test
  void should_give_back_the_same_numbers_when_uploaded_or_packed() {
    float[] values = new Numbers(1).normal(7 * 50);
    values[3] = Float.NaN;
    values[4] = Float.NEGATIVE_INFINITY;
    values[5] = -0f;
    try (Kernels kernels = open(2);
        Workspace workspace = kernels.workspace()) {
      Tensor tensor = kernels.upload(workspace, Shape.of(7, 50), values);
      TensorAssert.assertSameBits("upload", values, tensor.toArray());
      assertEquals(values[2 * 50 + 9], tensor.get(2, 9));
      Weight weight =
          kernels.pack(workspace, MemorySegment.ofArray(values), 7, 50, Weight.Layout.IN_OUT);
      TensorAssert.assertSameBits("pack [in, out]", values, weight.toArray());
      float[] turned = OpCases.transpose(values, 7, 50);
      Weight other =
          kernels.pack(workspace, MemorySegment.ofArray(turned), 7, 50, Weight.Layout.OUT_IN);
      TensorAssert.assertSameBits("pack [out, in]", values, other.toArray());
      Tensor unpacked = workspace.allocate(7, 50);
      kernels.unpack(other, Weight.Layout.IN_OUT, Into.REPLACE, unpacked);
      TensorAssert.assertSameBits("unpack", values, unpacked.toArray());
      Weight again = kernels.zeros(workspace, other);
      kernels.repack(tensor, Weight.Layout.IN_OUT, again);
      TensorAssert.assertSameBits("repack", values, again.toArray());
      assertEquals(7, other.in());
      assertEquals(50, other.out());
      assertTrue(!kernels.name().isBlank() && !kernels.description().isBlank());
    }
  }

  @Test
  void should_count_bytes_when_tensors_come_and_go() {
    try (Kernels kernels = open(1);
        Workspace workspace = kernels.workspace()) {
      Tensor a = workspace.allocate(10, 100);
      long one = workspace.bytesInUse();
      assertTrue(one >= 4000 && one < 4100, () -> "bytes for 1000 floats: " + one);
      Tensor b = workspace.allocate(10, 100);
      workspace.release(a);
      workspace.release(b);
      assertEquals(0, workspace.bytesInUse());
      assertEquals(2 * one, workspace.peakBytes());
    }
  }

  @Test
  void should_say_so_when_tensor_is_used_after_release_or_close() {
    try (Kernels kernels = open(1)) {
      Workspace workspace = kernels.workspace();
      Tensor x = kernels.upload(workspace, Shape.of(3), 1, 2, 3);
      Tensor out = workspace.allocate(3);
      workspace.release(out);
      assertSays("released", assertThrows(IllegalStateException.class, () -> kernels.copy(x, out)));
      assertThrows(IllegalStateException.class, () -> workspace.release(out));
      workspace.close();
      assertSays("closed", assertThrows(IllegalStateException.class, x::toArray));
      assertThrows(IllegalStateException.class, () -> workspace.allocate(1));
    }
  }

  @Test
  void should_name_the_op_when_tensor_is_of_another_backend() {
    try (Kernels kernels = open(1);
        Kernels other = Backends.open("scalar", 1, note -> {});
        Workspace workspace = kernels.workspace();
        Workspace elsewhere = other.workspace()) {
      Tensor mine = workspace.allocate(3);
      Tensor foreign = elsewhere.allocate(3);
      assertSays(
          "add",
          assertThrows(IllegalArgumentException.class, () -> kernels.add(mine, foreign, mine)));
      assertThrows(IllegalArgumentException.class, () -> workspace.release(foreign));
      assertThrows(IllegalArgumentException.class, () -> kernels.upload(elsewhere, Shape.of(1), 1));
    }
  }

  @Test
  void should_name_op_and_shapes_when_shapes_do_not_fit() {
    try (Kernels kernels = open(1);
        Workspace workspace = kernels.workspace()) {
      Tensor x = workspace.allocate(2, 3);
      Tensor y = workspace.allocate(3, 2);
      Weight w =
          kernels.pack(workspace, MemorySegment.ofArray(new float[20]), 4, 5, Weight.Layout.IN_OUT);
      assertSays("add: b: (3,2); expected (2,3)", rejected(() -> kernels.add(x, y, x)));
      assertSays("linear", rejected(() -> kernels.linear(x, w, null, Activation.IDENTITY, y)));
      assertSays("softmax", rejected(() -> kernels.softmax(x, y)));
      assertSays("layerNorm", rejected(() -> kernels.layerNorm(x, x, x, 1e-5f, x)));
      assertSays("gather", rejected(() -> kernels.gather(x, new int[] {0, 2}, x)));
      Tensor row = workspace.allocate(4);
      assertSays(
          "gatherColumns: ids", rejected(() -> kernels.gatherColumns(w, new int[] {5}, row)));
      assertSays(
          "gatherColumns: ids: -1", rejected(() -> kernels.gatherColumns(w, new int[] {-1}, row)));
      assertSays(
          "gatherColumnsBackward: dOut",
          rejected(() -> kernels.gatherColumnsBackward(x, new int[] {0}, w)));
    }
  }

  @Test
  void should_name_op_and_operand_when_shapes_do_not_fit_backward() {
    try (Kernels kernels = open(1);
        Workspace workspace = kernels.workspace()) {
      Tensor x = workspace.allocate(2, 3);
      Tensor y = workspace.allocate(3, 2);
      Tensor row = workspace.allocate(3);
      Tensor z = workspace.allocate(2, 3);
      Tensor u = workspace.allocate(2, 3);
      Weight w =
          kernels.pack(workspace, MemorySegment.ofArray(new float[20]), 4, 5, Weight.Layout.IN_OUT);
      assertSays(
          "repack: values: (2,3); expected (5,4)",
          rejected(() -> kernels.repack(x, Weight.Layout.OUT_IN, w)));
      assertSays(
          "unpack: out", rejected(() -> kernels.unpack(w, Weight.Layout.IN_OUT, Into.ADD, x)));
      assertSays("dropout: probability: 1.0", rejected(() -> kernels.dropout(x, 1, 0, x)));
      assertSays("softmaxBackward: dOut", rejected(() -> kernels.softmaxBackward(x, y, z)));
      assertSays("sumRows: ", rejected(() -> kernels.sumRows(x, y)));
      assertSays(
          "linearBackwardInput: dOut",
          rejected(() -> kernels.linearBackwardInput(x, w, Into.ADD, y)));
      assertSays("linearBackwardWeight: x", rejected(() -> kernels.linearBackwardWeight(x, y, w)));
      assertSays(
          "gatherBackward", rejected(() -> kernels.gatherBackward(x, new int[] {0, -1}, row)));
      assertSays(
          "layerNormBackward: dBeta: null",
          rejected(() -> kernels.layerNormBackward(x, row, 1, z, u, row, null)));
      AdamStep step = new AdamStep(1, 0, 0, 1, 0, 1, 1);
      assertSays("adamW: m", rejected(() -> kernels.adamW(x, z, y, u, step)));
    }
  }

  @Test
  void should_keep_padding_zero_when_a_matrix_is_stepped_as_elements() {
    int in = 7;
    int out = 50;
    Numbers numbers = new Numbers(3);
    float[] matrix = numbers.normal(in * out);
    try (Kernels kernels = open(2);
        Workspace workspace = kernels.workspace()) {
      Weight w =
          kernels.pack(workspace, MemorySegment.ofArray(matrix), in, out, Weight.Layout.IN_OUT);
      Weight gradient = kernels.zeros(workspace, w);
      kernels.linearBackwardWeight(
          kernels.upload(workspace, Shape.of(5, in), numbers.normal(5 * in)),
          kernels.upload(workspace, Shape.of(5, out), numbers.normal(5 * out)),
          gradient);
      Weight m = kernels.zeros(workspace, w);
      Weight v = kernels.zeros(workspace, w);
      AdamStep step = new AdamStep(0.1f, 0.9f, 0.99f, 1e-8f, 0.1f, 1, 1);
      kernels.adamW(w.elements(), gradient.elements(), m.elements(), v.elements(), step);
      for (Weight one : List.of(w, gradient, m, v)) {
        assertEquals(in * out, nonZero(one.toArray()));
        assertEquals(in * out, nonZero(one.elements().toArray()));
      }
      float[] g = gradient.toArray();
      double[] expected = new double[in * out];
      for (int i = 0; i < expected.length; i++) { // the first step goes along the sign
        expected[i] = matrix[i] * (1 - 0.1 * 0.1) - 0.1 * Math.signum(g[i]);
      }
      TensorAssert.assertClose(
          "adamW", Shape.of(in, out), expected, w.toArray(), Tolerance.ofSum(8, 4));
    }
  }

  @Test
  void should_keep_what_is_special_when_a_matrix_is_rounded() {
    float nan = Float.NaN;
    float[] matrix = { // columns: zeros; one extreme each; a NaN; an infinity; tiny numbers
      0,
      127,
      nan,
      Float.POSITIVE_INFINITY,
      Float.MIN_VALUE,
      -0f,
      -2.5f,
      1,
      1,
      -Float.MIN_VALUE,
      0,
      1.5f,
      2,
      2,
      0
    };
    try (Kernels kernels = open(1);
        Workspace workspace = kernels.workspace()) {
      MemorySegment values = MemorySegment.ofArray(matrix);
      float[] kept =
          kernels.pack(workspace, values, 3, 5, Weight.Layout.IN_OUT, Precision.INT8).toArray();
      float[] expected = {0, 127, nan, nan, 0, 0, -2, nan, nan, 0, 0, 2, nan, nan, 0};
      TensorAssert.assertSameBits("INT8", expected, kept);
      Weight halves = kernels.pack(workspace, values, 3, 5, Weight.Layout.IN_OUT, Precision.BF16);
      assertEquals(Precision.BF16, halves.precision());
      kept = halves.toArray();
      expected = matrix.clone();
      expected[4] = 0; // below half of the smallest
      expected[9] = -0f;
      TensorAssert.assertSameBits("BF16", expected, kept);
    }
  }

  @Test
  void should_refuse_when_a_rounded_matrix_is_to_be_trained() {
    try (Kernels kernels = open(1);
        Workspace workspace = kernels.workspace()) {
      Tensor x = workspace.allocate(2, 4);
      Tensor y = workspace.allocate(2, 5);
      Tensor z = workspace.allocate(1, 2, 2, 2);
      Tensor u = workspace.allocate(1, 2, 2, 5);
      for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
        Weight w =
            kernels.pack(
                workspace,
                MemorySegment.ofArray(new float[20]),
                4,
                5,
                Weight.Layout.OUT_IN,
                precision);
        String found = precision + "; expected F32";
        assertSays("elements: w: " + found, rejected(w::elements));
        assertSays("zeros: like: " + found, rejected(() -> kernels.zeros(workspace, w)));
        assertSays(
            "linearBackwardWeight: dW: " + found,
            rejected(() -> kernels.linearBackwardWeight(x, y, w)));
        assertSays(
            "gatherColumnsBackward: dW: " + found,
            rejected(() -> kernels.gatherColumnsBackward(x, new int[] {0, 4}, w)));
        assertSays(
            "headResultsBackwardWeight: dW: " + found,
            rejected(() -> kernels.headResultsBackwardWeight(z, u, w)));
      }
    }
  }

  private static int nonZero(float[] values) {
    int count = 0;
    for (float value : values) {
      count += value != 0 ? 1 : 0;
    }
    return count;
  }

  @Test
  void should_give_the_same_sum_of_squares_when_threads_differ() {
    float[] x = new Numbers(4).normal(100_003);
    double[] sums = new double[3];
    for (int threads = 1; threads <= 3; threads++) {
      try (Kernels kernels = open(threads);
          Workspace workspace = kernels.workspace()) {
        sums[threads - 1] = kernels.sumOfSquares(kernels.upload(workspace, Shape.of(x.length), x));
      }
    }
    assertEquals(sums[0], sums[1]);
    assertEquals(sums[0], sums[2]);
  }

  private static IllegalArgumentException rejected(
      org.junit.jupiter.api.function.Executable executable) {
    return assertThrows(IllegalArgumentException.class, executable);
  }

  private static void assertSays(String text, Exception exception) {
    String message = String.valueOf(exception.getMessage());
    assertTrue(message.contains(text), () -> "\"" + message + "\" does not say " + text);
  }

  @Test
  void should_give_the_same_bits_when_run_again() {
    try (Kernels kernels = open(2)) {
      for (OpCase one : OpCases.all()) {
        try (Workspace workspace = kernels.workspace()) {
          float[] first = one.computation().run(kernels, workspace).toArray();
          float[] second = one.computation().run(kernels, workspace).toArray();
          TensorAssert.assertSameBits(one.toString(), first, second);
        }
      }
    }
  }

  @Test
  void should_give_the_same_bits_when_keys_and_values_are_cached() {
    Map<String, List<OpCase>> alike =
        AttentionCases.all().stream()
            .filter(
                one -> Set.of("attention", "attentionCached", "appendKeyValues").contains(one.op()))
            .collect(Collectors.groupingBy(OpCase::label));
    try (Kernels kernels = open(2)) {
      alike.forEach((label, ways) -> {
        assertEquals(3, ways.size());
        float[] expected = result(ways.getFirst(), kernels);
        for (OpCase way : ways) {
          TensorAssert.assertSameBits(way.toString(), expected, result(way, kernels));
        }
      });
    }
  }

  @Test
  void should_name_op_and_operand_when_a_cache_does_not_fit() {
    try (Kernels kernels = open(1);
        Workspace workspace = kernels.workspace()) {
      KeyValues past = kernels.keyValues(workspace, 1, 4, 2, 8);
      Tensor x = workspace.allocate(1, 3, 2, 8);
      Tensor out = workspace.allocate(1, 3, 2, 8);
      assertSays(
          "appendKeyValues: position: 2 and 3 more; expected at most 4",
          rejected(() -> kernels.appendKeyValues(x, out, 2, past)));
      AttentionMask mask = new AttentionMask(1, 3, 5, AttentionMask.Causality.CAUSAL, null);
      assertSays(
          "attentionCached: mask: 1 x 5 keys; expected 1 x at most 4",
          rejected(() -> kernels.attentionCached(x, past, mask, 1, out)));
      assertSays("keyValues", rejected(() -> kernels.keyValues(workspace, 1, 0, 2, 8)));
    }
  }

  @Test
  void should_give_the_same_bits_when_threads_differ() {
    try (Kernels one = open(1);
        Kernels two = open(2);
        Kernels three = open(3)) {
      for (OpCase example : OpCases.all()) {
        float[] expected = result(example, one);
        TensorAssert.assertSameBits(example + ", 2 threads", expected, result(example, two));
        TensorAssert.assertSameBits(example + ", 3 threads", expected, result(example, three));
      }
    }
  }

  private static float[] result(OpCase example, Kernels kernels) {
    try (Workspace workspace = kernels.workspace()) {
      return example.computation().run(kernels, workspace).toArray();
    }
  }
}

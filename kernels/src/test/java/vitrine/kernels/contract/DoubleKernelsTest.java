package vitrine.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vitrine.kernels.Backends;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.kernels.scalar.DoubleKernels;

/** That the float64 path is the same backend, and loses nothing on the way. */
class DoubleKernelsTest {
  @Test
  void should_pass_every_case_when_memory_is_float64() {
    Set<String> ops = new HashSet<>();
    try (Kernels kernels = DoubleKernels.open()) {
      for (OpCase one : OpCases.all()) {
        try (Workspace workspace = kernels.workspace()) {
          Tensor actual = one.computation().run(kernels, workspace);
          TensorAssert.assertClose(one.toString(), one.expected(), actual, one.tolerance());
          ops.add(one.op());
        }
      }
    }
    assertEquals(KernelsContract.OPS, ops.size());
  }

  @Test
  void should_keep_every_bit_when_doubles_are_moved() {
    double[] x = new double[12];
    Arrays.setAll(x, i -> Math.sqrt(i + 2)); // none is a float
    try (Kernels k = DoubleKernels.open();
        Workspace w = k.workspace()) {
      Tensor tensor = DoubleKernels.upload(w, Shape.of(3, 4), x);
      assertArrayEquals(x, DoubleKernels.toDoubles(tensor));
      assertEquals((float) x[6], tensor.get(1, 2));

      Tensor copied = w.allocate(12);
      k.copy(tensor, copied);
      assertArrayEquals(x, DoubleKernels.toDoubles(copied));

      Region row = Region.all(2).with(0, 2);
      Tensor sliced = w.allocate(row.shape(tensor.shape()));
      k.slice(tensor, row, sliced);
      double[] third = Arrays.copyOfRange(x, 8, 12);
      assertArrayEquals(third, DoubleKernels.toDoubles(sliced));
      k.gather(tensor, new int[] {2}, sliced);
      assertArrayEquals(third, DoubleKernels.toDoubles(sliced));

      for (Weight.Layout layout : Weight.Layout.values()) {
        Weight weight = k.pack(w, MemorySegment.ofArray(new float[12]), 3, 4, layout);
        k.repack(tensor, Weight.Layout.IN_OUT, weight);
        Tensor turned = w.allocate(4, 3);
        k.unpack(weight, Weight.Layout.OUT_IN, Into.REPLACE, turned);
        k.repack(turned, Weight.Layout.OUT_IN, weight);
        k.unpack(weight, Weight.Layout.IN_OUT, Into.REPLACE, tensor);
        assertArrayEquals(x, DoubleKernels.toDoubles(tensor));
        assertEquals((float) x[7], weight.toArray()[7]);
      }
      assertTrue(w.bytesInUse() >= 8 * 12, "doubles take 8 bytes");
    }
  }

  @Test
  void should_say_so_when_a_float_tensor_is_asked_for_doubles() {
    try (Kernels k = Backends.open("scalar", 1, note -> {});
        Workspace w = k.workspace()) {
      Tensor x = k.upload(w, Shape.of(2), 1, 2);
      assertThrows(IllegalArgumentException.class, () -> DoubleKernels.toDoubles(x));
    }
  }
}

package vitrine.kernels.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

class ScalarSmokeTest {
  @Test
  void should_multiply_when_weight_is_given_either_way() {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Workspace workspace = kernels.workspace()) {
      Tensor x = kernels.upload(workspace, Shape.of(1, 2), 2, 3);
      float[] matrix = {1, 2, 3, 4, 5, 6};
      Weight w =
          kernels.pack(workspace, MemorySegment.ofArray(matrix), 2, 3, Weight.Layout.IN_OUT);
      Weight turned =
          kernels.pack(
              workspace,
              MemorySegment.ofArray(new float[] {1, 4, 2, 5, 3, 6}),
              2,
              3,
              Weight.Layout.OUT_IN);
      assertArrayEquals(matrix, w.toArray());
      assertArrayEquals(matrix, turned.toArray());
      Tensor out = workspace.allocate(1, 3);
      kernels.linear(x, turned, null, Activation.IDENTITY, out);
      assertArrayEquals(new float[] {14, 19, 24}, out.toArray());
    }
  }

  @Test
  void should_attend_to_the_only_key_when_causal() {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Workspace workspace = kernels.workspace()) {
      Tensor q = kernels.upload(workspace, Shape.of(1, 2, 1, 1), 1, 1);
      Tensor v = kernels.upload(workspace, Shape.of(1, 2, 1, 1), 5, 7);
      Tensor out = workspace.allocate(1, 2, 1, 1);
      kernels.attention(
          q,
          q,
          v,
          new AttentionMask(1, 2, 2, AttentionMask.Causality.CAUSAL, null),
          1,
          out);
      assertArrayEquals(new float[] {5, 6}, out.toArray());
      assertEquals(0, workspace.bytesInUse() % 64);
      workspace.release(q);
      assertThrows(IllegalStateException.class, q::toArray);
    }
  }
}

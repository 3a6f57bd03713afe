package vitrine.kernels.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

class HostKernelsTest {
  @Test
  void should_take_a_half_and_a_quarter_of_the_memory_when_a_matrix_is_rounded() {
    MemorySegment values = MemorySegment.ofArray(new float[480 * 480]);
    for (String backend : List.of("scalar", "simd")) {
      try (Kernels k = Backends.open(backend, 1, note -> {})) {
        double all = 4.0 * 480 * 480;
        assertEquals(1, packedBytes(k, values, Precision.F32) / all, 0.01, backend);
        assertEquals(0.5, packedBytes(k, values, Precision.BF16) / all, 0.01, backend);
        assertEquals(0.25, packedBytes(k, values, Precision.INT8) / all, 0.01, backend);
      }
    }
  }

  private static long packedBytes(Kernels k, MemorySegment values, Precision precision) {
    try (Workspace w = k.workspace()) {
      assertEquals(
          precision, k.pack(w, values, 480, 480, Weight.Layout.IN_OUT, precision).precision());
      return w.bytesInUse();
    }
  }

  /** What would be overwritten before it is read. */
  @Test
  void should_refuse_when_a_gradient_would_overwrite_what_is_read() {
    AttentionMask mask = new AttentionMask(1, 2, 2, Causality.CAUSAL, null);
    try (Kernels k = Backends.open("scalar", 1, note -> {});
        Workspace w = k.workspace()) {
      Tensor x = k.upload(w, Shape.of(1, 2, 1, 2), 1, 2, 3, 4);
      Tensor y = k.upload(w, Shape.of(1, 2, 1, 2), 1, 2, 3, 4);
      Tensor z = k.upload(w, Shape.of(1, 2, 1, 2), 1, 2, 3, 4);
      Tensor row = k.upload(w, Shape.of(2), 1, 2);
      Tensor other = k.upload(w, Shape.of(2), 1, 2);
      List<Runnable> refused =
          List.of(
              () -> k.activateBackward(x, Activation.TANH, y, x),
              () -> k.softmaxBackward(x, y, x),
              () -> k.gatherBackward(x, new int[] {0, 1}, x),
              () -> k.layerNormBackward(x, row, 1, y, x, null, null),
              () -> k.layerNormBackward(x, row, 1, y, z, other, other),
              () -> k.layerNormBackward(x, row, 1, y, z, other, row),
              () -> k.affineBackward(x, row, y, x, null, null),
              () -> k.attentionBackward(x, x, x, mask, 1, x, y, y, z),
              () -> k.attentionBackward(x, x, x, mask, 1, y, y, z, z),
              () -> k.attentionScoresBackward(x, x, x, mask, 1, y, y),
              () -> k.adamW(x, y, z, z, new AdamStep(1, 0, 0, 1, 0, 1, 1)));
      for (int i = 0; i < refused.size(); i++) {
        Runnable call = refused.get(i);
        String which = "call " + i;
        String message =
            String.valueOf(
                assertThrows(IllegalArgumentException.class, call::run, which).getMessage());
        assertTrue(message.contains("expected"), which + ": " + message);
      }
      assertEquals(11, refused.size());
    }
  }
}

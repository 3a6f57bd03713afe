package vitrine.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.kernels.contract.TensorAssert;

/** The exactness that the design promises of one row: its bits depend on nothing beside it. */
class SimdPropertiesTest {
  private static final Kernels KERNELS = new SimdProvider().open(2);

  @Property(tries = 180)
  void should_give_a_row_the_same_bits_when_alone(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 70) int in,
      @ForAll @IntRange(min = 1, max = 130) int out,
      @ForAll Activation activation,
      @ForAll Precision precision,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = normal(random, rows * in);
    try (Workspace workspace = KERNELS.workspace()) {
      Weight w =
          KERNELS.pack(
              workspace,
              MemorySegment.ofArray(normal(random, in * out)),
              in,
              out,
              Weight.Layout.OUT_IN,
              precision);
      Tensor bias = KERNELS.upload(workspace, Shape.of(out), normal(random, out));
      Tensor all = workspace.allocate(rows, out);
      KERNELS.linear(KERNELS.upload(workspace, Shape.of(rows, in), x), w, bias, activation, all);
      int row = random.nextInt(rows);
      Tensor alone = workspace.allocate(1, out);
      float[] itself = Arrays.copyOfRange(x, row * in, (row + 1) * in);
      KERNELS.linear(
          KERNELS.upload(workspace, Shape.of(1, in), itself), w, bias, activation, alone);
      float[] expected = Arrays.copyOfRange(all.toArray(), row * out, (row + 1) * out);
      TensorAssert.assertSameBits("row " + row, expected, alone.toArray());
    }
  }

  /** A sequence alone, and as the first of a right-padded batch. */
  @Property(tries = 80)
  void should_attend_with_the_same_bits_when_padded_in_a_batch(
      @ForAll @IntRange(min = 1, max = 40) int tokens,
      @ForAll @IntRange(min = 0, max = 30) int padding,
      @ForAll @IntRange(min = 1, max = 3) int batch,
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 65) int size,
      @ForAll Causality causality,
      @ForAll long seed) {
    Random random = new Random(seed);
    int longer = tokens + padding;
    boolean[] real = new boolean[batch * longer];
    Arrays.fill(real, true);
    Arrays.fill(real, tokens, longer, false);
    Shape shape = Shape.of(batch, longer, heads, size);
    Shape alone = Shape.of(1, tokens, heads, size);
    Region first = Region.all(4).with(0, 0).with(1, range(tokens));
    try (Workspace workspace = KERNELS.workspace()) {
      Tensor[] inputs = new Tensor[3];
      Tensor[] parts = new Tensor[3];
      for (int i = 0; i < 3; i++) {
        inputs[i] = KERNELS.upload(workspace, shape, normal(random, (int) shape.size()));
        parts[i] = workspace.allocate(alone);
        KERNELS.slice(inputs[i], first, parts[i]);
      }
      AttentionMask padded = new AttentionMask(batch, longer, longer, causality, real);
      AttentionMask bare = new AttentionMask(1, tokens, tokens, causality, null);
      Tensor all = workspace.allocate(shape);
      KERNELS.attention(inputs[0], inputs[1], inputs[2], padded, 0.3f, all);
      Tensor expected = workspace.allocate(alone);
      KERNELS.slice(all, first, expected);
      Tensor out = workspace.allocate(alone);
      KERNELS.attention(parts[0], parts[1], parts[2], bare, 0.3f, out);
      TensorAssert.assertSameBits("fused", expected.toArray(), out.toArray());

      Tensor pattern = workspace.allocate(batch, heads, longer, longer);
      KERNELS.attentionScores(inputs[0], inputs[1], padded, 0.3f, pattern);
      KERNELS.softmax(pattern, pattern);
      KERNELS.attentionMix(pattern, inputs[2], all);
      KERNELS.slice(all, first, out);
      TensorAssert.assertSameBits("in parts", expected.toArray(), out.toArray());
    }
  }

  /** The last query of a sequence, asked alone against cached keys. */
  @Property(tries = 40)
  void should_attend_with_the_same_bits_when_keys_are_cached(
      @ForAll @IntRange(min = 1, max = 120) int tokens,
      @ForAll @IntRange(min = 1, max = 70) int size,
      @ForAll long seed) {
    Random random = new Random(seed);
    int heads = 2;
    Shape shape = Shape.of(1, tokens, heads, size);
    Region last = Region.all(4).with(1, tokens - 1);
    Shape one = last.shape(shape);
    try (Workspace workspace = KERNELS.workspace()) {
      Tensor q = KERNELS.upload(workspace, shape, normal(random, (int) shape.size()));
      Tensor k = KERNELS.upload(workspace, shape, normal(random, (int) shape.size()));
      Tensor v = KERNELS.upload(workspace, shape, normal(random, (int) shape.size()));
      Tensor all = workspace.allocate(shape);
      KERNELS.attention(
          q, k, v, new AttentionMask(1, tokens, tokens, Causality.CAUSAL, null), 0.3f, all);
      Tensor expected = workspace.allocate(one);
      KERNELS.slice(all, last, expected);
      Tensor query = workspace.allocate(one);
      KERNELS.slice(q, last, query);
      Tensor out = workspace.allocate(one);
      KERNELS.attention(
          query, k, v, new AttentionMask(1, 1, tokens, Causality.CAUSAL, null), 0.3f, out);
      TensorAssert.assertSameBits("last query", expected.toArray(), out.toArray());
    }
  }

  @Property(tries = 40)
  void should_normalise_a_row_with_the_same_bits_when_alone(
      @ForAll @IntRange(min = 1, max = 30) int rows,
      @ForAll @IntRange(min = 1, max = 200) int d,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = normal(random, rows * d);
    int row = random.nextInt(rows);
    float[] itself = Arrays.copyOfRange(x, row * d, (row + 1) * d);
    try (Workspace workspace = KERNELS.workspace()) {
      Tensor gamma = KERNELS.upload(workspace, Shape.of(d), normal(random, d));
      Tensor all = KERNELS.upload(workspace, Shape.of(rows, d), x);
      Tensor alone = KERNELS.upload(workspace, Shape.of(1, d), itself);
      KERNELS.layerNorm(all, gamma, gamma, 1e-5f, all);
      KERNELS.layerNorm(alone, gamma, gamma, 1e-5f, alone);
      float[] expected = Arrays.copyOfRange(all.toArray(), row * d, (row + 1) * d);
      TensorAssert.assertSameBits("layerNorm", expected, alone.toArray());
      KERNELS.softmax(all, all);
      KERNELS.softmax(alone, alone);
      expected = Arrays.copyOfRange(all.toArray(), row * d, (row + 1) * d);
      TensorAssert.assertSameBits("softmax", expected, alone.toArray());
    }
  }

  @Example
  void should_use_the_width_asked_for_when_property_is_set() {
    Integer bits = Integer.getInteger(Lanes.WIDTH_PROPERTY);
    int expected = bits == null ? Lanes.COUNT : bits / Float.SIZE;
    assertEquals(expected, Lanes.COUNT);
    assertTrue(KERNELS.description().contains(Lanes.COUNT + " lanes"), KERNELS.description());
  }

  private static int[] range(int n) {
    int[] range = new int[n];
    Arrays.setAll(range, i -> i);
    return range;
  }

  private static float[] normal(Random random, int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }
}

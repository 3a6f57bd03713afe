package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.io.Npy;

/**
 * The one edit without a reference: {@code noise} is ours. It must be Gaussian, of the deviation
 * asked for, and keyed by seed, site, example and element alone.
 */
final class NoiseTest {
  private static final double SIGMA = 0.5;
  private static final Site SITE = Site.residPost(0);

  @TempDir private Path scratch;

  @Test
  void should_be_gaussian_of_that_deviation_when_added() {
    int[] ids = IntStream.range(0, 100).toArray();
    try (Engine engine = Engine.open(RandomModel.gpt2(), "simd", 2)) {
      double[] noise = noise(engine, SITE, 1, Example.of(ids), Example.of(ids));
      int n = noise.length;
      assertEquals(2 * 100 * 210, n);
      double mean = moment(noise, 1, 0);
      double deviation = Math.sqrt(moment(noise, 2, mean));
      double kurtosis = moment(noise, 4, mean) / Math.pow(deviation, 4);
      System.out.printf(
          "noise:%s over %d numbers: mean %.4f, deviation %.4f, kurtosis %.3f%n",
          SIGMA, n, mean, deviation, kurtosis);
      // Five standard errors of each: sigma/sqrt(n), sigma/sqrt(2n), sqrt(24/n).
      assertEquals(0, mean, 5 * SIGMA / Math.sqrt(n));
      assertEquals(SIGMA, deviation, 5 * SIGMA / Math.sqrt(2.0 * n));
      assertEquals(3, kurtosis, 5 * Math.sqrt(24.0 / n));
      // The second example, of the same text, has noise of its own: no correlation beyond chance.
      double correlation = 0;
      for (int i = 0; i < n / 2; i++) {
        correlation += noise[i] * noise[n / 2 + i] / (n / 2.0 * SIGMA * SIGMA);
      }
      assertEquals(0, correlation, 5 / Math.sqrt(n / 2.0));
    }
  }

  @Test
  void should_depend_on_seed_and_site_when_they_differ() {
    Example example = Example.of(3, 1, 4, 1, 5);
    try (Engine engine = Engine.open(RandomModel.gpt2(), "simd", 2)) {
      double[] noise = noise(engine, SITE, 1, example);
      assertArrayEquals(noise, noise(engine, SITE, 1, example));
      assertNotEquals(noise[0], noise(engine, SITE, 2, example)[0], 1e-4);
      assertNotEquals(noise[0], noise(engine, Site.residPost(1), 1, example)[0], 1e-4);
    }
  }

  @Test
  void should_have_the_same_bits_when_the_row_is_padded_or_sliced() {
    Example example = Example.of(3, 1, 4, 1, 5);
    try (Engine engine = Engine.open(RandomModel.gpt2(), "simd", 2)) {
      for (Site site : List.of(SITE, Site.z(1), Site.mlpPost(0))) {
        float[] alone = edited(engine, site, site, 1, example);
        float[] padded = edited(engine, site, site, 1, example, Example.of(new int[40]));
        assertArrayEquals(alone, Arrays.copyOf(padded, alone.length), () -> site + ", padded");
        // A slice gets the noise that it has as part of the whole.
        float[] sliced = edited(engine, site.position(2), site.position(2), 1, example);
        int width = alone.length / example.ids().length;
        assertArrayEquals(
            Arrays.copyOfRange(alone, 2 * width, 3 * width), sliced, () -> site + ", sliced");
      }
    }
  }

  /** Noise is a constant: gradients come through as through the same numbers, added from a file. */
  @Test
  void should_let_gradients_pass_when_added() {
    Example example = Example.of(3, 1, 4, 1, 5);
    Lengths lengths = new Lengths(1e-4);
    try (Engine engine = Engine.open(RandomModel.gpt2(), "simd", 2)) {
      for (Site site : List.of(Site.z(0), Site.mlpPost(0), Site.residPost(0), Site.scores(1))) {
        double[] noise = noise(engine, site, 0, example);
        Path file = scratch.resolve(site + ".npy");
        Npy.write(
            file,
            shape(engine, site, example),
            (offset, to, at, length) -> {
              for (int i = 0; i < length; i++) {
                // Where both are minus infinity, nothing was added.
                double each = noise[Math.toIntExact(offset) + i];
                to[at + i] = Double.isNaN(each) ? 0 : (float) each;
              }
            });
        for (Site below : List.of(Site.embed(), site)) {
          double[] expected = widened(gradient(engine, site, Edit.add(file), below, example));
          lengths.compare(
              site + ": at " + below,
              expected,
              gradient(engine, site, Edit.noise((float) SIGMA), below, example),
              0);
          assertTrue(Lengths.of(expected) > 0);
        }
      }
    }
    System.out.println("gradients through noise: " + lengths);
    assertEquals(8, lengths.compared());
  }

  private static float[] gradient(
      Engine engine, Site edited, Edit edit, Site below, Example example) {
    Plan plan = Plan.empty().edit(edited, edit).gradient(below).loss(Loss.next());
    try (Trace trace = engine.model().run(plan, Inputs.of(example))) {
      return trace.gradient(below).toArray();
    }
  }

  private static long[] shape(Engine engine, Site site, Example example) {
    try (Trace trace = engine.model().run(Plan.empty().read(site), Inputs.of(example))) {
      return IntStream.of(trace.value(site).shape().toArray()).asLongStream().toArray();
    }
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  private static float[] edited(
      Engine engine, Site edited, Site read, long seed, Example... examples) {
    Plan plan = Plan.empty().edit(edited, Edit.noise((float) SIGMA)).read(read).seed(seed);
    try (Trace trace = engine.model().run(plan, Inputs.of(examples))) {
      return trace.value(read).toArray();
    }
  }

  /** What the edit added. */
  private static double[] noise(Engine engine, Site site, long seed, Example... examples) {
    float[] with = edited(engine, site, site, seed, examples);
    double[] noise = new double[with.length];
    try (Trace clean = engine.model().run(Plan.empty().read(site), Inputs.of(examples))) {
      float[] without = clean.value(site).toArray();
      Arrays.setAll(noise, i -> (double) with[i] - without[i]);
    }
    return noise;
  }

  private static double moment(double[] values, int power, double around) {
    return Arrays.stream(values).map(x -> Math.pow(x - around, power)).average().orElseThrow();
  }
}

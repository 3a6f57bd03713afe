package vitrine.engine.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Draw;
import vitrine.engine.families.MissingTensors;
import vitrine.engine.families.NewWeights;
import vitrine.engine.hooks.SplitMix;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Shape;

/**
 * New weights as both papers and Hugging Face have them: matrices and embeddings normal with the
 * config's {@code initializer_range} (0.02), biases 0, LayerNorms 1 and 0. GPT-2's matrices that
 * add to the residual stream are smaller by the square root of the number of additions (Radford et
 * al. 2019, 2.3). The row of BERT's padding is zero. Each number depends on the seed, the tensor's
 * name and its place alone.
 */
final class Initializer implements MissingTensors {
  private final double range;
  private final NewWeights family;
  private final long seed;
  private final Predicate<String> draws;
  private final List<String> drawn = new ArrayList<>();

  /**
   * @param files of the model
   * @param draws which missing tensors are drawn; the absence of others is an error
   */
  Initializer(ModelFiles files, long seed, Predicate<String> draws) {
    this.range = files.config().path("initializer_range").asDouble(0.02);
    this.family = NewWeights.of(files);
    this.seed = seed;
    this.draws = draws;
  }

  /** The names of what was drawn so far. */
  List<String> drawn() {
    return List.copyOf(drawn);
  }

  @Override
  public float @Nullable [] values(String name, Shape shape, Parameter.Kind kind) {
    if (!draws.test(name)) {
      return null;
    }
    drawn.add(name);
    float[] values = new float[Math.toIntExact(shape.size())];
    switch (kind) {
      case BIAS -> {}
      case NORM -> {
        if (name.endsWith(".weight")) {
          Arrays.fill(values, 1);
        }
      }
      case MATRIX, EMBEDDING -> fill(values, key(name), deviation(name));
    }
    if (name.endsWith("embeddings.word_embeddings.weight")) {
      int D = shape.dim(1);
      family.paddingRows().forEach(row -> Arrays.fill(values, row * D, (row + 1) * D, 0));
    }
    return values;
  }

  private long key(String name) {
    return name.chars()
        .asLongStream()
        .reduce(Draw.key(seed, Draw.Use.WEIGHTS), (key, c) -> Draw.next(key, c));
  }

  private static void fill(float[] values, long key, double deviation) {
    IntStream.range(0, values.length)
        .parallel()
        .forEach(i -> values[i] = (float) (deviation * SplitMix.gaussian(Draw.next(key, i))));
  }

  private double deviation(String name) {
    boolean adds = name.endsWith(".attn.c_proj.weight") || name.endsWith(".mlp.c_proj.weight");
    return adds ? range / Math.sqrt(2.0 * family.layers()) : range;
  }
}

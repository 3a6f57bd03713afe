package vitrine.interp.attention;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;

/**
 * Which heads, and the seed of the intervals.
 *
 * @param layers the blocks
 * @param heads of each of them; null for all
 * @param seed decides the bootstrap's draws
 */
public record AttentionSpec(Layers layers, @Nullable Indices heads, long seed) {
  /** Every head. */
  public static AttentionSpec all(long seed) {
    return new AttentionSpec(Layers.ALL, null, seed);
  }

  /**
   * What has to be read.
   *
   * @throws vitrine.engine.InputException when the model has no such layer or head
   */
  public Plan plan(Architecture model) {
    Site site = Site.pattern(layers);
    return Plan.of(model).read(heads == null ? site : site.heads(heads)).seed(seed);
  }

  /** How many numbers the patterns of these inputs have. */
  public long numbers(Architecture model, Inputs inputs) {
    long length =
        inputs.examples().stream().mapToLong(example -> example.ids().length).max().orElse(0);
    long each = length * length * inputs.examples().size();
    return each * layersOf(model).length * headsOf(model).length;
  }

  /** The layers' numbers in a model. */
  int[] layersOf(Architecture model) {
    return layers.resolve(model.layers(), "attention: layers");
  }

  /** The heads' numbers in a model. */
  int[] headsOf(Architecture model) {
    Indices chosen = heads == null ? Indices.range(0, model.heads()) : heads;
    return chosen.resolve(model.heads(), "attention: heads");
  }
}

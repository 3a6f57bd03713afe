package vitrine.interp.attention;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;
import vitrine.interp.stats.Resampling;

/**
 * Reads attention patterns as the model has them, and of each head two numbers: the entropy of what
 * its queries look at, and how far away that is.
 *
 * <p>What it does not tell: what a head does with what it looks at. A large probability on a token
 * whose value is small moves nothing (Jain and Wallace 2019).
 */
public final class Attention {
  private Attention() {}

  /**
   * Runs the model once over all texts.
   *
   * @param source where the model came from, for the record
   * @param version of the program that asks, for the record
   * @throws vitrine.engine.InputException when the model has no such layer or head
   */
  public static AttentionResult run(
      Model model, ModelFiles source, Texts texts, AttentionSpec spec, String version) {
    Architecture architecture = model.architecture();
    Plan plan = spec.plan(architecture);
    Patterns patterns;
    try (Trace trace = model.run(plan, texts.inputs())) {
      patterns = Patterns.of(trace, spec.layersOf(architecture), spec.headsOf(architecture));
    }
    return new AttentionResult(
        Provenance.of(source, model, version, plan),
        texts,
        patterns,
        heads(patterns, Resampling.seeded(spec.seed())));
  }

  private static List<AttentionResult.Head> heads(Patterns patterns, Resampling resampling) {
    List<AttentionResult.Head> heads = new ArrayList<>();
    for (int layer = 0; layer < patterns.layers(); layer++) {
      for (int head = 0; head < patterns.heads(); head++) {
        double[] entropies = new double[patterns.texts()];
        double[] distances = new double[patterns.texts()];
        for (int text = 0; text < entropies.length; text++) {
          entropies[text] = patterns.entropy(text, layer, head);
          distances[text] = patterns.distance(text, layer, head);
        }
        heads.add(
            new AttentionResult.Head(
                patterns.layer(layer),
                patterns.head(head),
                resampling.mean(entropies),
                resampling.mean(distances)));
      }
    }
    return heads;
  }
}

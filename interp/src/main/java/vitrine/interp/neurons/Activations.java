package vitrine.interp.neurons;

import java.util.Arrays;
import java.util.List;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;

/** The factors of a model's neurons, after their activation function, for some texts. */
public final class Activations {
  private Activations() {}

  /**
   * What is read of each text.
   *
   * @throws vitrine.engine.InputException when the model has no such layer
   */
  public static Plan plan(Architecture model, Layers layers, long seed) {
    return Plan.of(model).read(Site.mlpPost(layers)).seed(seed);
  }

  /** How many numbers the matrix of these texts has. */
  public static long numbers(Architecture model, Layers layers, Texts texts) {
    long tokens = texts.tokens().stream().mapToLong(List::size).sum();
    return tokens * layers.resolve(model.layers(), "neurons: --layers").length * model.dMlp();
  }

  /**
   * Runs the model over the texts, one after the other, and takes the matrix apart. Activations
   * below zero, which GELU has, count as zero.
   *
   * @param source where the model came from, for the record
   * @param specs one for each number of factors; the last one's factors are kept
   * @param version of the program that asks, for the record
   */
  public static FactorsResult factors(
      Model model,
      ModelFiles source,
      Texts texts,
      Layers layers,
      List<FactorSpec> specs,
      String version) {
    Architecture architecture = model.architecture();
    Plan plan = plan(architecture, layers, specs.getFirst().seed());
    int[] chosen = layers.resolve(architecture.layers(), "neurons: --layers");
    int M = architecture.dMlp();
    int rows = texts.tokens().stream().mapToInt(List::size).sum();
    int columns = Math.multiplyExact(chosen.length, M);
    double[] values = new double[Math.multiplyExact(rows, columns)];
    int row = 0;
    for (Example example : texts.inputs().examples()) {
      try (Trace trace = model.run(plan, Inputs.of(example))) {
        for (int i = 0; i < chosen.length; i++) {
          float[] post = trace.value(Site.mlpPost(chosen[i])).toArray();
          for (int t = 0; t < example.ids().length; t++) {
            for (int neuron = 0; neuron < M; neuron++) {
              values[(row + t) * columns + i * M + neuron] = post[t * M + neuron];
            }
          }
        }
      }
      row += example.ids().length;
    }
    NonNegative matrix =
        NonNegative.of("activations", rows, columns, values, NonNegative.Negatives.CLIP);
    return new FactorsResult(
        Provenance.of(source, model, version, plan),
        subject(texts, chosen, M, values),
        specs,
        specs.stream().map(spec -> Factorisation.of(matrix, spec)).toList());
  }

  private static Subject subject(Texts texts, int[] layers, int M, double[] values) {
    long clipped = 0;
    double lost = 0;
    double all = 0;
    for (double value : values) {
      clipped += value < 0 ? 1 : 0;
      lost += value < 0 ? value * value : 0;
      all += value * value;
    }
    return new Subject.Neurons(
        texts, Arrays.stream(layers).boxed().toList(), M, clipped, all == 0 ? 0 : lost / all);
  }
}

package vitrine.interp.saliency;

import java.nio.file.Path;
import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

/** From a baseline to token vectors. */
final class Baselines {
  private Baselines() {}

  /**
   * The vectors in the place of a text's own, (T,D).
   *
   * @throws InputException when the model has no such token, or the file does not fit
   */
  static float[] embedded(
      Baseline baseline, Evaluation evaluation, Example example, Specials specials) {
    int T = example.ids().length;
    int D = evaluation.architecture().dModel();
    return switch (baseline) {
      case Baseline.Zero _ -> new float[T * D];
      case Baseline.Pad _ -> {
        Example pads = specials.filled(example, specials.requirePad(), Specials.Kept.GO);
        yield evaluation.read(pads, Site.embed(), null);
      }
      case Baseline.PadKeepingSpecials _ -> {
        specials.requireAll();
        Example pads = specials.filled(example, specials.requirePad(), Specials.Kept.STAY);
        yield evaluation.read(pads, Site.embed(), null);
      }
      case Baseline.EndOfText _ -> {
        Example ends = specials.filled(example, specials.requireEndOfText(), Specials.Kept.GO);
        yield evaluation.read(ends, Site.embed(), null);
      }
      case Baseline.Mean _ -> repeated(mean(evaluation, D), T);
      case Baseline.File(Path path) -> file(Npy.read(path), path.toString(), T, D);
    };
  }

  /** Over the vocabulary, summed in double. */
  private static float[] mean(Evaluation evaluation, int D) {
    float[] table = evaluation.read(Example.of(0), Site.of(WeightSite.W_E), null);
    double[] sum = new double[D];
    for (int i = 0; i < table.length; i++) {
      sum[i % D] += table[i];
    }
    float[] mean = new float[D];
    int V = table.length / D;
    for (int i = 0; i < D; i++) {
      mean[i] = (float) (sum[i] / V);
    }
    return mean;
  }

  private static float[] repeated(float[] row, int times) {
    float[] all = new float[row.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(row, 0, all, i * row.length, row.length);
    }
    return all;
  }

  private static float[] file(NpyArray array, String name, int T, int D) {
    long[] shape = array.shape();
    if (Arrays.equals(shape, new long[] {D})) {
      return repeated(array.values(), T);
    }
    if (Arrays.equals(shape, new long[] {T, D}) || Arrays.equals(shape, new long[] {1, T, D})) {
      return array.values();
    }
    throw new InputException(
        "saliency: --baseline: %s has shape %s; expected (%d), (%d,%d) or (1,%d,%d): a vector for all tokens or for each."
            .formatted(name, array.shapeText(), D, T, D, T, D));
  }
}

package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.interp.Provenance;
import vitrine.interp.rows.Encoded;
import vitrine.interp.rows.Unit;

/** All heads of one model with all heads of it or of another, by what they look at. */
public final class HeadGrid {
  private HeadGrid() {}

  /**
   * Runs both models over the texts, one at a time: patterns are large.
   *
   * @param version of the program that asks, for the record
   * @throws InputException where the two tokenizers do not agree
   */
  public static HeadsResult run(
      LayerGrid.Side x, LayerGrid.Side y, long seed, int threads, String version) {
    Plan planX = plan(x);
    Plan planY = plan(y);
    HeadSums sums = new HeadSums(heads(x), heads(y));
    for (int i = 0; i < x.passages().size(); i++) {
      Encoded a = encoded(x, i);
      Encoded b = x.isSame(y) ? a : encoded(y, i);
      if (!Arrays.equals(a.example().ids(), b.example().ids())) {
        throw new InputException(
            "compare: %s: the two tokenizers cut it differently; expected the same tokens. Heads compare between models of one vocabulary"
                .formatted(x.passages().get(i).where()));
      }
      HeadSums.Patterns ofX = read(x, planX, a);
      HeadSums.Patterns ofY = x.isSame(y) ? ofX : read(y, planY, b);
      long key = Draw.key(seed, Draw.Use.SHUFFLING, i);
      sums.add(ofX, ofY, Permutation.of(ofX.length(), key), threads);
    }
    return new HeadsResult(
        Provenance.of(x.source(), x.model(), version, planX),
        x.isSame(y) ? null : Provenance.of(y.source(), y.model(), version, planY),
        new GridResult.Axes(x.label(), y.label(), names(x), names(y)),
        sums);
  }

  private static Plan plan(LayerGrid.Side side) {
    return Plan.of(side.model().architecture()).read(Site.pattern(Layers.ALL));
  }

  private static int heads(LayerGrid.Side side) {
    Architecture architecture = side.model().architecture();
    return architecture.layers() * architecture.heads();
  }

  /** As in {@code 3.11}: layer and head. */
  private static List<String> names(LayerGrid.Side side) {
    Architecture architecture = side.model().architecture();
    List<String> names = new ArrayList<>();
    for (int layer = 0; layer < architecture.layers(); layer++) {
      for (int head = 0; head < architecture.heads(); head++) {
        names.add(layer + "." + head);
      }
    }
    return names;
  }

  private static Encoded encoded(LayerGrid.Side side, int index) {
    return Encoded.of(
        side.passages().get(index),
        side.tokenizer(),
        side.model().architecture(),
        Unit.TOKEN,
        side.tooLong());
  }

  private static HeadSums.Patterns read(LayerGrid.Side side, Plan plan, Encoded text) {
    int T = text.example().ids().length;
    List<double[]> heads = new ArrayList<>();
    try (Trace trace = side.model().run(plan, Inputs.of(text.example()))) {
      for (Trace.Read read : trace.reads()) {
        float[] layer = read.value().toArray();
        for (int from = 0; from < layer.length; from += T * T) {
          double[] head = new double[T * T];
          for (int i = 0; i < head.length; i++) {
            head[i] = layer[from + i];
          }
          heads.add(head);
        }
      }
    }
    return new HeadSums.Patterns(T, heads);
  }
}

package vitrine.interp.circuits;

import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Architecture.BlockStyle;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.models.Model;

/**
 * The matrices of one block's heads as they act on the residual stream; biases are left out.
 *
 * <p>LayerNorm. A pre-norm head (GPT-2) reads the stream less its mean, divided by its scale, times
 * the LayerNorm's weight. The mean and the weight are linear and always the same: they are folded
 * into W_Q, W_K and W_V, and the mean, which no reader sees, is taken out of what W_O writes. The
 * scale is one positive number a position, and left out: it changes no ratio and no order. That is
 * TransformerLens' treatment (fold_ln, center_writing_weights). A post-norm head (BERT) reads the
 * stream as it is, and its matrices are taken as they are; what it writes passes two LayerNorms
 * before the next block reads it, which are left out.
 *
 * @param q one a head, (D,K)
 * @param k one a head, (D,K)
 * @param v one a head, (D,K)
 * @param o one a head, (K,D)
 */
record HeadWeights(
    List<DMatrixRMaj> q, List<DMatrixRMaj> k, List<DMatrixRMaj> v, List<DMatrixRMaj> o) {
  /** How the numbers are to be read, for results. */
  static String treatment(BlockStyle style) {
    return switch (style) {
      case PRE_NORM ->
          "LayerNorm: its weight and its mean are folded into the matrices; its scale, one number a"
              + " position, is left out. Biases are left out.";
      case POST_NORM ->
          "LayerNorm: the matrices are as they are; the LayerNorms between blocks, through which all"
              + " that is written passes, are left out. Biases are left out.";
    };
  }

  /** A plan that reads also what is needed of these blocks. */
  static Plan added(Plan plan, Architecture model, Layers layers) {
    Plan more =
        plan.read(
            Site.of(WeightSite.W_Q, layers),
            Site.of(WeightSite.W_K, layers),
            Site.of(WeightSite.W_V, layers),
            Site.of(WeightSite.W_O, layers));
    return switch (model.style()) {
      case PRE_NORM -> more.read(Site.of(WeightSite.LN1_W, layers));
      case POST_NORM -> more;
    };
  }

  /**
   * Those of one block; for that the model runs once over a single token.
   *
   * @throws InputException when one of them is not finite
   */
  static HeadWeights read(Model model, int layer) {
    Architecture architecture = model.architecture();
    Plan plan = added(Plan.of(architecture), architecture, Layers.of(layer));
    try (Trace trace = model.run(plan, Inputs.of(0))) {
      List<DMatrixRMaj> q = readers(trace, architecture, WeightSite.W_Q, layer);
      List<DMatrixRMaj> k = readers(trace, architecture, WeightSite.W_K, layer);
      List<DMatrixRMaj> v = readers(trace, architecture, WeightSite.W_V, layer);
      List<DMatrixRMaj> o = new ArrayList<>();
      float[] all = trace.value(Site.of(WeightSite.W_O, layer)).toArray();
      int K = architecture.dHead();
      int D = architecture.dModel();
      for (int head = 0; head < architecture.heads(); head++) {
        DMatrixRMaj own = Matrices.of(all, head * K * D, K, D);
        if (architecture.style() == BlockStyle.PRE_NORM) {
          Matrices.centreRows(own);
        }
        o.add(finite(own, WeightSite.W_O, layer, head));
      }
      return new HeadWeights(q, k, v, o);
    }
  }

  /** No decomposition stands a number that is none. */
  private static DMatrixRMaj finite(DMatrixRMaj matrix, WeightSite site, int layer, int head) {
    for (double value : matrix.data) {
      if (!Double.isFinite(value)) {
        throw new InputException(
            "heads: "
                + Site.of(site, layer).head(head)
                + ": "
                + value
                + " among its numbers; expected finite weights. Check the model's files");
      }
    }
    return matrix;
  }

  private static List<DMatrixRMaj> readers(
      Trace trace, Architecture architecture, WeightSite site, int layer) {
    int D = architecture.dModel();
    int K = architecture.dHead();
    float[] all = trace.value(Site.of(site, layer)).toArray();
    List<DMatrixRMaj> readers = new ArrayList<>();
    for (int head = 0; head < architecture.heads(); head++) {
      DMatrixRMaj own = Matrices.of(all, head * D * K, D, K);
      if (architecture.style() == BlockStyle.PRE_NORM) {
        float[] gamma = trace.value(Site.of(WeightSite.LN1_W, layer)).toArray();
        for (int i = 0; i < own.data.length; i++) {
          own.data[i] *= gamma[i / K];
        }
        Matrices.centreColumns(own);
      }
      readers.add(finite(own, site, layer, head));
    }
    return readers;
  }
}

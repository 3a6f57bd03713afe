package vitrine.interp.saliency;

import java.util.Optional;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.EditContext;
import vitrine.engine.hooks.EditFunction;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.kernels.Tensor;

/**
 * The rules of AttnLRP (Achtibat et al. 2024) as edits that leave every value as it is and change
 * what flows back: relevance is then the product of a value and that gradient. For one run.
 */
final class RelevanceEdits {
  private static final EditFunction AS_IS = (value, context) -> {};

  private RelevanceEdits() {}

  /** A plan with the rules of every block. */
  static Plan in(Plan plan, Architecture model) {
    EditFunction half = AS_IS.withDerivative((d, context) -> context.kernels().scale(d, 0.5f, d));
    EditFunction none = AS_IS.withDerivative((d, context) -> context.kernels().fill(d, 0));
    Plan ruled = plan;
    // A product of two values: each gets half.
    for (Site factor :
        new Site[] {
          Site.q(Layers.ALL), Site.k(Layers.ALL), Site.v(Layers.ALL), Site.pattern(Layers.ALL)
        }) {
      ruled = ruled.edit(factor, Edit.custom("half", half));
    }
    // What a LayerNorm divides by counts as a constant.
    ruled = ruled.edit(Site.ln1Scale(Layers.ALL), Edit.custom("constant", none));
    ruled = ruled.edit(Site.ln2Scale(Layers.ALL), Edit.custom("constant", none));
    if (model.style() == Architecture.BlockStyle.PRE_NORM) {
      ruled = ruled.edit(Site.lnFinalScale(), Edit.custom("constant", none));
    }
    for (int layer = 0; layer < model.layers(); layer++) {
      Identity rule = new Identity();
      ruled =
          ruled
              .edit(Site.mlpPre(layer), Edit.custom("identity", rule.before()))
              .edit(Site.mlpPost(layer), Edit.custom("identity", rule.after()));
    }
    return ruled;
  }

  /** A plan in which that is what flows into the blocks from above, (B,T,D). */
  static Plan from(Plan plan, Architecture model, float[] gradient) {
    EditFunction given = AS_IS.withDerivative((d, context) -> FirstLogit.put(gradient, d, context));
    return plan.edit(Site.residPost(model.layers() - 1), Edit.custom("head", given));
  }

  /**
   * Relevance passes an activation function as it is: the gradient before it is the one after it
   * times what comes out over what goes in. Where nothing goes in the derivative is the limit.
   */
  private static final class Identity {
    private float[] in = {};
    private float[] out = {};
    private float[] dOut = {};

    EditFunction before() {
      return new EditFunction() {
        @Override
        public void apply(Tensor value, EditContext context) {
          in = value.toArray();
        }

        @Override
        public Optional<EditFunction> derivative() {
          return Optional.of((d, context) -> {
            float[] dIn = d.toArray();
            for (int i = 0; i < dIn.length; i++) {
              dIn[i] = in[i] == 0 ? dIn[i] : (float) ((double) dOut[i] * out[i] / in[i]);
            }
            FirstLogit.put(dIn, d, context);
          });
        }
      };
    }

    EditFunction after() {
      return new EditFunction() {
        @Override
        public void apply(Tensor value, EditContext context) {
          out = value.toArray();
        }

        @Override
        public Optional<EditFunction> derivative() {
          return Optional.of((d, context) -> dOut = d.toArray());
        }
      };
    }
  }
}

package vitrine.interp.saliency;

import java.util.Arrays;
import java.util.Optional;
import vitrine.engine.hooks.EditContext;
import vitrine.engine.hooks.EditFunction;
import vitrine.kernels.Tensor;

/**
 * Puts a function of a text's logits in the place of the first of them. Its derivative is the chain
 * rule's: so the gradient of that logit is the function's. For one run.
 */
final class FirstLogit implements EditFunction {
  private final LogitFunction function;
  private float[] slopes = {};

  FirstLogit(LogitFunction function) {
    this.function = function;
  }

  @Override
  public void apply(Tensor value, EditContext context) {
    float[] logits = value.toArray();
    int each = logits.length / context.batch();
    slopes = new float[logits.length];
    for (int text = 0; text < context.batch(); text++) {
      float[] slope = new float[each];
      double number =
          function.apply(Arrays.copyOfRange(logits, text * each, (text + 1) * each), slope);
      System.arraycopy(slope, 0, slopes, text * each, each);
      logits[text * each] = (float) number;
    }
    put(logits, value, context);
  }

  @Override
  public Optional<EditFunction> derivative() {
    return Optional.of((d, context) -> {
      float[] given = d.toArray();
      int each = given.length / context.batch();
      for (int text = 0; text < context.batch(); text++) {
        float ofNumber = given[text * each];
        given[text * each] = 0;
        for (int i = text * each; i < (text + 1) * each; i++) {
          given[i] += ofNumber * slopes[i];
        }
      }
      put(given, d, context);
    });
  }

  static void put(float[] numbers, Tensor into, EditContext context) {
    Tensor uploaded = context.kernels().upload(context.workspace(), into.shape(), numbers);
    context.kernels().copy(uploaded, into);
    context.workspace().release(uploaded);
  }
}

package vitrine.interp.saliency;

/** Any number that is made of a text's logits, with its slope. */
@FunctionalInterface
public interface LogitFunction {
  /**
   * The number.
   *
   * @param logits one text's, row-major in the head's axes without the batch; not to be changed
   * @param slope as many zeros, to be filled with the number's derivative with respect to each
   */
  double apply(float[] logits, float[] slope);
}

package vitrine.engine.hooks;

import java.util.Optional;
import vitrine.kernels.Tensor;

/** A person's own edit of a site; what a framework's hook can do, this can do. */
@FunctionalInterface
public interface EditFunction {
  /**
   * Changes the value in place, through {@link EditContext#kernels()}.
   *
   * @param value the part of the site that the slice takes; its shape may not change
   */
  void apply(Tensor value, EditContext context);

  /**
   * What the edit does to a gradient on its way back: changes, in place, the gradient with respect
   * to the edited value into that with respect to the value before. Empty when there is none; then
   * no gradient can be asked for at or below the edit.
   */
  default Optional<EditFunction> derivative() {
    return Optional.empty();
  }

  /** This edit with a derivative. */
  default EditFunction withDerivative(EditFunction derivative) {
    EditFunction forward = this;
    return new EditFunction() {
      @Override
      public void apply(Tensor value, EditContext context) {
        forward.apply(value, context);
      }

      @Override
      public Optional<EditFunction> derivative() {
        return Optional.of(derivative);
      }
    };
  }
}

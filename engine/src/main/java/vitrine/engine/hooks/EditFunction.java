package vitrine.engine.hooks;

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
}

package vitrine.engine.hooks;

import java.util.List;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * A value (or a gradient) to keep.
 *
 * @param site with a single layer, by the name the plan uses; names the file
 * @param axes of the site's tensor
 */
public record ReadStep(Site site, List<Axis> axes) {
  /** The box to keep of the site's whole tensor. */
  public Region region(Shape shape) {
    return Selection.region(site, axes, shape);
  }

  /** Whether the whole tensor is kept. */
  public boolean isWhole() {
    return site.slice().isAll();
  }
}

package vitrine.engine.hooks;

import java.util.List;
import vitrine.engine.InputException;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/** A site's slice against an actual tensor. */
public final class Selection {
  private Selection() {}

  /**
   * The box of a tensor that a site means.
   *
   * @param axes what the tensor's axes count, as many as the shape has
   * @throws InputException when an index is outside the tensor, or the tensor lacks an axis of the
   *     slice
   */
  public static Region region(Site site, List<Axis> axes, Shape shape) {
    Region region = Region.all(shape.rank());
    for (Slice.Part part : site.slice().parts()) {
      int at = axes.indexOf(part.axis());
      if (at < 0) {
        throw new InputException(
            site.operand(part.axis()) + ": no such axis; expected one of " + axes + ".");
      }
      region = region.with(at, site.indices(part, shape.dim(at)));
    }
    return region;
  }
}

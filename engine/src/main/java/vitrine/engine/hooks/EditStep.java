package vitrine.engine.hooks;

import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/** One edit of one site in one layer, with the numbers of its file, if it has one. */
public final class EditStep {
  private final Site site;
  private final Edit edit;
  private final List<Axis> axes;
  private final @Nullable EditValues values;

  EditStep(Site site, Edit edit, List<Axis> axes, @Nullable EditValues values) {
    this.site = site;
    this.edit = edit;
    this.axes = List.copyOf(axes);
    this.values = values;
  }

  /** With a single layer. */
  public Site site() {
    return site;
  }

  public Edit edit() {
    return edit;
  }

  /** Of the site's tensor. */
  public List<Axis> axes() {
    return axes;
  }

  /** The box of the site's whole tensor that is edited. */
  public Region region(Shape shape) {
    return Selection.region(site, axes, shape);
  }

  /** Whether the whole tensor is edited. */
  public boolean isWhole() {
    return site.slice().isAll();
  }

  /**
   * The file's numbers in the shape of the edited box, row-major, of {@link Edit.MeanFile}, {@link
   * Edit.SetFile}, {@link Edit.AddFile} and {@link Edit.From}.
   *
   * @param shape of the site's whole tensor
   * @throws IllegalStateException for an edit without a file
   */
  public float[] values(Shape shape) {
    if (values == null) {
      throw new IllegalStateException("edit: " + edit + " has no file");
    }
    return values.expand(shape, region(shape));
  }

  /** Refuses indices and files that do not fit the site's whole tensor. */
  void check(Shape shape) {
    Region region = region(shape);
    if (values != null) {
      values.check(shape, region);
    }
    if (edit instanceof Edit.Resample resample) {
      check(resample.donors(), shape.dim(0));
    }
  }

  private void check(List<Integer> donors, int batch) {
    boolean fits = donors.size() == batch && donors.stream().allMatch(donor -> donor < batch);
    if (!fits) {
      throw new InputException(
          "edit: %s: %d examples, the last at %d; expected one for each of the %d of the batch, from 0 to %d."
              .formatted(
                  site,
                  donors.size(),
                  donors.stream().mapToInt(Integer::intValue).max().orElse(0),
                  batch,
                  batch - 1));
    }
  }

  @Override
  public String toString() {
    return site + "=" + edit;
  }
}

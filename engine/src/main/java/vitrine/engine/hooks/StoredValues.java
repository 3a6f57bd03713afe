package vitrine.engine.hooks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import vitrine.engine.io.NpyArray;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * What runs have read, in memory, under the names of directories that need not exist: an edit
 * {@code from:NAME} looks here before it looks for files. So a plan's text says where its values
 * come from, and {@code run} repeats it with such a directory ({@code docs/adr/0024}).
 *
 * <p>Owns its numbers: a trace may be closed once it is kept. Filled by one thread; plans are
 * compiled with it afterwards.
 */
public final class StoredValues {
  private final Map<Path, NpyArray> arrays = new HashMap<>();

  /** None so far. */
  public StoredValues() {}

  /** Keeps a copy of all that a trace has read, as {@code run --out DIRECTORY} would. */
  public StoredValues keep(Path directory, Trace trace) {
    trace.reads().forEach(read -> keep(directory, read.site(), read.value()));
    return this;
  }

  /**
   * Keeps a copy of one value.
   *
   * @param site with a single layer
   * @param value of the site's shape, or of its slice's
   */
  public StoredValues keep(Path directory, Site site, Tensor value) {
    return keep(directory, site, value.shape(), value.toArray());
  }

  /**
   * Keeps numbers that no run has left, such as a point on the way between two runs.
   *
   * @param shape the site's, or its slice's
   * @param values row-major; the caller changes them no more
   */
  public StoredValues keep(Path directory, Site site, Shape shape, float[] values) {
    long[] lengths = Arrays.stream(shape.toArray()).asLongStream().toArray();
    arrays.put(file(directory, site), new NpyArray(lengths, values));
    return this;
  }

  /** The numbers kept for a site, row-major; null when there are none. */
  public float @Nullable [] values(Path directory, Site site) {
    NpyArray array = arrays.get(file(directory, site));
    return array == null ? null : array.values();
  }

  /** The file that would hold a site's value. */
  static Path file(Path directory, Site site) {
    return directory.resolve(site.name() + ".npy");
  }

  @Nullable NpyArray find(Path file) {
    return arrays.get(file);
  }
}

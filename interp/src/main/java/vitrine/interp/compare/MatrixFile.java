package vitrine.interp.compare;

import java.nio.file.Path;
import vitrine.engine.InputException;
import vitrine.engine.io.FileHash;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyDoubles;
import vitrine.interp.compare.measures.Activations;

/**
 * Activations from an {@code .npy} file.
 *
 * @param path as it was given
 * @param hash SHA-256 of the file
 * @param activations (n,d)
 */
public record MatrixFile(String path, String hash, Activations activations) {
  /** What the rows of a file are. */
  public enum Rows {
    /** Examples: the last axis is the units, all others together the examples. */
    EXAMPLES,
    /** Units: a matrix that is turned. */
    UNITS
  }

  /**
   * Reads a file of float32, float64 or others, of one axis or more.
   *
   * @throws InputException when it cannot be read, has no axis, or holds NaN
   */
  public static MatrixFile read(String name, Path file, Rows rows) {
    NpyDoubles array = Npy.readDoubles(file);
    long[] shape = array.shape();
    if (shape.length == 0 || (rows == Rows.UNITS && shape.length != 2)) {
      throw new InputException(
          "compare: %s: %s has shape %s; expected %s. Reshape it"
              .formatted(
                  name,
                  file,
                  array.shapeText(),
                  rows == Rows.UNITS ? "(units,examples)" : "(examples,units)"));
    }
    int last = shape.length == 1 ? 1 : Math.toIntExact(shape[shape.length - 1]);
    int others = last == 0 ? 0 : array.values().length / last;
    String hash = FileHash.sha256("compare", file);
    String label = name + ": " + file;
    return switch (rows) {
      case EXAMPLES ->
          new MatrixFile(
              file.toString(), hash, Activations.of(label, others, last, array.values()));
      case UNITS ->
          new MatrixFile(
              file.toString(), hash, Activations.ofUnits(label, others, last, array.values()));
    };
  }
}

package vitrine.interp.probe;

import java.nio.file.Path;
import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.engine.io.FileHash;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;
import vitrine.engine.io.NpyDoubles;
import vitrine.interp.Provenance;
import vitrine.interp.io.Json;
import vitrine.kernels.Kernels;

/**
 * Representations and labels from {@code .npy} files.
 *
 * @param x (n,d), floats or integers
 * @param y (n), whole numbers
 */
public record ProbeFiles(Path x, Path y) {
  /**
   * The representations, with the backend.
   *
   * @throws InputException when the file is no matrix of finite numbers
   */
  public Features features(Kernels kernels) {
    NpyArray array = Npy.read(x);
    long[] shape = array.shape();
    if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
      throw new InputException(
          "probe: %s: shape %s; expected (examples,numbers), a row an example."
              .formatted(x, array.shapeText()));
    }
    int width = Math.toIntExact(shape[1]);
    return Features.of(
        kernels,
        x.toString(),
        Math.toIntExact(shape[0]),
        width,
        row -> Arrays.copyOfRange(array.values(), row * width, (row + 1) * width));
  }

  /**
   * Refuses representations of two widths.
   *
   * @throws InputException naming both
   */
  public void requireSameWidth(Features train, ProbeFiles testFiles, Features test) {
    if (train.width() != test.width()) {
      throw new InputException(
          "probe: %s: %d numbers a row; expected %d, as in %s."
              .formatted(testFiles.x, test.width(), train.width(), x));
    }
  }

  /** No model ran: the file, and the arithmetic of the probe. */
  public Provenance provenance(Kernels kernels, String version, long seed) {
    return new Provenance(
        x.toString(),
        FileHash.sha256("probe", x),
        version,
        kernels.name(),
        kernels.description(),
        "none",
        "none",
        seed,
        Json.object());
  }

  /**
   * Labels of rows.
   *
   * @param file they are in
   * @param rows how many there are to be
   * @param of the representations that they belong to
   */
  public static long[] labels(Path file, int rows, Path of) {
    NpyDoubles array = Npy.readDoubles(file);
    if (array.shape().length != 1 || array.values().length != rows) {
      throw new InputException(
          "probe: %s: shape %s; expected (%d), a label for each row of %s."
              .formatted(file, array.shapeText(), rows, of));
    }
    long[] labels = new long[rows];
    for (int row = 0; row < rows; row++) {
      double value = array.values()[row];
      labels[row] = (long) value;
      if (labels[row] != value) {
        throw new InputException(
            "probe: %s: row %d is %s; expected a whole number, the class."
                .formatted(file, row, value));
      }
    }
    return labels;
  }
}

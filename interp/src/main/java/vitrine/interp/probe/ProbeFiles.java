package vitrine.interp.probe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.io.FileHash;
import vitrine.engine.io.Npy;
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
   * The representations that a probe is to be fitted to, with the backend.
   *
   * @throws InputException when the file is no matrix of finite numbers
   */
  public Features features(Kernels kernels) {
    return Features.of(kernels, given());
  }

  /**
   * The representations that a fitted probe is to be applied to.
   *
   * @param trained where the probe is fitted
   * @param train the features there
   * @throws InputException when the file is no matrix of finite numbers, or of another width
   */
  public Features features(Kernels kernels, ProbeFiles trained, Features train) {
    Features.Given given = given();
    if (train.width() != given.width()) {
      throw new InputException(
          "probe: %s: %d numbers a row; expected %d, as in %s."
              .formatted(x, given.width(), train.width(), trained.x));
    }
    return Features.of(kernels, given, train);
  }

  private Features.Given given() {
    NpyDoubles array = Npy.readDoubles(x);
    long[] shape = array.shape();
    if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
      throw new InputException(
          "probe: %s: shape %s; expected (examples,numbers), a row an example."
              .formatted(x, array.shapeText()));
    }
    int width = Math.toIntExact(shape[1]);
    double[] values = array.values();
    return new Features.Given(
        x.toString(),
        Math.toIntExact(shape[0]),
        width,
        row -> Arrays.copyOfRange(values, row * width, (row + 1) * width));
  }

  /**
   * No model ran: the files, and the arithmetic of the probe.
   *
   * @param others what else was read
   */
  public Provenance provenance(Kernels kernels, List<Path> others, String version, long seed) {
    ObjectNode read = Json.object();
    ObjectNode hashes = read.putObject("sha256");
    hashes.put(x.toString(), FileHash.sha256("probe", x));
    hashes.put(y.toString(), FileHash.sha256("probe", y));
    others.forEach(file -> hashes.put(file.toString(), FileHash.sha256("probe", file)));
    return new Provenance(
        x.toString(),
        hashes.get(x.toString()).stringValue(),
        version,
        kernels.name(),
        kernels.description(),
        "none",
        "none",
        seed,
        read);
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
    long[] shape = array.shape();
    boolean isColumn = shape.length == 1 || (shape.length == 2 && shape[1] == 1);
    if (!isColumn || array.values().length != rows) {
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

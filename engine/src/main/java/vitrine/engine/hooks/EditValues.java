package vitrine.engine.hooks;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.io.NpyArray;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * The numbers of an edit's file, and how they come into the shape of the slice.
 *
 * @param site the edited site, with a single layer
 * @param file where the numbers are from
 * @param array the numbers
 * @param fit how they meet the slice
 */
record EditValues(Site site, Path file, NpyArray array, Fit fit) {
  /** How a file meets the slice. */
  enum Fit {
    /** Repeated along leading axes it lacks and axes of length 1. */
    BROADCAST,
    /** Already the slice. */
    SLICE,
    /** The whole site, of which the slice is taken. */
    WHOLE
  }

  /**
   * Reads the file of an edit; null for an edit without one.
   *
   * @param files read so far, added to
   * @throws InputException when the file is missing or bad
   */
  static @Nullable EditValues read(Site site, Edit edit, OpenedFiles files) {
    return switch (edit) {
      case Edit.MeanFile mean -> broadcast(site, mean.file(), files);
      case Edit.SetFile set -> broadcast(site, set.file(), files);
      case Edit.AddFile add -> broadcast(site, add.file(), files);
      case Edit.From from -> stored(site, from.directory(), files);
      case Edit.Zero _ -> null;
      case Edit.Mean _ -> null;
      case Edit.Uniform _ -> null;
      case Edit.Scale _ -> null;
      case Edit.SetValue _ -> null;
      case Edit.Noise _ -> null;
      case Edit.Skip _ -> null;
      case Edit.Resample _ -> null;
      case Edit.Custom _ -> null;
    };
  }

  private static EditValues broadcast(Site site, Path file, OpenedFiles files) {
    return new EditValues(site, file, files.read(file), Fit.BROADCAST);
  }

  private static EditValues stored(Site site, Path directory, OpenedFiles files) {
    Path exact = StoredValues.file(directory, site);
    Path whole = StoredValues.file(directory, site.whole());
    Path found = files.has(exact) ? exact : whole;
    if (!files.has(found)) {
      throw new InputException(
          "edit: "
              + site
              + "=from:"
              + directory
              + ": no such file; expected "
              + (exact.equals(whole) ? exact : exact + " or " + whole)
              + ". Store it there with run --read '"
              + site
              + "'.");
    }
    return new EditValues(
        site, found, files.read(found), found.equals(exact) ? Fit.SLICE : Fit.WHOLE);
  }

  /** Refuses a file whose shape does not fit. */
  void check(Shape shape, Region region) {
    Shape slice = region.shape(shape);
    switch (fit) {
      case BROADCAST -> Broadcast.check(array.shape(), slice, operand());
      case SLICE -> same(slice);
      case WHOLE -> same(shape);
    }
  }

  /** The numbers in the shape of the slice. */
  float[] expand(Shape shape, Region region) {
    check(shape, region);
    return switch (fit) {
      case BROADCAST -> Broadcast.expand(array, region.shape(shape), operand());
      case SLICE -> array.values();
      case WHOLE -> Broadcast.gather(array.values(), shape, region);
    };
  }

  private void same(Shape expected) {
    int[] dims = expected.toArray();
    if (!Arrays.equals(array.shape(), Arrays.stream(dims).asLongStream().toArray())) {
      throw new InputException(
          operand()
              + ": shape "
              + array.shapeText()
              + "; expected "
              + expected
              + ". The other run must have the same batch and length.");
    }
  }

  private String operand() {
    return "edit: " + site + ": " + file;
  }
}

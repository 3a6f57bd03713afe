package vitrine.app.results;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.pictures.Pictures;
import vitrine.weights.AtomicFile;

/**
 * The one file that an analysis leaves; its ending says which form. It appears whole or not at all,
 * and takes the place of what was there under its name.
 *
 * @param path where
 * @param ending of the path
 */
public record ResultFile(Path path, Ending ending) {
  /** The forms there are. */
  public enum Ending {
    /** The whole result. */
    JSON,
    /** The findings as a table. */
    CSV,
    /** The first of the result's arrays. */
    NPY,
    /** The pictures. */
    SVG,
    /** The pictures, on light paper. */
    PNG,
    /** A page with the pictures and their data, in one file. */
    HTML;

    private String suffix() {
      return "." + name().toLowerCase(Locale.ROOT);
    }
  }

  /** The endings for people: {@code .json, .csv, .npy, .svg, .png or .html}. */
  public static String endings() {
    String all =
        Arrays.stream(Ending.values()).map(Ending::suffix).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or " + all.substring(last + 2);
  }

  /** The file of a path; empty for an ending that there is no form for. */
  public static Optional<ResultFile> of(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return Arrays.stream(Ending.values())
        .filter(ending -> name.endsWith(ending.suffix()))
        .map(ending -> new ResultFile(path, ending))
        .findFirst();
  }

  /**
   * Says before any work that the file cannot be written.
   *
   * @throws InputException when its directory is not there, or it is one itself
   */
  public void check() {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) {
      throw new InputException(
          "out: "
              + OneLine.operand(path.toString())
              + ": no such directory; expected an existing one. Make it, or write elsewhere");
    }
    if (Files.isDirectory(path)) {
      throw new InputException(
          "out: "
              + OneLine.operand(path.toString())
              + ": a directory; expected a file. Name one in it");
    }
  }

  /**
   * Writes the result.
   *
   * @throws InputException when there is no such form of it, as of a picture that is too large
   * @throws vitrine.weights.WeightsException when the operating system refuses
   */
  public void write(Result result) {
    switch (ending) {
      case JSON -> AtomicFile.write(path, Json.pretty(result.document()) + "\n");
      case CSV -> AtomicFile.write(path, Pictures.csv(result.table()));
      case NPY -> result.arrays().firstEntry().getValue().writeNpy(path);
      case SVG -> AtomicFile.write(path, Pictures.svg(result.pictures()));
      case PNG -> AtomicFile.write(path, out -> Pictures.png(result.pictures(), out));
      case HTML -> AtomicFile.write(path, Pictures.html(result.page()));
    }
  }
}

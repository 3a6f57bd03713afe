package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.results.ResultFile;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Width;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Pictures;

/** Where the result of an analysis goes: the terminal, standard output as JSON, a file. */
final class ResultOptions {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      converter = Converters.OfResultFile.class,
      description = {
        "Write a file in the form of its ending: .json (everything), .csv (the table), .npy (the array),",
        ".svg or .png (the pictures), .html (a page that needs no network). Replaces what is there."
      })
  private @Nullable ResultFile out;

  @Option(names = "--json", description = "Print the whole result as one JSON document.")
  private boolean json;

  /**
   * Says before any work that the file cannot be written.
   *
   * @throws vitrine.engine.InputException as {@link ResultFile#check}
   */
  void check() {
    if (out != null) {
      out.check();
    }
  }

  /** Whether the first of the result's arrays is written. */
  boolean wantsArray() {
    return out != null && out.ending() == ResultFile.Ending.NPY;
  }

  /** Whether the result is printed or written with all its numbers as text. */
  boolean wantsText() {
    return json
        || (out != null
            && (out.ending() == ResultFile.Ending.JSON || out.ending() == ResultFile.Ending.HTML));
  }

  /** Writes and prints the result as it was asked for; its pictures when nothing was. */
  void deliver(Result result, Console console) throws IOException {
    if (out != null) {
      out.write(result);
    }
    if (json) {
      console.println(Json.line(result.document()));
    } else if (out != null) {
      console.println(
          "wrote %s (%s)"
              .formatted(
                  OneLine.escape(out.path().toString()), Sizes.bytes(Files.size(out.path()))));
    } else {
      print(result, console);
    }
  }

  /** The pictures, in characters. */
  static void print(Result result, Console console) {
    String gap = "";
    for (Picture picture : result.pictures()) {
      console.print(gap + OneLine.escapeKeepingLines(Pictures.text(picture, Width.columns())));
      gap = "\n";
    }
  }
}

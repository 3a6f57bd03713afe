package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.results.ResultFile;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.weights.AtomicFile;

/** Where a result with several arrays goes: as {@link ResultOptions}, or a directory of arrays. */
final class DirectoryOrFile {
  private static final String DOCUMENT = "result.json";

  @Option(
      names = "--out",
      paramLabel = "PATH",
      converter = Converters.AnyPath.class,
      description = {
        "Write a file in the form of its ending: .json (everything), .csv (the table), .npy (the first",
        "array), .svg or .png (the pictures), .html (a page that needs no network), and replace what is",
        "there; any other name is a directory for all arrays, in which files of these names are replaced."
      })
  private @Nullable Path out;

  @Option(names = "--json", description = "Print the whole result as one JSON document.")
  private boolean json;

  /**
   * Says before any work that nothing can be written.
   *
   * @throws vitrine.engine.InputException as {@link ResultFile#check}, {@link
   *     OutputDirectory#check}
   */
  void check() throws IOException {
    if (out == null) {
      return;
    }
    Optional<ResultFile> file = ResultFile.of(out);
    if (file.isPresent()) {
      file.get().check();
    } else {
      OutputDirectory.check(out, OutputDirectory.Existing.REPLACE);
    }
  }

  /** Writes and prints the result as it was asked for; its pictures when nothing was. */
  void deliver(Result result, Console console) throws IOException {
    Optional<ResultFile> file = out == null ? Optional.empty() : ResultFile.of(out);
    if (file.isPresent()) {
      file.get().write(result);
    } else if (out != null) {
      write(result, out);
    }
    if (json) {
      console.println(Json.line(result.document()));
    } else if (out != null) {
      console.println("wrote " + OneLine.escape(out.toString()));
    } else {
      ResultOptions.print(result, console);
    }
  }

  private static void write(Result result, Path directory) throws IOException {
    try (OutputDirectory to =
        OutputDirectory.open(directory, OutputDirectory.Existing.REPLACE, DOCUMENT, List.of())) {
      for (Map.Entry<String, NumberArray> array : result.arrays().entrySet()) {
        array.getValue().writeNpy(to.file(array.getKey() + ".npy"));
      }
      AtomicFile.write(to.file(DOCUMENT), Json.pretty(result.document()) + "\n");
      to.commit();
    }
  }
}

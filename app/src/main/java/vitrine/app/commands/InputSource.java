package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.input.Ids;
import vitrine.app.input.InputLine;
import vitrine.app.input.InputLines;
import vitrine.app.terminal.UsageException;

/** The options by which a model is given something to read. */
final class InputSource {
  /** Whether a command has {@code --ids}. */
  enum IdsOption {
    TAKEN,
    NOT_TAKEN
  }

  @Option(
      names = "--text",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = "The text; may begin with @ or a dash.")
  private @Nullable String text;

  @Option(
      names = "--pair",
      paramLabel = "T2",
      parameterConsumer = Verbatim.class,
      description = "The second text of a pair.")
  private @Nullable String pair;

  @Option(
      names = "--input",
      paramLabel = "FILE.jsonl",
      converter = Converters.AnyPath.class,
      description = "A file with one JSON object a line; - for standard input.")
  private @Nullable Path file;

  /** Whether any of them was given. */
  boolean isGiven() {
    return text != null || pair != null || file != null;
  }

  /** Whether {@code --input} was given: results are lists then, even for a single line. */
  boolean isFile() {
    return file != null;
  }

  /**
   * What was given, in order.
   *
   * @param command for errors
   * @param taken whether the command has {@code --ids}
   * @param ids its value; null when it was not given
   * @throws UsageException unless exactly one of the sources was given
   */
  List<InputLine> lines(String command, IdsOption taken, @Nullable String ids, InputStream stdin)
      throws IOException {
    int given = (text == null ? 0 : 1) + (ids == null ? 0 : 1) + (file == null ? 0 : 1);
    if (given != 1) {
      String sources = taken == IdsOption.TAKEN ? "--text, --ids or --input" : "--text or --input";
      throw new UsageException(
          command
              + ": "
              + sources
              + ": "
              + (given == 0 ? "none given" : given + " given")
              + "; expected one of them. See: vitrine help "
              + command);
    }
    if (pair != null && text == null) {
      throw new UsageException(
          command + ": --pair: given without --text; expected both. See: vitrine help " + command);
    }
    if (text != null) {
      return List.of(new InputLine.Words("--text", text, pair, null));
    }
    if (ids != null) {
      int[] parsed = Ids.parse(command, ids);
      return List.of(new InputLine.Tokens("--ids", parsed, null, null, null));
    }
    return file == null ? List.of() : InputLines.read(file, stdin);
  }
}

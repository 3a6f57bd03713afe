package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.results.Form;
import vitrine.app.results.Spelling;
import vitrine.engine.InputException;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;

/** The options by which {@code run} and every analysis are given something to read. */
final class ModelInput {
  @Mixin private InputSource source = new InputSource();

  @Option(
      names = "--ids",
      paramLabel = "1,2,3",
      description = "Token ids, taken verbatim; needs no tokenizer files.")
  private @Nullable String ids;

  @Option(
      names = "--truncate",
      description = "Cut texts that are longer than the model's positions.")
  private boolean truncate;

  /**
   * What was given, as a model reads it.
   *
   * @param tokenizer empty where only ids were given and the model has none
   */
  record Ready(Inputs inputs, Optional<Tokenizer> tokenizer) {
    /** With every token spelled; an id's digits where nothing spells it. */
    Texts texts() {
      return new Texts(
          inputs,
          inputs.examples().stream()
              .map(example -> Arrays.stream(example.ids()).mapToObj(this::spell).toList())
              .toList());
    }

    private String spell(int id) {
      String token = Spelling.of(tokenizer, id);
      return token == null ? Integer.toString(id) : token;
    }
  }

  /** Whether any of the sources was given. */
  boolean isGiven() {
    return ids != null || source.isGiven();
  }

  /** How texts that are too long are dealt with. */
  TooLong tooLong() {
    return truncate ? TooLong.CUT : TooLong.REFUSE;
  }

  /** Whether results are of one input or a list. */
  Form form() {
    return source.isFile() ? Form.LIST : Form.ONE;
  }

  /**
   * What was given, checked in itself.
   *
   * @param command for errors
   */
  List<InputLine> lines(String command, InputStream stdin) throws IOException {
    return source.lines(command, InputSource.IdsOption.TAKEN, ids, stdin);
  }

  /**
   * What was given, as a model reads it.
   *
   * @param command for errors
   * @throws InputException when a line does not fit the model
   */
  Ready ready(String command, List<InputLine> lines, LoadedModel loaded, Consumer<String> notes) {
    Architecture architecture = loaded.model().architecture();
    Optional<Tokenizer> tokenizer = tokenizer(command, lines, loaded, notes);
    Examples.TooLong tooLong = truncate ? Examples.TooLong.TRUNCATE : Examples.TooLong.REFUSE;
    Examples examples = new Examples(command, architecture, tokenizer, tooLong);
    return new Ready(Inputs.batch(examples.of(lines)), tokenizer);
  }

  /**
   * The tokenizer; where only ids were given, a bad one costs no more than the spelling of tokens.
   */
  private static Optional<Tokenizer> tokenizer(
      String command, List<InputLine> lines, LoadedModel loaded, Consumer<String> notes) {
    if (Examples.needTokenizer(lines)) {
      Tokenizer tokenizer = loaded.tokenizer(command);
      tokenizer.notes().forEach(notes);
      return Optional.of(tokenizer);
    }
    try {
      return loaded.files().tokenizer();
    } catch (InputException e) {
      notes.accept("tokens are not spelled: " + e.getMessage());
      return Optional.empty();
    }
  }
}

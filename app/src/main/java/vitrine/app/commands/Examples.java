package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import vitrine.app.input.InputLine;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;

/** Makes a model's examples of what was given. */
final class Examples {
  /** What happens to a text that is longer than the model's positions. */
  enum TooLong {
    REFUSE,
    TRUNCATE
  }

  private final String operation;
  private final Architecture architecture;
  private final Optional<Tokenizer> tokenizer;
  private final TooLong tooLong;

  /**
   * @param operation for errors
   * @param tokenizer must be there when any line has words
   */
  Examples(
      String operation, Architecture architecture, Optional<Tokenizer> tokenizer, TooLong tooLong) {
    this.operation = operation;
    this.architecture = architecture;
    this.tokenizer = tokenizer;
    this.tooLong = tooLong;
  }

  /**
   * One example a line.
   *
   * @throws InputException at the first line that yields none
   */
  List<Example> of(List<InputLine> lines) {
    List<Example> examples = new ArrayList<>();
    for (InputLine line : lines) {
      Example example =
          switch (line) {
            case InputLine.Words words -> words(words);
            case InputLine.Tokens tokens -> tokens(tokens);
          };
      JsonNode labels = line.labels();
      examples.add(labels == null ? example : example.withLabels(labels(line.where(), labels)));
    }
    return examples;
  }

  private Example words(InputLine.Words words) {
    Encoding encoding = encode(words, tokenizer.orElseThrow());
    if (encoding.length() == 0) {
      throw new InputException(
          operation
              + ": "
              + words.where()
              + ": the text yields no token; expected at least one. Give a text, or --ids");
    }
    checkLength(words.where(), encoding.length(), "Shorten it, or add --truncate");
    Example example = Example.of(encoding.ids());
    return architecture.segments() > 0 ? example.withTypeIds(encoding.typeIds()) : example;
  }

  private Encoding encode(InputLine.Words words, Tokenizer by) {
    String pair = words.pair();
    if (tooLong == TooLong.TRUNCATE) {
      int most = architecture.positions();
      return pair == null ? by.encode(words.text(), most) : by.encode(words.text(), pair, most);
    }
    return pair == null ? by.encode(words.text()) : by.encode(words.text(), pair);
  }

  private Example tokens(InputLine.Tokens tokens) {
    checkLength(tokens.where(), tokens.ids().length, "Give fewer ids");
    Example example = Example.of(tokens.ids());
    int[] typeIds = tokens.typeIds();
    if (typeIds != null) {
      example = example.withTypeIds(typeIds);
    }
    int[] mask = tokens.mask();
    if (mask != null) {
      boolean[] real = new boolean[mask.length];
      for (int i = 0; i < mask.length; i++) {
        real[i] = mask[i] == 1;
      }
      example = example.withMask(real);
    }
    return example;
  }

  private void checkLength(String where, int length, String remedy) {
    if (length > architecture.positions()) {
      throw new InputException(
          "%s: %s: %d tokens; expected at most the model's %d positions. %s"
              .formatted(operation, where, length, architecture.positions(), remedy));
    }
  }

  private static Labels labels(String where, JsonNode labels) {
    if (labels.isNumber()) {
      return new Labels.One(labels.doubleValue());
    }
    if (labels.isArray()) {
      int[] values = new int[labels.size()];
      boolean whole = true;
      for (int i = 0; i < values.length && whole; i++) {
        JsonNode value = labels.get(i);
        whole = value.isIntegralNumber() && value.canConvertToInt();
        values[i] = whole ? value.intValue() : 0;
      }
      if (whole) {
        return new Labels.Many(values);
      }
    }
    throw new InputException(
        "input: "
            + where
            + ": field labels: "
            + OneLine.operand(labels.toString())
            + "; expected a list of whole numbers, or one number. Mend the line");
  }

  /** Whether any of the lines needs a tokenizer. */
  static boolean needTokenizer(List<InputLine> lines) {
    return lines.stream().anyMatch(InputLine.Words.class::isInstance);
  }
}

package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.input.InputLine;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Table;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Padding;
import vitrine.engine.text.Side;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Truncation;
import vitrine.interp.io.Json;

/** {@code vitrine tokenize}: texts as the model sees them. */
@CommandLine.Command(
    name = "tokenize",
    header = "Show the tokens of texts.",
    description = "Show the tokens of a text, or of every line of a file. No text is too long.",
    footer = {
      "With --json:",
      "  {\"tokens\":[...],\"ids\":[...],\"offsets\":[[start,end],...],\"type_ids\":[...]}",
      "one such object a line with --input, whose lines are {\"text\":\"...\",\"pair\":\"...\"}, pair left out",
      "or not. Offsets count Java chars (UTF-16) of the text; added special tokens have [0,0].",
      "With --pad each has \"mask\" too.",
      "",
      "Example:",
      "  vitrine tokenize --text \"the cat sat on the mat\"",
      "  vitrine tokenize --text \"the cat sat on the mat\" --json"
    })
final class TokenizeCommand implements Command {
  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private InputSource source = new InputSource();

  @Option(
      names = "--truncate",
      description = "Cut to the length that the model's tokenizer.json declares.")
  private boolean truncate;

  @Option(
      names = "--pad",
      description =
          "Pad as the model's tokenizer.json declares; at the right, to the longest, if it does not.")
  private boolean pad;

  @Option(names = "--json", description = "JSON, one object a text.")
  private boolean json;

  TokenizeCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    List<InputLine> lines = source.lines("tokenize", InputSource.IdsOption.NOT_TAKEN, null, stdin);
    Tokenizer tokenizer = new ModelSource(common).tokenizer();
    tokenizer.notes().forEach(console::note);
    tellIgnored(tokenizer);
    Optional<Truncation> cut = truncate ? Optional.of(declared(tokenizer)) : Optional.empty();
    List<Encoding> encodings = new ArrayList<>();
    for (InputLine line : lines) {
      encodings.add(encode(tokenizer, words(line), cut));
    }
    if (pad) {
      encodings =
          tokenizer.declaredPadding().orElseGet(() -> tokenizer.padding(Side.RIGHT)).pad(encodings);
    }
    for (Encoding encoding : encodings) {
      if (json) {
        console.println(Json.line(document(encoding)));
      } else {
        console.print(table(encoding));
      }
    }
  }

  private static InputLine.Words words(InputLine line) {
    return switch (line) {
      case InputLine.Words words -> words;
      case InputLine.Tokens tokens ->
          throw new InputException(
              "tokenize: "
                  + tokens.where()
                  + ": \"ids\"; expected \"text\". Ids are tokens already: leave the line out");
    };
  }

  private static Encoding encode(
      Tokenizer tokenizer, InputLine.Words words, Optional<Truncation> cut) {
    String pair = words.pair();
    if (pair == null) {
      return cut.map(to -> tokenizer.encode(words.text(), to))
          .orElseGet(() -> tokenizer.encode(words.text()));
    }
    return cut.map(to -> tokenizer.encode(words.text(), pair, to))
        .orElseGet(() -> tokenizer.encode(words.text(), pair));
  }

  private static Truncation declared(Tokenizer tokenizer) {
    return tokenizer
        .declaredTruncation()
        .orElseThrow(() ->
            new UsageException(
                "tokenize: --truncate: the model's tokenizer declares no truncation; expected a"
                    + " tokenizer.json with a truncation block. Leave --truncate out"));
  }

  private void tellIgnored(Tokenizer tokenizer) {
    Optional<Truncation> truncation = tokenizer.declaredTruncation();
    if (truncation.isPresent() && !truncate) {
      console.note(
          "tokenizer.json declares truncation to "
              + truncation.get().maxLength()
              + " tokens; ignored without --truncate");
    }
    Optional<Padding> padding = tokenizer.declaredPadding();
    if (padding.isPresent() && !pad) {
      console.note("tokenizer.json declares padding; ignored without --pad");
    }
  }

  private ObjectNode document(Encoding encoding) {
    ObjectNode document = Json.object();
    document.set("tokens", Json.strings(encoding.tokens()));
    document.set("ids", Json.array(encoding.ids()));
    ArrayNode offsets = document.putArray("offsets");
    int[] starts = encoding.starts();
    int[] ends = encoding.ends();
    for (int i = 0; i < starts.length; i++) {
      offsets.add(Json.array(starts[i], ends[i]));
    }
    document.set("type_ids", Json.array(encoding.typeIds()));
    if (pad) {
      document.set("mask", Json.array(encoding.mask()));
    }
    return document;
  }

  private String table(Encoding encoding) {
    int[] ids = encoding.ids();
    int[] starts = encoding.starts();
    int[] ends = encoding.ends();
    int[] types = encoding.typeIds();
    Table table = new Table("position", "token", "id", "start", "end", "segment");
    for (int i = 0; i < ids.length; i++) {
      table.row(i, encoding.tokens().get(i), ids[i], starts[i], ends[i], types[i]);
    }
    return (source.isFile() ? "\n" : "") + table.render();
  }
}

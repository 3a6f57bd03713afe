package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.input.InputLines;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.conllu.ConlluFile;
import vitrine.engine.io.TextFile;
import vitrine.interp.rows.Passage;
import vitrine.interp.rows.Unit;

/** What {@code compare} has models read: one set of texts, or two that say the same. */
final class ComparedTexts {
  @Option(
      names = "--text",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = "One text; may begin with @ or a dash.")
  private @Nullable String text;

  @Option(
      names = "--input",
      paramLabel = "FILE.jsonl",
      converter = Converters.AnyPath.class,
      description = "A file with {\"text\":...} a line; - for standard input.")
  private @Nullable Path input;

  @Option(
      names = "--lines",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "A file with a text a line; blank ones are left out.")
  private @Nullable Path lines;

  @Option(
      names = "--conllu",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "A treebank in CoNLL-U: its sentences, its tokens as words.")
  private @Nullable Path conllu;

  @Option(
      names = "--other-lines",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "The same texts in another language, line by line.")
  private @Nullable Path otherLines;

  @Option(
      names = "--other-conllu",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "The same sentences in another language, sentence by sentence.")
  private @Nullable Path otherConllu;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Only the first so many texts.")
  private @Nullable Integer limit;

  @Option(
      names = "--unit",
      paramLabel = "NAME",
      converter = Converters.NotBlank.class,
      description = {
        "What a row is: token, word (the mean of its pieces) or sentence (the mean over its words'",
        "pieces). Of two languages sentence, of two models or a treebank word, else token."
      })
  private @Nullable String unit;

  /** The two sides; the second is the first where no other was given. */
  record Sides(List<Passage> x, List<Passage> y) {
    @SuppressWarnings("ReferenceEquality") // two files with the same texts are still two sides
    boolean areOne() {
      return x == y;
    }
  }

  /** Whether any text was given. */
  boolean given() {
    return text != null || input != null || lines != null || conllu != null;
  }

  /** The first option that was given; null of none. */
  @Nullable String firstGiven() {
    return text != null
        ? "--text"
        : input != null
            ? "--input"
            : lines != null
                ? "--lines"
                : conllu != null
                    ? "--conllu"
                    : otherLines != null
                        ? "--other-lines"
                        : otherConllu != null
                            ? "--other-conllu"
                            : limit != null ? "--limit" : unit != null ? "--unit" : null;
  }

  /** Whether it was said what a row is. */
  boolean saysUnit() {
    return unit != null;
  }

  /** Reads what was given. */
  Sides read(InputStream stdin) throws IOException {
    int sources =
        (text == null ? 0 : 1)
            + (input == null ? 0 : 1)
            + (lines == null ? 0 : 1)
            + (conllu == null ? 0 : 1);
    if (sources != 1) {
      throw new UsageException(
          "compare: --text, --input, --lines or --conllu: %s; expected one of them. See: vitrine help compare"
              .formatted(sources == 0 ? "none given" : sources + " given"));
    }
    if (otherLines != null && otherConllu != null) {
      throw new UsageException(
          "compare: --other-lines: given with --other-conllu; expected one of them. See: vitrine help compare");
    }
    List<Passage> x = limited(first(stdin));
    List<Passage> y =
        otherLines != null
            ? limited(ofLines(otherLines))
            : otherConllu != null ? limited(ofTreebank(otherConllu)) : x;
    return new Sides(x, y);
  }

  private List<Passage> limited(List<Passage> all) {
    return limit == null ? all : all.subList(0, Math.min(limit, all.size()));
  }

  private List<Passage> first(InputStream stdin) throws IOException {
    if (text != null) {
      return List.of(Passage.of("--text", text));
    }
    if (lines != null) {
      return ofLines(lines);
    }
    if (conllu != null) {
      return ofTreebank(conllu);
    }
    List<Passage> passages = new ArrayList<>();
    for (InputLine line : input == null ? List.<InputLine>of() : InputLines.read(input, stdin)) {
      switch (line) {
        case InputLine.Words words -> {
          if (words.pair() != null) {
            throw only(words.where(), "a pair");
          }
          passages.add(Passage.of(words.where(), words.text()));
        }
        case InputLine.Tokens tokens -> throw only(tokens.where(), "ids");
      }
    }
    return passages;
  }

  private static InputException only(String where, String found) {
    return new InputException(
        "compare: %s: %s; expected a single text. Mend the line".formatted(where, found));
  }

  /** Blank lines are left out, but where lines pair. */
  private List<Passage> ofLines(Path file) {
    List<Passage> passages = new ArrayList<>();
    int[] number = {0};
    TextFile.forEachLine(
        "compare",
        file,
        line -> {
          number[0]++;
          if (!line.isBlank() || isParallel()) {
            passages.add(Passage.of("%s line %d".formatted(file, number[0]), line.strip()));
          }
        });
    return passages;
  }

  private static List<Passage> ofTreebank(Path file) {
    return ConlluFile.read(file).stream().map(Passage::of).toList();
  }

  /** What a row is. */
  Unit unit(Unit usual) {
    if (unit == null) {
      return usual;
    }
    return switch (unit) {
      case "token" -> Unit.TOKEN;
      case "word" -> Unit.WORD;
      case "sentence" -> Unit.SENTENCE;
      default ->
          throw new UsageException(
              "compare: --unit: %s; expected token, word or sentence. See: vitrine help compare"
                  .formatted(OneLine.operand(unit)));
    };
  }

  /** What a row is where nobody said it. */
  Unit usualUnit(Sides sides, int models) {
    if (!sides.areOne()) {
      return Unit.SENTENCE;
    }
    return models > 1 || conllu != null ? Unit.WORD : Unit.TOKEN;
  }

  /** For people: a model, with what it read where the sides read different texts. */
  String labelX(String model) {
    return isParallel() ? on(model, conllu != null ? conllu : lines) : model;
  }

  String labelY(String model) {
    return isParallel() ? on(model, otherConllu != null ? otherConllu : otherLines) : model;
  }

  private boolean isParallel() {
    return otherLines != null || otherConllu != null;
  }

  private static String on(String model, @Nullable Path file) {
    return file == null ? model : model + " on " + file.getFileName();
  }
}

package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.input.Ids;
import vitrine.app.input.PairLine;
import vitrine.app.input.PairLines;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.io.Json;
import vitrine.interp.prompts.PromptKind;
import vitrine.interp.prompts.Prompts;
import vitrine.interp.prompts.TextPair;
import vitrine.weights.AtomicFile;

/** The options by which {@code patch} is given pairs of prompts. */
final class PairInput {
  private static final int USUAL_COUNT = 32;

  @Option(
      names = "--text",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = "The clean prompt; may begin with @ or a dash.")
  private @Nullable String text;

  @Option(
      names = "--corrupted",
      paramLabel = "T2",
      parameterConsumer = Verbatim.class,
      description = "The corrupted prompt, of as many tokens.")
  private @Nullable String corrupted;

  @Option(
      names = "--ids",
      paramLabel = "1,2,3",
      description = "The clean prompt as token ids; needs no tokenizer files.")
  private @Nullable String ids;

  @Option(
      names = "--corrupted-ids",
      paramLabel = "1,2,4",
      description = "The corrupted prompt as token ids.")
  private @Nullable String corruptedIds;

  @Option(
      names = "--answer",
      paramLabel = "WORD|ID",
      parameterConsumer = Verbatim.class,
      description =
          "What should follow the clean prompt: a word of one token, blank included, or an id; text:5 is"
              + " the word 5.")
  private @Nullable String answer;

  @Option(
      names = "--wrong",
      paramLabel = "WORD|ID",
      parameterConsumer = Verbatim.class,
      description = "What should follow the corrupted prompt.")
  private @Nullable String wrong;

  @Option(
      names = "--input",
      paramLabel = "FILE.jsonl",
      converter = Converters.AnyPath.class,
      description = {
        "Pairs, one a line: {\"clean\":...,\"corrupted\":...,\"answer\":...,\"wrong\":...}; - for standard",
        "input."
      })
  private @Nullable Path file;

  @Option(
      names = "--prompts",
      paramLabel = "KIND",
      converter = Converters.NotBlank.class,
      description = {
        "Make pairs from templates: ioi (indirect objects), agreement (of verb and subject) or repetition;",
        "answers are single tokens, prompts equally long."
      })
  private @Nullable String prompts;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "How many pairs --prompts makes; 32 if not given.")
  private @Nullable Integer count;

  @Option(
      names = "--save-prompts",
      paramLabel = "FILE.jsonl",
      converter = Converters.AnyPath.class,
      description = "Write the pairs of --prompts to a file that --input reads.")
  private @Nullable Path save;

  /**
   * Checks that one source was given, with what belongs to it.
   *
   * @throws UsageException otherwise
   */
  void check() {
    int given =
        (text == null ? 0 : 1)
            + (ids == null ? 0 : 1)
            + (file == null ? 0 : 1)
            + (prompts == null ? 0 : 1);
    if (given != 1) {
      throw wrongly(
          "--text, --ids, --input or --prompts",
          given == 0 ? "none given" : given + " given",
          "one of them");
    }
    together("--text", text, "--corrupted", corrupted);
    together("--ids", ids, "--corrupted-ids", corruptedIds);
    boolean single = text != null || ids != null;
    if (!single && (answer != null || wrong != null)) {
      throw wrongly(
          "--answer, --wrong", "given without --text or --ids", "answers within the pairs");
    }
    if (wrong != null && answer == null) {
      throw wrongly("--wrong", "given without --answer", "both");
    }
    if (prompts == null && (count != null || save != null)) {
      throw wrongly("--count, --save-prompts", "given without --prompts", "it");
    }
    if (prompts != null) {
      var _ = kind(prompts);
    }
  }

  private static void together(
      String one, @Nullable String first, String other, @Nullable String second) {
    if ((first == null) != (second == null)) {
      throw wrongly(
          first == null ? other : one,
          "given without " + (first == null ? one : other),
          "both prompts");
    }
  }

  private static UsageException wrongly(String operand, String actual, String expected) {
    return new UsageException(
        "patch: "
            + operand
            + ": "
            + actual
            + "; expected "
            + expected
            + ". See: vitrine help patch");
  }

  private static PromptKind kind(String label) {
    return Choice.of("patch", "--prompts", label, PromptKind.values(), PromptKind::label);
  }

  /** What was given, in order; null where pairs are made, which takes a tokenizer. */
  @Nullable List<PairLine> lines(InputStream stdin) throws IOException {
    if (file != null) {
      return PairLines.read(file, stdin);
    }
    if (text != null && corrupted != null) {
      return List.of(
          new PairLine(
              "--text",
              new PairLine.Words(text),
              new PairLine.Words(corrupted),
              answer(answer),
              answer(wrong)));
    }
    if (ids != null && corruptedIds != null) {
      return List.of(
          new PairLine(
              "--ids",
              new PairLine.Tokens(Ids.parse("patch", ids)),
              new PairLine.Tokens(Ids.parse("patch", corruptedIds)),
              answer(answer),
              answer(wrong)));
    }
    return null;
  }

  private static PairLine.@Nullable Answer answer(@Nullable String given) {
    if (given == null) {
      return null;
    }
    OptionalInt id = Tokens.number(given);
    return id.isPresent() ? new PairLine.Id(id.getAsInt()) : new PairLine.Word(Tokens.word(given));
  }

  /**
   * Makes the pairs of {@code --prompts}, and says what was left out.
   *
   * @throws vitrine.engine.InputException when none fits the tokenizer
   */
  List<PairLine> made(Tokenizer tokenizer, long seed, Console console) {
    PromptKind kind = kind(String.valueOf(prompts));
    int wanted = count == null ? USUAL_COUNT : count;
    Prompts found = Prompts.of(kind, tokenizer, wanted, seed);
    console.note(
        "%s: %d pairs; left out: %d answers that are no single token, %d pairs of unequal length"
            .formatted(
                kind.label(), found.pairs().size(), found.wordsLeftOut(), found.pairsLeftOut()));
    if (save != null) {
      AtomicFile.write(
          save, found.pairs().stream().map(PairInput::line).collect(Collectors.joining()));
      console.note("pairs in " + OneLine.operand(save.toString()));
    }
    return found.pairs().stream()
        .map(pair ->
            new PairLine(
                kind.label(),
                new PairLine.Words(pair.clean()),
                new PairLine.Words(pair.corrupted()),
                new PairLine.Word(pair.answer()),
                new PairLine.Word(pair.wrong())))
        .toList();
  }

  private static String line(TextPair pair) {
    return Json.line(
            Json.object()
                .put("clean", pair.clean())
                .put("corrupted", pair.corrupted())
                .put("answer", pair.answer())
                .put("wrong", pair.wrong()))
        + "\n";
  }
}

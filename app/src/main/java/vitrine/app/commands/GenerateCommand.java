package vitrine.app.commands;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Head;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.io.Json;

/** {@code vitrine generate}: continues a text. */
@CommandLine.Command(
    name = "generate",
    header = "Continue a text with a GPT-2.",
    description = "Continue a text with a GPT-2. Greedy, unless a temperature is given.",
    footer = {
      "Stops at the model's end-of-text token, after N tokens, or at the model's last position (a note",
      "says so). With --json:",
      "  {\"prompt_ids\":[...],\"new_ids\":[...],\"text\":\"the prompt and its continuation\"}",
      "",
      "Examples:",
      "  vitrine generate --text \"the red cat saw a green bird . the red\" --max-new 6",
      "  vitrine generate --text \"one two three one\" --temperature 0.8 --top-k 20 --seed 7"
    })
final class GenerateCommand implements Command {
  private static final int USUAL_LENGTH = 20;

  private final Common common;
  private final Console console;

  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--text",
      paramLabel = "T",
      required = true,
      parameterConsumer = Verbatim.class,
      description = "The text to continue.")
  private @Nullable String text;

  @Option(
      names = "--max-new",
      paramLabel = "N",
      converter = Converters.CountOrNone.class,
      description = "How many new tokens at most; 20 if not given.")
  private @Nullable Integer most;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      converter = Converters.Positive.class,
      description = "Choose at random, from the logits divided by X.")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      converter = Converters.Count.class,
      description = "Only among the K likeliest.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      converter = Converters.Probability.class,
      description = "Only among the fewest that have probability P together.")
  private @Nullable Double topP;

  @Option(names = "--ignore-eos", description = "Go on after the end-of-text token.")
  private boolean ignoreEndOfText;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  GenerateCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() {
    Sampling sampling = sampling();
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), Optional.of(Head.LANGUAGE), console::note)) {
      Tokenizer tokenizer = loaded.tokenizer("generate");
      tokenizer.notes().forEach(console::note);
      int[] prompt = prompt(loaded, tokenizer);
      Set<Integer> stops = ignoreEndOfText ? Set.of() : loaded.files().endOfText();
      Generator.Result result =
          Generator.generate(
              loaded.model(),
              prompt,
              most == null ? USUAL_LENGTH : most,
              sampling,
              stops,
              id -> {});
      if (result.stop() == Generator.Stop.POSITIONS) {
        console.note(
            "generate: stopped at the model's last position, "
                + loaded.model().architecture().positions());
      }
      show(tokenizer, prompt, result);
    }
  }

  private int[] prompt(LoadedModel loaded, Tokenizer tokenizer) {
    int[] prompt = tokenizer.encode(String.valueOf(text)).ids();
    if (prompt.length == 0) {
      throw new InputException(
          "generate: --text: the text yields no token; expected at least one. Give a text");
    }
    int positions = loaded.model().architecture().positions();
    if (prompt.length > positions) {
      throw new InputException(
          "generate: --text: %d tokens; expected at most the model's %d positions. Shorten it"
              .formatted(prompt.length, positions));
    }
    return prompt;
  }

  private Sampling sampling() {
    if (temperature == null) {
      if (topK != null || topP != null) {
        console.note(
            "generate: without --temperature the likeliest token is taken: --top-k and --top-p change nothing");
      }
      return Sampling.greedy();
    }
    Sampling sampling = Sampling.sampled(temperature, common.seed());
    sampling = topK == null ? sampling : sampling.withTopK(topK);
    return topP == null ? sampling : sampling.withTopP(topP);
  }

  private void show(Tokenizer tokenizer, int[] prompt, Generator.Result result) {
    List<Integer> fresh = result.ids();
    // The token that ended the text is no part of it.
    int kept = result.stop() == Generator.Stop.END_OF_TEXT ? fresh.size() - 1 : fresh.size();
    int[] all =
        IntStream.concat(
                Arrays.stream(prompt), fresh.stream().limit(kept).mapToInt(Integer::intValue))
            .toArray();
    String whole = tokenizer.decode(all);
    if (json) {
      ObjectNode document = Json.object();
      document.set("prompt_ids", Json.array(prompt));
      document.set("new_ids", Json.array(fresh.stream().mapToInt(Integer::intValue).toArray()));
      document.put("text", whole);
      console.println(Json.line(document));
    } else {
      console.println(OneLine.escapeKeepingLines(whole));
    }
  }
}

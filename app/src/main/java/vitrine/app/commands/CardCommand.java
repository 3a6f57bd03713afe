package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.app.training.ReadingView;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Selections;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;
import vitrine.engine.io.TextFile;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Objective;
import vitrine.interp.card.About;
import vitrine.interp.card.Copying;
import vitrine.interp.card.ModelCard;
import vitrine.interp.card.Predictions;
import vitrine.interp.card.Training;
import vitrine.interp.heads.RepeatedTokens;
import vitrine.interp.io.Json;
import vitrine.interp.minimalpairs.MinimalPairs;
import vitrine.interp.minimalpairs.MinimalPairsResult;
import vitrine.interp.minimalpairs.Paradigm;
import vitrine.kernels.Precision;
import vitrine.weights.AtomicFile;

/** {@code vitrine card}: a model card whose figures are measured. */
@CommandLine.Command(
    name = "card",
    header = "Write a model card: measure a language model and say what it was made from.",
    description = {
      "Write the card of a language model, GPT-2 or BERT, as Markdown. What can be measured is measured",
      "now: loss and accuracy on texts, minimal pairs, copying of repeated random tokens, known heads.",
      "The recipe and the time come from the directory of the training; the rest from --about."
    },
    footer = {
      "FILE of --about is JSON with all of these keys:",
      "  {\"name\":...,\"summary\":...,\"licence\":...,\"hardware\":...,\"limits\":[...],\"tried\":[...],",
      "   \"data\":[{\"what\":...,\"source\":...,\"licence\":...}]}",
      "FILE of --baseline is JSON with \"order\", \"bits_per_character\" and \"perplexity\": what an n-gram",
      "model makes of the same tokens. Bits a character are the loss of all tokens but each block's first,",
      "by the characters that they spell.",
      "",
      "With --json the figures instead of the card, one document:",
      "  {\"name\":...,\"weights\":{...},\"training\":{...},\"predictions\":{...},\"baseline\":{...},",
      "   \"minimal_pairs\":{\"mean\":{...},\"paradigms\":[...]},\"copying\":{...},\"heads\":[...],\"command\":...}",
      "",
      "Example:",
      "  vitrine card --model out/novel --training out/novel --text validation.txt --about about.json"
    })
final class CardCommand implements Command {
  private static final int USUAL_BATCH = 8;
  private static final int PAIRS_BATCH = 64;
  private static final double MASKING = 0.15;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Common common;
  private final Console console;

  @Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Texts that the model was not trained on: UTF-8, plain or gzip.")
  private List<Path> texts = List.of();

  @Option(
      names = "--about",
      paramLabel = "FILE",
      required = true,
      converter = Converters.AnyPath.class,
      description = "What nothing can measure, as JSON.")
  private @Nullable Path about;

  @Option(
      names = "--training",
      paramLabel = "DIR",
      converter = Converters.AnyPath.class,
      description = "The directory of its vitrine train.")
  private @Nullable Path training;

  @Option(
      names = "--pairs",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Minimal pairs, a file a paradigm, as vitrine minimal-pairs takes them.")
  private List<Path> pairs = List.of();

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "What an n-gram model makes of the same tokens, as JSON.")
  private @Nullable Path baseline;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Only N blocks of the texts, which the seed decides on.")
  private @Nullable Integer limit;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "Where the card goes; standard output if not given.")
  private @Nullable Path out;

  @Option(names = "--json", description = "The figures as one JSON document.")
  private boolean json;

  CardCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    // What is read in no time comes first: a wrong file is told before minutes of measuring.
    About said = About.read(Objects.requireNonNull(about));
    Training trained = training == null ? null : Training.read(training);
    JsonNode beside = baseline == null ? null : baseline(baseline);
    List<Paradigm> paradigms = pairs.stream().map(Paradigm::read).toList();
    ModelCard card;
    try (LoadedModel loaded =
        LoadedModel.open(common, Precision.F32, Optional.empty(), console::note)) {
      card = measure(loaded, said, trained, beside, paradigms);
    }
    String text = json ? Json.pretty(card.document()) + "\n" : card.markdown();
    if (out == null) {
      console.print(text);
    } else {
      AtomicFile.write(out, text);
    }
  }

  private ModelCard measure(
      LoadedModel loaded,
      About said,
      @Nullable Training trained,
      @Nullable JsonNode beside,
      List<Paradigm> paradigms) {
    ModelFiles files = loaded.files();
    Architecture architecture = loaded.model().architecture();
    Objective objective = objective(architecture.head());
    Tokenizer tokenizer = loaded.tokenizer("card");
    tokenizer.notes().forEach(console::note);
    Examples blocks =
        TextData.blocks(
            texts,
            tokenizer,
            new ReadingView(console),
            objective,
            architecture.positions(),
            MASKING);
    Examples some = limit == null ? blocks : Selections.drawn(blocks, limit, common.seed());
    return new ModelCard(
        said,
        ModelCard.Weights.of(files, loaded.model()),
        trained,
        predictions(loaded, tokenizer, some),
        beside,
        paradigms.isEmpty() ? null : judged(loaded, tokenizer, paradigms),
        objective == Objective.NEXT ? Copying.of(loaded.model(), files, common.seed()) : null,
        RepeatedTokens.run(
            loaded.model(), files, RepeatedTokens.Spec.usual(common.seed()), Version.OF_THIS_BUILD),
        command());
  }

  private Predictions predictions(LoadedModel loaded, Tokenizer tokenizer, Examples blocks) {
    ProgressBar bar = new ProgressBar(console);
    Predictions predictions =
        Predictions.of(
            loaded.model(),
            tokenizer,
            blocks,
            USUAL_BATCH,
            common.seed(),
            done ->
                bar.show(
                    (double) done / blocks.size(),
                    () -> Sizes.grouped(done) + " of " + Sizes.grouped(blocks.size()) + " blocks"));
    bar.end();
    return predictions;
  }

  private MinimalPairsResult judged(
      LoadedModel loaded, Tokenizer tokenizer, List<Paradigm> paradigms) {
    int all = paradigms.stream().mapToInt(paradigm -> paradigm.pairs().size()).sum();
    ProgressBar bar = new ProgressBar(console);
    MinimalPairsResult result =
        MinimalPairs.run(
            loaded.model(),
            loaded.files(),
            tokenizer,
            paradigms,
            PAIRS_BATCH,
            done ->
                bar.show(
                    (double) done / all,
                    () -> Sizes.grouped(done) + " of " + Sizes.grouped(all) + " pairs"),
            Version.OF_THIS_BUILD);
    bar.end();
    return result;
  }

  private static Objective objective(Head head) {
    return switch (head) {
      case LANGUAGE -> Objective.NEXT;
      case MASKED, PRETRAINING -> Objective.MASKED;
      case SEQUENCE, TOKENS, QUESTION, NEXT_SENTENCE, NONE ->
          throw new InputException(
              "card: the model's task is '%s'; expected lm or mlm, which predict tokens. Choose another model"
                  .formatted(head.label()));
    };
  }

  private static JsonNode baseline(Path file) {
    JsonNode node;
    try {
      node = JSON.readTree(TextFile.read("card: --baseline", file));
    } catch (JacksonException e) {
      throw new InputException(
          "card: --baseline %s: no JSON (%s); expected one object"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
    for (String key : List.of("order", "bits_per_character", "perplexity")) {
      if (!node.path(key).isNumber()) {
        throw new InputException(
            "card: --baseline %s: no number '%s'; expected order, bits_per_character and perplexity"
                .formatted(file, key));
      }
    }
    return node;
  }

  /** As it was typed. */
  private String command() {
    List<String> words = new ArrayList<>(List.of("vitrine", "card"));
    words.addAll(
        Objects.requireNonNull(spec).commandLine().getParseResult().originalArgs().stream()
            .filter(each -> !"card".equals(each))
            .toList());
    return String.join(" ", words);
  }
}

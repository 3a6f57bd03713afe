package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.minimalpairs.MinimalPairs;
import vitrine.interp.minimalpairs.MinimalPairsResult;
import vitrine.interp.minimalpairs.Paradigm;

/** {@code vitrine minimal-pairs}: whether a model prefers the good sentence. */
@CommandLine.Command(
    name = "minimal-pairs",
    header = "Ask of pairs of sentences which one the model thinks likelier (BLiMP).",
    description = {
      "Ask a language model of each pair, one sentence grammatical and one not, which it thinks",
      "likelier. Of GPT-2 a sentence's score is its log-probability, of BERT the pseudo-log-likelihood:",
      "each token's log-probability when it alone is masked. A file is a paradigm: pairs of one kind."
    },
    footer = {
      "Files have BLiMP's form: {\"sentence_good\":\"...\",\"sentence_bad\":\"...\"} a line; other keys",
      "are passed over. Accuracies come with Wilson's 95% intervals over pairs; the mean counts every",
      "paradigm the same. A tie is wrong. With --json, and in .json:",
      "  {\"analysis\":\"minimal-pairs\",...,\"score\":...,\"mean_accuracy\":{\"estimate\":...,...},",
      "   \"paradigms\":[{\"name\":...,\"pairs\":...,\"right\":...,\"accuracy\":{...},",
      "                 \"good\":[...],\"bad\":[...]}]}      log-probabilities, in nats",
      "",
      "Example:",
      "  vitrine minimal-pairs --model path/to/model --data blimp/*.jsonl --out blimp.html"
    })
final class MinimalPairsCommand implements Command {
  private static final int USUAL_BATCH = 64;

  private final Common common;
  private final Console console;

  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Pairs, a file a paradigm.")
  private List<Path> files = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Only the first N pairs of each file.")
  private @Nullable Integer limit;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Texts that go through the model together; 64 if not given.")
  private @Nullable Integer batch;

  @Mixin private ResultOptions result = new ResultOptions();

  MinimalPairsCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    result.check();
    List<Paradigm> paradigms =
        files.stream()
            .map(Paradigm::read)
            .map(paradigm -> limit == null ? paradigm : paradigm.first(limit))
            .toList();
    int pairs = paradigms.stream().mapToInt(paradigm -> paradigm.pairs().size()).sum();
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), Optional.empty(), console::note)) {
      Tokenizer tokenizer = loaded.tokenizer("minimal-pairs");
      tokenizer.notes().forEach(console::note);
      ProgressBar bar = new ProgressBar(console);
      MinimalPairsResult found =
          MinimalPairs.run(
              loaded.model(),
              loaded.files(),
              tokenizer,
              paradigms,
              batch == null ? USUAL_BATCH : batch,
              done ->
                  bar.show(
                      (double) done / pairs,
                      () -> Sizes.grouped(done) + " of " + Sizes.grouped(pairs) + " pairs"),
              Version.OF_THIS_BUILD);
      bar.end();
      result.deliver(found, console);
    }
  }
}

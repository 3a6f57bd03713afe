package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.input.InputLine;
import vitrine.app.results.Predictions;
import vitrine.app.results.TopRow;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Table;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.io.Json;

/** {@code vitrine fill-mask}: what a BERT would put in the gaps of a text. */
@CommandLine.Command(
    name = "fill-mask",
    header = "Say what a BERT would put at each [MASK] of a text.",
    description =
        "Say what a BERT with its masked-language head would put at each [MASK] of a text.",
    footer = {
      "With --json:",
      "  {\"masks\":[{\"position\":...,\"top\":[{\"id\":...,\"token\":...,\"logit\":...,\"prob\":...}]}]}",
      "",
      "Example:",
      "  vitrine fill-mask --model path/to/bert --text \"The capital of France is [MASK].\""
    })
final class FillMaskCommand implements Command {
  private static final int USUAL_TOP = 5;

  private final Common common;
  private final Console console;

  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--text",
      paramLabel = "T",
      required = true,
      parameterConsumer = Verbatim.class,
      description = "A text with at least one [MASK].")
  private @Nullable String text;

  @Option(
      names = "--top",
      paramLabel = "K",
      converter = Converters.Count.class,
      description = "How many tokens to list for each; 5 if not given.")
  private @Nullable Integer top;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  FillMaskCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() {
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), Optional.of(Head.MASKED), console::note)) {
      Tokenizer tokenizer = loaded.tokenizer("fill-mask");
      tokenizer.notes().forEach(console::note);
      Example example =
          new Examples(
                  "fill-mask",
                  loaded.model().architecture(),
                  Optional.of(tokenizer),
                  Examples.TooLong.REFUSE)
              .of(List.of(new InputLine.Words("--text", String.valueOf(text), null, null)))
              .getFirst();
      List<Integer> gaps = gaps(example.ids(), tokenizer);
      Plan plan = Plan.of(loaded.model().architecture()).read(Site.logits());
      try (Trace trace = loaded.model().run(plan, Inputs.of(example))) {
        SequencedMap<Integer, List<TopRow.Entry>> tops =
            Predictions.of(
                    trace.value(Site.logits()),
                    trace.batch(),
                    top == null ? USUAL_TOP : top,
                    Predictions.spelling(
                        Head.MASKED, Optional.of(tokenizer), loaded.files().labels()))
                .rows()
                .getFirst();
        show(gaps, tops);
      }
    }
  }

  private static List<Integer> gaps(int[] ids, Tokenizer tokenizer) {
    int mask =
        tokenizer
            .mask()
            .orElseThrow(() ->
                new InputException(
                    "fill-mask: --model: the tokenizer has no mask token; expected one. Use a"
                        + " BERT with a masked-language head"));
    List<Integer> gaps = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == mask) {
        gaps.add(i);
      }
    }
    if (gaps.isEmpty()) {
      throw new InputException(
          "fill-mask: --text: no "
              + tokenizer.token(mask)
              + " in it; expected at least one. Write it where a word is missing");
    }
    return gaps;
  }

  private void show(List<Integer> gaps, SequencedMap<Integer, List<TopRow.Entry>> tops) {
    if (json) {
      ObjectNode document = Json.object();
      ArrayNode masks = document.putArray("masks");
      for (int position : gaps) {
        masks
            .addObject()
            .put("position", position)
            .set("top", TopRow.json(tops.getOrDefault(position, List.of())));
      }
      console.println(Json.line(document));
      return;
    }
    for (int position : gaps) {
      Table table = new Table("position " + position, "id", "logit", "prob");
      for (TopRow.Entry entry : tops.getOrDefault(position, List.of())) {
        String token = entry.token() == null ? "-" : entry.token();
        table.row(
            token, entry.id(), "%.4f".formatted(entry.logit()), "%.4f".formatted(entry.prob()));
      }
      console.print(table.render());
    }
  }
}

package vitrine.app.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Table;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Trace;

/** A run for the person at the terminal: what went in, what came out, where the rest is. */
public final class RunText {
  /** A file of a thousand inputs would bury the list of files. */
  private static final int MOST_INPUTS = 8;

  private static final int MOST_TOKENS = 40;

  private RunText() {}

  /** The text, each line ended. */
  public static String of(RunOutcome outcome, Path directory) {
    StringBuilder text = new StringBuilder();
    Batch batch = outcome.trace().batch();
    int shown = Math.min(batch.batch(), MOST_INPUTS);
    for (int b = 0; b < shown; b++) {
      text.append(batch.batch() == 1 ? "tokens" : "tokens of input " + b);
      text.append(' ').append(tokens(outcome, batch.examples().get(b))).append('\n');
      top(text, outcome, b);
    }
    if (shown < batch.batch()) {
      text.append("... and ").append(batch.batch() - shown).append(" more inputs, in run.json\n");
    }
    outcome.trace().loss().ifPresent(loss -> text.append("loss ").append(loss).append('\n'));
    if (outcome.plan().wantsGradients()) {
      text.append(memory(outcome.trace()));
    }
    text.append(files(outcome, directory));
    return text.toString();
  }

  private static String tokens(RunOutcome outcome, Example example) {
    StringBuilder text = new StringBuilder();
    int[] ids = example.ids();
    for (int i = 0; i < Math.min(ids.length, MOST_TOKENS); i++) {
      text.append(i == 0 ? "" : " ").append(spell(outcome, ids[i]));
    }
    String more = ids.length > MOST_TOKENS ? " ... (" + ids.length + " tokens)" : "";
    return OneLine.escape(text.toString()) + more;
  }

  private static String spell(RunOutcome outcome, int id) {
    String token = Spelling.of(outcome.tokenizer(), id);
    return token == null ? Integer.toString(id) : token;
  }

  private static void top(StringBuilder text, RunOutcome outcome, int row) {
    if (outcome.predictions().rows().isEmpty()) {
      return;
    }
    SequencedMap<Integer, List<TopRow.Entry>> tops = outcome.predictions().rows().get(row);
    int position = tops.lastEntry().getKey();
    boolean perPosition = outcome.predictions().per() == Predictions.Per.POSITION;
    text.append('\n')
        .append(perPosition ? "largest logits at position " + position : "largest logits")
        .append(perPosition && tops.size() > 1 ? " (the last; run.json has them all)\n" : "\n");
    Table table = new Table(perPosition ? "token" : "class", "id", "logit", "prob");
    for (TopRow.Entry entry : tops.lastEntry().getValue()) {
      String token = entry.token() == null ? "-" : entry.token();
      table.row(token, entry.id(), number(entry.logit()), number(entry.prob()));
    }
    text.append(table.render()).append('\n');
  }

  private static String memory(Trace trace) {
    return "memory %s at most, %s of it kept for the backward pass (run.json has the account)\n"
        .formatted(Sizes.bytes(trace.peakBytes()), Sizes.bytes(trace.saved().total()));
  }

  private static String number(float value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String files(RunOutcome outcome, Path directory) {
    Table table = new Table("file in " + directory, "shape", "size");
    table.row(RunFiles.INDEX, "", "");
    List<RunFile> parameters = new ArrayList<>();
    for (RunFile file : outcome.files()) {
      switch (file) {
        case RunFile.Value _, RunFile.Gradient _ ->
            table.row(file.name(), file.shape(), Sizes.bytes(file.bytes()));
        case RunFile.ParameterGradient _ -> parameters.add(file);
      }
    }
    if (!parameters.isEmpty()) {
      long bytes = parameters.stream().mapToLong(RunFile::bytes).sum();
      table.row(RunFile.PARAMETERS, parameters.size() + " files", Sizes.bytes(bytes));
    }
    return table.render();
  }
}

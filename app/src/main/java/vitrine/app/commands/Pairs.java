package vitrine.app.commands;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.app.input.PairLine;
import vitrine.app.results.Spelling;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.metrics.Metric;
import vitrine.interp.patching.PromptPair;
import vitrine.interp.prompts.SingleToken;

/** Makes of pairs that were given what a model reads, each with its metric. */
final class Pairs {
  private final Architecture model;
  private final Optional<Tokenizer> tokenizer;
  private final @Nullable String metric;
  private final Console console;
  private boolean noted;

  /**
   * @param tokenizer must be there when any pair has words
   * @param metric what was given; null for what the answers allow
   */
  Pairs(
      Architecture model, Optional<Tokenizer> tokenizer, @Nullable String metric, Console console) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.metric = metric;
    this.console = console;
  }

  /**
   * As a model reads them.
   *
   * @throws InputException at the first that does not fit
   */
  List<PromptPair> of(List<PairLine> lines) {
    List<PromptPair> pairs = new ArrayList<>();
    for (PairLine line : lines) {
      int[] clean = ids(line.clean());
      int[] corrupted = ids(line.corrupted());
      Metric measured = metric(line, clean, corrupted);
      measured.validate(model);
      pairs.add(
          new PromptPair(
              line.where(),
              Example.of(clean),
              Example.of(corrupted),
              spelled(clean),
              spelled(corrupted),
              measured));
    }
    return pairs;
  }

  private int[] ids(PairLine.Prompt prompt) {
    return switch (prompt) {
      case PairLine.Words words -> tokenizer.orElseThrow().encode(words.text()).ids();
      case PairLine.Tokens tokens -> tokens.ids();
    };
  }

  private List<String> spelled(int[] ids) {
    return Arrays.stream(ids)
        .mapToObj(id -> {
          String token = Spelling.of(tokenizer, id);
          return token == null ? Integer.toString(id) : token;
        })
        .toList();
  }

  // ---- metric ----

  private Metric metric(PairLine line, int[] clean, int[] corrupted) {
    PairLine.Answer answer = line.answer();
    String kind = metric == null ? line.wrong() == null ? "logit" : "diff" : metric.strip();
    boolean bare = List.of("logit", "diff", "prob", "rank").contains(kind);
    if (!bare) {
      Metric given = Metric.parse(kind);
      if (given instanceof Metric.Agreement) {
        throw new InputException(
            "patch: --metric "
                + given
                + ": compares answers with labels, and pairs have none; expected diff, logit, prob,"
                + " rank, kl:POS or loss. See: vitrine help patch");
      }
      return given;
    }
    if (answer == null) {
      throw new InputException(
          "patch: "
              + line.where()
              + ": no answer; expected what is measured. Give an answer, or all of it as in --metric"
              + " diff:-1,ID1,ID2");
    }
    int position = position(line, clean, corrupted);
    int token = token(line, answer);
    return switch (kind) {
      case "logit" -> Metric.logit(position, token);
      case "prob" -> Metric.probability(position, token);
      case "rank" -> Metric.rank(position, token);
      default -> {
        PairLine.Answer wrong = line.wrong();
        if (wrong == null) {
          throw new InputException(
              "patch: "
                  + line.where()
                  + ": --metric diff: no wrong answer; expected one to subtract. Add it, or measure"
                  + " logit");
        }
        yield Metric.difference(position, token, token(line, wrong));
      }
    };
  }

  /** Where the answer stands: at the mask, or after the last token. */
  private int position(PairLine line, int[] clean, int[] corrupted) {
    if (model.head() != Head.MASKED && model.head() != Head.PRETRAINING) {
      return -1;
    }
    OptionalInt mask = tokenizer.map(Tokenizer::mask).orElse(OptionalInt.empty());
    int[] places = places(clean, mask);
    if (places.length != 1 || !Arrays.equals(places, places(corrupted, mask))) {
      throw new InputException(
          "patch: "
              + line.where()
              + ": "
              + places.length
              + " mask tokens; expected one, at the same place of both prompts. Put it where the answer"
              + " stands, or say where with --metric diff:POS,ID1,ID2");
    }
    return places[0];
  }

  private static int[] places(int[] ids, OptionalInt mask) {
    return mask.isEmpty()
        ? new int[0]
        : IntStream.range(0, ids.length).filter(at -> ids[at] == mask.getAsInt()).toArray();
  }

  private int token(PairLine line, PairLine.Answer answer) {
    return switch (answer) {
      case PairLine.Id id -> id.id();
      case PairLine.Word word -> {
        Tokenizer by = tokenizer.orElseThrow();
        int token = SingleToken.require(by, word.text(), "patch: " + line.where() + ": answer");
        boolean continued = model.head() == Head.LANGUAGE && !word.text().startsWith(" ");
        if (!noted && continued && SingleToken.find(by, " " + word.text()).isPresent()) {
          noted = true;
          console.note(
              "%s: %s is measured as it stands; after a word the model would say it with a blank before it, another token"
                  .formatted(line.where(), OneLine.operand(word.text())));
        }
        yield token;
      }
    };
  }
}

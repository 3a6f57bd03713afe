package vitrine.interp.minimalpairs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.ExampleLoss;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;

/** How likely a model thinks a sentence. */
sealed interface Scoring {
  /**
   * The rows that have to be run for a sentence.
   *
   * @param where the sentence, for errors
   */
  List<Example> rows(String where, String sentence);

  /** What is run over rows; each row's loss is a mean. */
  Loss loss();

  /** Over how many tokens a row's mean is. */
  int terms(Example row);

  /** What the score is, for people. */
  String description();

  /**
   * The scoring that suits a model.
   *
   * @throws InputException when its head does not predict tokens
   */
  static Scoring of(Architecture model, Tokenizer tokenizer) {
    return switch (model.head()) {
      case LANGUAGE -> new NextToken(model, tokenizer);
      case MASKED, PRETRAINING -> new Masked(model, tokenizer);
      case SEQUENCE, TOKENS, QUESTION, NEXT_SENTENCE, NONE ->
          throw new InputException(
              "minimal pairs: the model's task is '%s'; expected lm or mlm, which predict tokens. Choose another model."
                  .formatted(model.head().label()));
    };
  }

  /**
   * The sums of log-probabilities of sentences, in nats.
   *
   * @param rows of each sentence
   */
  default double[] scores(Model model, List<List<Example>> rows) {
    List<Example> all = rows.stream().flatMap(List::stream).toList();
    double[] scores = new double[rows.size()];
    try (Trace trace = model.run(Plan.of(model.architecture()).loss(loss()), Inputs.batch(all))) {
      List<ExampleLoss> losses = trace.exampleLosses();
      int at = 0;
      for (int sentence = 0; sentence < scores.length; sentence++) {
        for (Example row : rows.get(sentence)) {
          scores[sentence] -= losses.get(at++).loss() * terms(row);
        }
      }
    }
    return scores;
  }

  private static void requireFit(String where, int length, Architecture model) {
    if (length > model.positions()) {
      throw new InputException(
          "minimal pairs: %s: %d tokens; expected at most the model's %d positions. Shorten it."
              .formatted(where, length, model.positions()));
    }
  }

  /**
   * The log-probability of a text, token by token, after the token that begins texts; of a
   * tokenizer without one, of all tokens but the first.
   */
  final class NextToken implements Scoring {
    private final Architecture model;
    private final Tokenizer tokenizer;
    private final OptionalInt begin;

    NextToken(Architecture model, Tokenizer tokenizer) {
      this.model = model;
      this.tokenizer = tokenizer;
      this.begin = tokenizer.endOfText();
    }

    @Override
    public List<Example> rows(String where, String sentence) {
      int[] ids = tokenizer.encode(sentence).ids();
      int[] row =
          begin.isPresent() && (ids.length == 0 || ids[0] != begin.getAsInt())
              ? IntStream.concat(IntStream.of(begin.getAsInt()), Arrays.stream(ids)).toArray()
              : ids;
      if (row.length < 2) {
        throw new InputException(
            "minimal pairs: %s: no token that could be predicted; expected a longer sentence."
                .formatted(where));
      }
      requireFit(where, row.length, model);
      return List.of(Example.of(row));
    }

    @Override
    public Loss loss() {
      return Loss.next();
    }

    @Override
    public int terms(Example row) {
      return row.ids().length - 1;
    }

    @Override
    public String description() {
      return begin.isPresent()
          ? "the log-probability of the sentence after the token "
              + token()
              + ", which begins texts"
          : "the log-probability of the sentence without its first token";
    }

    private String token() {
      return tokenizer.token(begin.getAsInt());
    }
  }

  /**
   * The pseudo-log-likelihood (Salazar et al. 2020): of each token of the sentence the
   * log-probability when it alone is masked. A row a token.
   */
  final class Masked implements Scoring {
    private final Architecture model;
    private final Tokenizer tokenizer;
    private final int mask;

    Masked(Architecture model, Tokenizer tokenizer) {
      this.model = model;
      this.tokenizer = tokenizer;
      this.mask =
          tokenizer
              .mask()
              .orElseThrow(() ->
                  new InputException(
                      "minimal pairs: the tokenizer has no mask token; expected one for a masked language model."));
    }

    @Override
    public List<Example> rows(String where, String sentence) {
      Encoding encoding = tokenizer.encode(sentence);
      int[] ids = encoding.ids();
      requireFit(where, ids.length, model);
      List<Example> rows = new ArrayList<>();
      for (int position = 0; position < ids.length; position++) {
        if (tokenizer.isSpecial(ids[position])) {
          continue;
        }
        int[] masked = ids.clone();
        masked[position] = mask;
        int[] labels = new int[ids.length];
        Arrays.fill(labels, Labels.IGNORED);
        labels[position] = ids[position];
        rows.add(Example.of(masked).withLabels(new Labels.Many(labels)));
      }
      if (rows.isEmpty()) {
        throw new InputException(
            "minimal pairs: %s: no token that could be masked; expected words.".formatted(where));
      }
      return rows;
    }

    @Override
    public Loss loss() {
      return Loss.labels();
    }

    @Override
    public int terms(Example row) {
      return 1;
    }

    @Override
    public String description() {
      return "the pseudo-log-likelihood: of each token the log-probability when it alone is masked";
    }
  }
}

package vitrine.interp.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.PlannedRun;
import vitrine.interp.Texts;
import vitrine.interp.attention.Attention;
import vitrine.interp.attention.AttentionResult;
import vitrine.interp.attention.AttentionSpec;
import vitrine.interp.io.Json;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;
import vitrine.kernels.AttentionMask.Causality;

/**
 * How heads spread their attention over texts. Of each head:
 *
 * <ul>
 *   <li>entropy and mean distance, as {@link Attention} has them;
 *   <li>first: the mean probability on the first token, of all queries but the first, which in a
 *       causal model sees nothing else;
 *   <li>special: the mean probability on special tokens such as {@code [CLS]} and {@code [SEP]}
 *       (Clark et al. 2019, section 3.2); none without a tokenizer, which knows them. Of a causal
 *       model the first query is left out;
 *   <li>sink: the largest share that a single token gets of all queries' attention, whichever it is
 *       (Xiao et al. 2023, attention sinks: the token takes what has to go somewhere). Of a causal
 *       model the first query is left out here too.
 * </ul>
 *
 * <p>Each is a mean over the queries of a text, then over texts. What it does not tell: whether
 * what a head looks at moves anything. What goes to a sink usually moves nothing.
 */
public final class Structure {
  private enum Part {
    ENTROPY(
        "entropy",
        Quantity.of("entropy", "nats"),
        Caption.of(
            "Entropy of each head's attention",
            "Each cell is a head: light ones look at few tokens, dark ones at many alike."),
        Measure.Range.FROM_ZERO),
    DISTANCE(
        "mean_distance",
        Quantity.of("mean distance", "tokens"),
        Caption.of(
            "Mean distance of each head's attention",
            "Each cell is a head: light ones look at near tokens, dark ones far away."),
        Measure.Range.FROM_ZERO),
    FIRST(
        "first",
        Quantity.of("attention to the first token"),
        Caption.of(
            "Attention to the first token",
            "Each cell is a head: dark ones look at where the text begins."),
        Measure.Range.SHARE),
    SPECIAL(
        "special",
        Quantity.of("attention to special tokens"),
        Caption.of(
            "Attention to special tokens",
            "Each cell is a head: dark ones look at [CLS], [SEP] and their like."),
        Measure.Range.SHARE),
    SINK(
        "sink",
        Quantity.of("sink share"),
        Caption.of(
            "Share of the token that is looked at most",
            "Each cell is a head: 1 has all its attention on one and the same token."),
        Measure.Range.SHARE);

    private final String key;

    @SuppressWarnings("ImmutableEnumChecker") // a record of texts
    private final Quantity quantity;

    @SuppressWarnings("ImmutableEnumChecker") // a record of texts
    private final Caption caption;

    private final Measure.Range range;

    Part(String key, Quantity quantity, Caption caption, Measure.Range range) {
      this.key = key;
      this.quantity = quantity;
      this.caption = caption;
      this.range = range;
    }
  }

  private Structure() {}

  /**
   * Runs the model over the texts, one after the other.
   *
   * @param source where the model came from, for its special tokens and the record
   * @param seed decides the bootstrap's draws
   * @param version of the program that asks, for the record
   */
  public static HeadsResult run(
      Model model, ModelFiles source, Texts texts, long seed, String version) {
    Architecture architecture = model.architecture();
    Optional<Tokenizer> tokenizer = source.tokenizer();
    int heads = architecture.layers() * architecture.heads();
    Map<Part, double[][]> found = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      found.put(part, new double[heads][texts.count()]);
    }
    AttentionResult last = null;
    for (int text = 0; text < texts.count(); text++) {
      last =
          Attention.run(
              model, source, RepeatedTokens.one(texts, text), AttentionSpec.all(seed), version);
      Queries queries =
          new Queries(texts.inputs().examples().get(text), architecture.causality(), tokenizer);
      for (int head = 0; head < heads; head++) {
        AttentionResult.Head known = last.heads().get(head);
        Grid pattern = last.pattern(0, head);
        for (Part part : Part.values()) {
          Objects.requireNonNull(found.get(part))[head][text] =
              switch (part) {
                case ENTROPY -> known.entropy().estimate();
                case DISTANCE -> known.distance().estimate();
                case FIRST -> queries.first(pattern);
                case SPECIAL -> tokenizer.isEmpty() ? Double.NaN : queries.special(pattern);
                case SINK -> queries.sink(pattern);
              };
        }
      }
    }
    if (last == null) {
      throw new IllegalStateException("heads: no text");
    }
    ObjectNode more = Json.object();
    more.set("texts", texts.json());
    return new HeadsResult(
        "structure",
        "How the heads of " + last.provenance().model() + " spread their attention",
        last.provenance(),
        PlannedRun.oneByOne(AttentionSpec.all(seed).plan(architecture), texts.inputs()),
        measures(found, architecture.heads(), texts.count(), Resampling.seeded(seed)),
        List.of(),
        more,
        new LinkedHashMap<>());
  }

  private static List<Measure> measures(
      Map<Part, double[][]> found, int heads, int texts, Resampling resampling) {
    String means =
        texts == 1
            ? "Mean over the tokens of the text."
            : "Mean over %d texts of the mean over their tokens; the data has 95%% intervals."
                .formatted(texts);
    List<Measure> measures = new ArrayList<>();
    for (Part part : Part.values()) {
      List<Interval> values =
          Arrays.stream(Objects.requireNonNull(found.get(part))).map(resampling::mean).toList();
      measures.add(
          new Measure(
              part.key, part.quantity, part.caption.note(means), part.range, heads, values));
    }
    return measures;
  }

  /** The real queries of one text, and which of its tokens are special. */
  private record Queries(
      List<Integer> all,
      List<Integer> later,
      List<Integer> special,
      int tokens,
      Causality causality) {
    Queries(Example example, Causality causality, Optional<Tokenizer> tokenizer) {
      this(
          real(example),
          real(example).stream().skip(1).toList(),
          tokenizer
              .map(by ->
                  real(example).stream().filter(t -> isSpecial(by, example.ids()[t])).toList())
              .orElse(List.of()),
          example.ids().length,
          causality);
    }

    private static boolean isSpecial(Tokenizer tokenizer, int id) {
      return id < tokenizer.size() && tokenizer.isSpecial(id);
    }

    private static List<Integer> real(Example example) {
      boolean[] mask = example.mask();
      return IntStream.range(0, example.ids().length)
          .filter(t -> mask == null || mask[t])
          .boxed()
          .toList();
    }

    double first(Grid pattern) {
      return all.isEmpty() ? Double.NaN : mean(pattern, later, all.getFirst());
    }

    double special(Grid pattern) {
      return special.stream().mapToDouble(key -> mean(pattern, free(), key)).sum();
    }

    double sink(Grid pattern) {
      return IntStream.range(0, tokens)
          .mapToDouble(key -> mean(pattern, free(), key))
          .max()
          .orElse(Double.NaN);
    }

    /** Those with a choice: the first of a causal model sees nothing but itself. */
    private List<Integer> free() {
      return switch (causality) {
        case CAUSAL -> later;
        case BIDIRECTIONAL -> all;
      };
    }

    /** NaN where there are no queries: of a text of one token. */
    private static double mean(Grid pattern, List<Integer> queries, int key) {
      double sum = 0;
      for (int query : queries) {
        sum += pattern.at(query, key);
      }
      return sum / queries.size();
    }
  }
}

package vitrine.interp.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.PlannedRun;
import vitrine.interp.Texts;
import vitrine.interp.attention.Attention;
import vitrine.interp.attention.AttentionResult;
import vitrine.interp.attention.AttentionSpec;
import vitrine.interp.io.Json;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;
import vitrine.kernels.AttentionMask.Causality;

/**
 * Where heads look in repeated random tokens: previous-token, duplicate-token and induction scores
 * of each head, each the mean probability that its queries give to that key ({@link Looking}; after
 * Olsson et al. 2022, "In-context Learning and Induction Heads"). A model that sees both ways has
 * previous-token, next-token and duplicate-token scores.
 *
 * <p>A head is named after a score whose interval, over the texts, lies wholly above the threshold.
 * Chance is far below: a head that looks at everything alike has about 1/t at position t.
 *
 * <p>What it does not tell: what a head does with what it looks at, and what it does in texts that
 * mean something. A head can look back without an effect.
 */
public final class RepeatedTokens {
  /**
   * Which texts.
   *
   * @param texts how many
   * @param length how many tokens each says twice; empty for {@link #USUAL_LENGTH}, or as many as
   *     the model can be told
   * @param threshold what the lower end of a score's interval has to exceed for the head to be
   *     named
   * @param seed decides the tokens and the bootstrap's draws
   */
  public record Spec(int texts, OptionalInt length, double threshold, long seed) {
    public Spec {
      if (texts < 1) {
        throw new InputException("heads: --texts " + texts + "; expected at least 1.");
      }
      if (!(threshold > 0 && threshold < 1)) {
        throw new InputException(
            "heads: --threshold " + threshold + "; expected more than 0 and less than 1.");
      }
    }

    /** As many and as long as is usual. */
    public static Spec usual(long seed) {
      return new Spec(USUAL_TEXTS, OptionalInt.empty(), USUAL_THRESHOLD, seed);
    }
  }

  /** How many texts, unless told. */
  public static final int USUAL_TEXTS = 16;

  /** How many tokens are said twice, unless told; 50 is usual in the field. */
  public static final int USUAL_LENGTH = 50;

  /** Above which a head is named, unless told. */
  public static final double USUAL_THRESHOLD = 0.4;

  /** A head and what it is named after. */
  public record Named(Looking looking, int layer, int head, Interval score) {}

  private static final Quantity SCORE = Quantity.of("mean attention");

  private RepeatedTokens() {}

  /** How many tokens the texts have, special ones among them. */
  public static int length(Model model, ModelFiles source, Spec spec) {
    RandomTokens tokens = RandomTokens.of(source, model.architecture());
    return tokens.before().length + tokens.after().length + 2 * half(tokens, model, spec);
  }

  private static int half(RandomTokens tokens, Model model, Spec spec) {
    return spec.length().orElse(Math.min(USUAL_LENGTH, tokens.most(model.architecture())));
  }

  /**
   * Runs the model over the texts, one after the other.
   *
   * @param source where the model came from, for its special tokens and the record
   * @param version of the program that asks, for the record
   * @throws InputException when the model has too few positions or tokens for such texts
   */
  public static HeadsResult run(Model model, ModelFiles source, Spec spec, String version) {
    Architecture architecture = model.architecture();
    RandomTokens tokens = RandomTokens.of(source, architecture);
    int half = half(tokens, model, spec);
    Texts texts = tokens.texts(architecture, spec.texts(), half, spec.seed());
    Looking.Sight sight =
        architecture.causality() == Causality.CAUSAL ? Looking.Sight.BACK : Looking.Sight.BOTH_WAYS;
    List<Looking> asked = Arrays.stream(Looking.values()).filter(each -> each.in(sight)).toList();
    int heads = architecture.layers() * architecture.heads();
    double[][][] scores = new double[asked.size()][heads][texts.count()];
    AttentionResult last = null;
    for (int text = 0; text < texts.count(); text++) {
      last =
          Attention.run(model, source, one(texts, text), AttentionSpec.all(spec.seed()), version);
      for (int head = 0; head < heads; head++) {
        for (int kind = 0; kind < asked.size(); kind++) {
          scores[kind][head][text] =
              asked.get(kind).score(last.pattern(0, head), tokens.before().length, half, sight);
        }
      }
    }
    if (last == null) {
      throw new IllegalStateException("heads: no text");
    }
    Resampling resampling = Resampling.seeded(spec.seed());
    List<Measure> measures = new ArrayList<>();
    for (int kind = 0; kind < asked.size(); kind++) {
      measures.add(
          measure(
              asked.get(kind),
              architecture.heads(),
              Arrays.stream(scores[kind]).map(resampling::mean).toList()));
    }
    List<Named> named = named(measures, spec.threshold());
    return new HeadsResult(
        "scores",
        "Previous-token, duplicate-token and induction heads of " + last.provenance().model(),
        last.provenance(),
        PlannedRun.oneByOne(AttentionSpec.all(spec.seed()).plan(architecture), texts.inputs()),
        measures,
        List.of(table(named, spec, half, sight)),
        more(named, spec, half, texts),
        new LinkedHashMap<>());
  }

  /** One of several texts. */
  static Texts one(Texts texts, int text) {
    return new Texts(
        Inputs.of(texts.inputs().examples().get(text)), List.of(texts.tokens().get(text)));
  }

  private static Measure measure(Looking looking, int heads, List<Interval> values) {
    return new Measure(
        looking.key(),
        Quantity.of(looking.label() + " score"),
        Caption.of(
            "Attention to " + looking.at(),
            "Each cell is a head: 1 looks nowhere else, in random tokens said twice."),
        Measure.Range.SHARE,
        heads,
        values);
  }

  /** The heads that a result names, best first within each kind. */
  public static List<Named> named(HeadsResult result, double threshold) {
    return named(result.measures(), threshold);
  }

  private static List<Named> named(List<Measure> measures, double threshold) {
    List<Named> named = new ArrayList<>();
    for (Looking looking : Looking.values()) {
      for (Measure measure : measures) {
        if (!measure.key().equals(looking.key())) {
          continue;
        }
        List<Named> ofKind = new ArrayList<>();
        for (int layer = 0; layer < measure.layers(); layer++) {
          for (int head = 0; head < measure.heads(); head++) {
            Interval score = measure.of(layer, head);
            // Of a single text there is no interval, and nothing is sure enough for a name.
            if (score.low() > threshold) {
              ofKind.add(new Named(looking, layer, head, score));
            }
          }
        }
        ofKind.sort((a, b) -> Double.compare(b.score().estimate(), a.score().estimate()));
        named.addAll(ofKind);
      }
    }
    return named;
  }

  private static Table table(List<Named> named, Spec spec, int half, Looking.Sight sight) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Looking looking : Looking.values()) {
      if (!looking.in(sight)) {
        continue;
      }
      List<Named> ofKind = named.stream().filter(each -> each.looking() == looking).toList();
      if (ofKind.isEmpty()) {
        rows.add(row(looking, "none", Double.NaN, Double.NaN, Double.NaN));
      }
      for (Named each : ofKind) {
        Interval score = each.score();
        rows.add(
            row(
                looking,
                each.layer() + "." + each.head(),
                score.estimate(),
                score.low(),
                score.high()));
      }
    }
    return new Table(
        Caption.of(
                "Heads by what they look at",
                "Each row is a head, as layer.head, and how much of its attention goes there.")
            .note(
                "In %d texts of %d random tokens said twice; named where the whole 95%% interval lies above %s."
                    .formatted(spec.texts(), half, Double.toString(spec.threshold()))),
        List.of(
            Quantity.of("kind"),
            Quantity.of("head"),
            SCORE,
            Quantity.of("low"),
            Quantity.of("high")),
        rows);
  }

  private static List<Table.Cell> row(
      Looking looking, String head, double score, double low, double high) {
    return List.of(
        Table.Cell.of(looking.label()),
        Table.Cell.of(head),
        Table.Cell.of(score),
        Table.Cell.of(low),
        Table.Cell.of(high));
  }

  private static ObjectNode more(List<Named> named, Spec spec, int half, Texts texts) {
    ObjectNode more = Json.object();
    more.put("length", half);
    more.put("threshold", spec.threshold());
    more.set("texts", texts.json());
    ArrayNode list = more.putArray("named");
    for (Named each : named) {
      list.addObject()
          .put("kind", each.looking().label())
          .put("layer", each.layer())
          .put("head", each.head())
          .set("score", Json.interval(each.score()));
    }
    return more;
  }
}

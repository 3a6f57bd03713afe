package vitrine.interp.saliency;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;

/** Every token's share of some targets. */
public final class SaliencyResult implements Result {
  private final Provenance provenance;
  private final SaliencySpec spec;
  private final List<OfText> texts;

  /**
   * One text.
   *
   * @param found one a target
   */
  public record OfText(Question question, List<Scored> found) {
    public OfText {
      found = List.copyOf(found);
    }
  }

  SaliencyResult(Provenance provenance, SaliencySpec spec, List<OfText> texts) {
    this.provenance = provenance;
    this.spec = spec;
    this.texts = List.copyOf(texts);
  }

  /** The texts, in the order in which they were given. */
  public List<OfText> texts() {
    return texts;
  }

  /** How they were scored. */
  public SaliencySpec spec() {
    return spec;
  }

  /**
   * A word's score of those of its pieces: their sum; of L2 norms the norm of the pieces together.
   */
  public double word(Words.Word word, Scored scored) {
    double[] pieces = Arrays.copyOfRange(scored.scores(), word.from(), word.to());
    return spec.method() instanceof Method.GradientNorm(Method.Norm norm) && norm == Method.Norm.L2
        ? Math.sqrt(Arrays.stream(pieces).map(each -> each * each).sum())
        : Arrays.stream(pieces).sum();
  }

  @Override
  public String name() {
    return "saliency";
  }

  @Override
  public String title() {
    return "What the output of " + provenance.model() + " hangs on";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    return new SaliencyPictures(this).all();
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      OfText of = texts.get(text);
      for (Scored scored : of.found()) {
        for (int t = 0; t < scored.scores().length; t++) {
          rows.add(
              List.of(
                  Table.Cell.of(text),
                  Table.Cell.of(scored.target().toString()),
                  Table.Cell.of(scored.value()),
                  Table.Cell.of(t),
                  Table.Cell.of(of.question().example().ids()[t]),
                  Table.Cell.of(of.question().tokens().get(t)),
                  Table.Cell.of(scored.scores()[t])));
        }
      }
    }
    return new Table(
        Caption.of("Scores", "Each row is a token's share of a target."),
        List.of(
            Quantity.of("text"),
            Quantity.of("target"),
            Quantity.of("value"),
            Quantity.of("position"),
            Quantity.of("id"),
            Quantity.of("token"),
            Quantity.of("score")),
        rows);
  }

  /** {@code scores}: (T) of one target, (targets,T) of one text, else (texts,targets,T). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    int targets = texts.stream().mapToInt(text -> text.found().size()).max().orElse(0);
    int T = texts.stream().mapToInt(text -> text.question().tokens().size()).max().orElse(0);
    double[] all = new double[texts.size() * targets * T];
    Arrays.fill(all, Double.NaN);
    for (int text = 0; text < texts.size(); text++) {
      List<Scored> found = texts.get(text).found();
      for (int i = 0; i < found.size(); i++) {
        double[] scores = found.get(i).scores();
        System.arraycopy(scores, 0, all, (text * targets + i) * T, scores.length);
      }
    }
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    if (texts.size() > 1) {
      arrays.put("scores", NumberArray.of(all, texts.size(), targets, T));
    } else if (targets > 1) {
      arrays.put("scores", NumberArray.of(all, targets, T));
    } else {
      arrays.put("scores", NumberArray.of(all, T));
    }
    return arrays;
  }

  /**
   * {@code {"tokens":[..],"scores":[..],"target":{..},"method":{..}}} of one target of one text; of
   * several targets a list of lists and a list; of several texts such an object each in {@code
   * texts}.
   */
  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    if (texts.size() == 1) {
      document.setAll(text(texts.getFirst()));
    } else {
      ArrayNode list = document.putArray("texts");
      texts.forEach(each -> list.add(text(each)));
    }
    ObjectNode method = spec.method().json();
    if (spec.method().usesGradients()) {
      method.put("site", spec.site().toString());
    }
    document.set("method", method);
    return document;
  }

  private ObjectNode text(OfText text) {
    ObjectNode node = Json.object();
    Question question = text.question();
    node.set("tokens", Json.strings(question.tokens()));
    node.set("ids", Json.array(question.example().ids()));
    if (text.found().size() == 1) {
      Scored scored = text.found().getFirst();
      node.set("scores", numbers(scored.scores()));
      node.set("target", Targets.json(scored.target(), scored.value()));
      of(question, scored, node);
      return node;
    }
    ArrayNode scores = node.putArray("scores");
    ArrayNode targets = node.putArray("target");
    for (Scored scored : text.found()) {
      scores.add(numbers(scored.scores()));
      ObjectNode target = Targets.json(scored.target(), scored.value());
      of(question, scored, target);
      targets.add(target);
    }
    return node;
  }

  /** What else is known of a target. */
  private void of(Question question, Scored scored, ObjectNode into) {
    Scored.Account account = scored.account();
    if (account != null) {
      into.set("account", Targets.json(account));
    }
    Faithfulness faithfulness = scored.faithfulness();
    if (faithfulness != null) {
      into.set("faithfulness", faithfulness.json());
    }
    if (!question.words().isEmpty()) {
      ArrayNode words = into.putArray("words");
      for (Words.Word word : question.words()) {
        words
            .addObject()
            .put("word", word.text())
            .put("from", word.from())
            .put("to", word.to())
            .set("score", Json.number(word(word, scored)));
      }
    }
  }

  private static ArrayNode numbers(double[] values) {
    ArrayNode array = Json.array();
    for (double value : values) {
      array.add(Json.number(value));
    }
    return array;
  }
}

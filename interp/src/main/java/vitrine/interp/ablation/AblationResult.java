package vitrine.interp.ablation;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Plan;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.Texts;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.metrics.Metric;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.PairedTest;

/** What switching off did, with the plans that do it again. */
public final class AblationResult implements Result {

  private final Provenance provenance;
  private final Texts texts;
  private final AblationSpec spec;
  private final Quantity quantity;
  private final Findings findings;
  private final List<Planned> plans;
  private final List<Portion> portions;
  private final List<Integer> unasked;

  /**
   * What was found.
   *
   * @param testing where the p-values are from
   * @param clean the metric of the model as it is
   * @param effects of each component alone, or of all but each
   * @param pairs of every two; else none
   * @param interactions of each pair
   * @param curves of more and more; else none
   * @param byText the metric of every text under each of {@link #all}
   */
  record Findings(
      Testing testing,
      Interval clean,
      List<Effect> effects,
      List<Effect> pairs,
      List<Interval> interactions,
      List<Curve> curves,
      List<double[]> byText) {
    Findings {
      effects = List.copyOf(effects);
      pairs = List.copyOf(pairs);
      interactions = List.copyOf(interactions);
      curves = List.copyOf(curves);
      byText = List.copyOf(byText);
    }

    /** All effects, in the order in which they were read. */
    List<Effect> all() {
      return Stream.of(
              effects.stream(),
              pairs.stream(),
              curves.stream().flatMap(each -> each.points().stream()))
          .flatMap(each -> each)
          .toList();
    }
  }

  /**
   * More and more switched off.
   *
   * @param order in which, for people
   * @param points from few to all
   */
  public record Curve(String order, List<Effect> points) {
    public Curve {
      points = List.copyOf(points);
    }
  }

  /**
   * What a variant was run by.
   *
   * @param plans one, or one for each portion of the texts where they differ
   */
  public record Planned(Variant variant, List<Plan> plans) {
    public Planned {
      plans = List.copyOf(plans);
    }
  }

  AblationResult(
      Provenance provenance,
      Texts texts,
      AblationSpec spec,
      Quantity quantity,
      Findings findings,
      List<Planned> plans,
      List<Portion> portions,
      List<Integer> unasked) {
    this.provenance = provenance;
    this.texts = texts;
    this.spec = spec;
    this.quantity = quantity;
    this.findings = findings;
    this.plans = List.copyOf(plans);
    this.portions = List.copyOf(portions);
    this.unasked = List.copyOf(unasked);
  }

  /** What was asked. */
  public AblationSpec spec() {
    return spec;
  }

  /** What the metric is called, with its unit. */
  Quantity quantity() {
    return quantity;
  }

  /** By which test p-values were come by. */
  public Testing testing() {
    return findings.testing();
  }

  /** The metric of the model as it is. */
  public Interval clean() {
    return findings.clean();
  }

  /** Of each component alone, or of all but each, by layer and number. */
  public List<Effect> effects() {
    return findings.effects();
  }

  /** Of pairs: first with second, first with third, and so on; none unless asked for. */
  public List<Effect> pairs() {
    return findings.pairs();
  }

  /** Of more and more components; none unless asked for. */
  public List<Curve> curves() {
    return findings.curves();
  }

  /**
   * The metric of every text under a variant; NaN where a text does not count or has nothing of it.
   * Of an agreement the answers, one text behind the other.
   *
   * @param plan the variant's place among {@link #plans}
   */
  public double[] byText(int plan) {
    return findings.byText().get(plan).clone();
  }

  /**
   * What each variant was run by, in the order of effects, pairs, curves; {@code vitrine run
   * --plan} takes these.
   */
  public List<Planned> plans() {
    return plans;
  }

  /** For each portion of the texts the places of those that ran together, in order. */
  public List<List<Integer>> portions() {
    return portions.stream().map(Portion::rows).toList();
  }

  /** The texts, in order. */
  public Texts texts() {
    return texts;
  }

  /** Places of texts that say nothing here: these, and those that nothing was asked of. */
  public List<Integer> leftOut() {
    return Stream.concat(unasked.stream(), unserved().stream()).sorted().toList();
  }

  /** Places of texts that the metric asks nothing of. */
  public List<Integer> unasked() {
    return unasked;
  }

  /** Places of texts that no other one is long enough to stand in for. */
  public List<Integer> unserved() {
    List<Integer> measured =
        portions.stream()
            .flatMap(portion -> portion.texts().stream().filter(portion::serves))
            .toList();
    Set<Integer> known = new HashSet<>(measured);
    known.addAll(unasked);
    return IntStream.range(0, texts.count()).boxed().filter(text -> !known.contains(text)).toList();
  }

  /**
   * How much more two components change together than the sum of what each does alone, on the texts
   * that have both.
   */
  public Interval interaction(int pair) {
    return findings.interactions().get(pair);
  }

  @Override
  public String name() {
    return "ablate";
  }

  @Override
  public String title() {
    return AblationNotes.isOff(spec.treatment())
        ? "What switching off %s of %s does".formatted(spec.kind().label(), provenance.model())
        : "What changing %s of %s by %s does"
            .formatted(spec.kind().label(), provenance.model(), spec.treatment());
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  /** What a reader must know beside the numbers. */
  public List<String> notes() {
    return AblationNotes.of(this);
  }

  @Override
  public List<Picture> pictures() {
    return new AblationPictures(this).all();
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = findings.all().stream().map(AblationResult::row).toList();
    boolean butOne = spec.sets() == Sets.ALL_BUT_ONE;
    return new Table(
        Caption.of(
            "What is off, and " + quantity.label(),
            "Each row is one variant; change is from the clean run's "
                + AblationNotes.number(clean().estimate())
                + (butOne ? "; layer and place are those of the one that stays on." : ".")),
        List.of(
            Quantity.of("off"),
            Quantity.of("components"),
            Quantity.of("layer"),
            Quantity.of("place"),
            Quantity.of("texts"),
            quantity,
            Quantity.of("low"),
            Quantity.of("high"),
            Quantity.of("change"),
            Quantity.of("change low"),
            Quantity.of("change high"),
            Quantity.of("p"),
            Quantity.of("p Holm")),
        rows);
  }

  /** Layer and place are a component's: of several that are off together there are none. */
  private static List<Table.Cell> row(Effect effect) {
    Component subject = effect.variant().subject();
    return List.of(
        Table.Cell.of(effect.variant().name()),
        Table.Cell.of(effect.variant().off().size()),
        Table.Cell.of(subject == null ? Double.NaN : subject.layer()),
        Table.Cell.of(subject == null ? Double.NaN : subject.place()),
        Table.Cell.of(effect.n()),
        Table.Cell.of(effect.value().estimate()),
        Table.Cell.of(effect.value().low()),
        Table.Cell.of(effect.value().high()),
        Table.Cell.of(effect.change().estimate()),
        Table.Cell.of(effect.change().low()),
        Table.Cell.of(effect.change().high()),
        Table.Cell.of(effect.p()),
        Table.Cell.of(effect.adjusted()));
  }

  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    List<Effect> effects = effects();
    int rows = (int) effects.stream().map(AblationResult::layer).distinct().count();
    long columns = effects.size() / rows;
    arrays.put(
        "change",
        NumberArray.of(
            effects.stream().mapToDouble(each -> each.change().estimate()).toArray(),
            rows,
            columns));
    arrays.put(
        "p_holm",
        NumberArray.of(effects.stream().mapToDouble(Effect::adjusted).toArray(), rows, columns));
    if (!(spec.metric() instanceof Metric.Agreement)) {
      arrays.put(
          "by_text",
          NumberArray.of(
              findings.byText().stream().flatMapToDouble(Arrays::stream).toArray(),
              findings.byText().size(),
              texts.count()));
    }
    if (!pairs().isEmpty()) {
      arrays.put("pairs", estimates(pairs().stream().map(Effect::change).toList()));
      arrays.put("interactions", estimates(findings.interactions()));
    }
    return arrays;
  }

  private static NumberArray estimates(List<Interval> of) {
    return NumberArray.of(of.stream().mapToDouble(Interval::estimate).toArray(), of.size());
  }

  /** What the columns of a map are, from the first layer's. */
  List<String> columns() {
    int first = layer(effects().getFirst());
    return effects().stream()
        .filter(each -> layer(each) == first)
        .map(each -> subject(each).toString().replaceFirst("L\\d+[A-Z]", ""))
        .toList();
  }

  private static Component subject(Effect effect) {
    Component subject = effect.variant().subject();
    return subject == null ? effect.variant().off().getFirst() : subject;
  }

  static int layer(Effect effect) {
    return subject(effect).layer();
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document
        .put("metric", spec.metric().toString())
        .put("of", spec.kind().label())
        .put("edit", spec.treatment().toString());
    String taken = taken();
    if (taken != null) {
      document.put("values_of", taken);
    }
    document.put("sets", spec.sets().label());
    if (spec.sets() == Sets.CUMULATIVE) {
      document.put("order", spec.order().label());
    }
    document.put("batch", spec.batch());
    document.set("texts", texts.json());
    document.set("left_out", places(leftOut()));
    document.set("clean", Json.interval(clean()));
    Map<Variant, List<Plan>> of = new LinkedHashMap<>();
    plans.forEach(each -> of.put(each.variant(), each.plans()));
    document.set("effects", list(effects(), of));
    if (!pairs().isEmpty()) {
      ArrayNode list = list(pairs(), of);
      for (int i = 0; i < pairs().size(); i++) {
        ((ObjectNode) list.get(i)).set("interaction", Json.interval(interaction(i)));
      }
      document.set("pairs", list);
    }
    if (!curves().isEmpty()) {
      ArrayNode list = document.putArray("curves");
      curves()
          .forEach(curve ->
              list.addObject().put("order", curve.order()).set("points", list(curve.points(), of)));
    }
    document.set("portions", ran());
    document.set("notes", Json.strings(notes()));
    return document;
  }

  /** Which run the values are of that are put in; null where there are none. */
  private @Nullable String taken() {
    return switch (spec.treatment()) {
      case Treatment.Resample _, Treatment.Reference _ -> "clean run";
      case Treatment.Plain plain when plain.edit() instanceof Edit.Mean -> "edited run";
      case Treatment.Plain _ -> null;
    };
  }

  /** What ran together; of resampled texts also whose values each took, null where none. */
  private ArrayNode ran() {
    ArrayNode ran = Json.array();
    for (Portion portion : portions) {
      ObjectNode node = ran.addObject().put("seed", portion.seed());
      List<Integer> rows = portion.rows();
      node.set("texts", places(rows));
      if (spec.treatment() instanceof Treatment.Resample) {
        ArrayNode donors = node.putArray("donors");
        for (int row = 0; row < rows.size(); row++) {
          if (portion.donors()[row] == row) {
            donors.addNull();
          } else {
            donors.add(rows.get(portion.donors()[row]));
          }
        }
      }
    }
    return ran;
  }

  private static ArrayNode places(List<Integer> texts) {
    return Json.array(texts.stream().mapToInt(Integer::intValue).toArray());
  }

  private ArrayNode list(List<Effect> effects, Map<Variant, List<Plan>> plans) {
    ArrayNode list = Json.array();
    for (Effect effect : effects) {
      ObjectNode node = list.addObject().put("name", effect.variant().name());
      node.set(
          "off", Json.strings(effect.variant().off().stream().map(Component::toString).toList()));
      node.set("value", Json.interval(effect.value()));
      node.set("change", Json.interval(effect.change()));
      node.set("p", Json.number(effect.p()));
      if (effect.isTested()) {
        node.put("test", testing().label());
        node.put("exact", effect.test().way() == PairedTest.Way.EXACT);
      }
      node.set("p_holm", Json.number(effect.adjusted()));
      List<Plan> own = plans.getOrDefault(effect.variant(), List.of());
      if (own.size() == 1) {
        node.set("plan", Json.parsed(own.getFirst().toJson()));
      } else {
        ArrayNode each = node.putArray("plans");
        own.forEach(plan -> each.add(Json.parsed(plan.toJson())));
      }
    }
    return list;
  }
}

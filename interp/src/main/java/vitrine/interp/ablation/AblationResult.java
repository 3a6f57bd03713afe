package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
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

/** What switching off did, with the plans that do it again. */
public final class AblationResult implements Result {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Provenance provenance;
  private final Texts texts;
  private final AblationSpec spec;
  private final Interval clean;
  private final List<Effect> effects;
  private final List<Effect> pairs;
  private final List<Curve> curves;
  private final List<Planned> plans;
  private final List<double[]> byText;
  private final List<Portion> portions;
  private final List<Integer> leftOut;

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
      Interval clean,
      List<Effect> effects,
      List<Effect> pairs,
      List<Curve> curves,
      List<Planned> plans,
      List<double[]> byText,
      List<Portion> portions,
      List<Integer> leftOut) {
    this.provenance = provenance;
    this.texts = texts;
    this.spec = spec;
    this.clean = clean;
    this.effects = List.copyOf(effects);
    this.pairs = List.copyOf(pairs);
    this.curves = List.copyOf(curves);
    this.plans = List.copyOf(plans);
    this.byText = List.copyOf(byText);
    this.portions = List.copyOf(portions);
    this.leftOut = List.copyOf(leftOut);
  }

  /** What was asked. */
  public AblationSpec spec() {
    return spec;
  }

  /** The metric of the model as it is. */
  public Interval clean() {
    return clean;
  }

  /** Of each component alone, or of all but each, by layer and number. */
  public List<Effect> effects() {
    return effects;
  }

  /** Of pairs: first with second, first with third, and so on; none unless asked for. */
  public List<Effect> pairs() {
    return pairs;
  }

  /** Of more and more components; none unless asked for. */
  public List<Curve> curves() {
    return curves;
  }

  /**
   * The metric of every text under a variant; the clean run's where a text has nothing of it. Of an
   * agreement the answers, one text behind the other.
   *
   * @param plan the variant's place among {@link #plans}
   */
  public double[] byText(int plan) {
    return byText.get(plan).clone();
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
    return portions.stream()
        .map(portion -> Stream.concat(portion.texts().stream(), portion.lent().stream()).toList())
        .toList();
  }

  /** The texts, in order. */
  public Texts texts() {
    return texts;
  }

  /**
   * Places of texts that say nothing here: the metric asks nothing of them, or none can stand in.
   */
  public List<Integer> leftOut() {
    return leftOut;
  }

  /** How much more two components change together than the sum of what each does alone. */
  public double interaction(int pair) {
    Effect both = pairs.get(pair);
    double sum = 0;
    for (Effect each : effects) {
      if (both.variant().off().containsAll(each.variant().off())) {
        sum += each.change().estimate();
      }
    }
    return both.change().estimate() - sum;
  }

  @Override
  public String name() {
    return "ablate";
  }

  @Override
  public String title() {
    return "What switching off %s of %s does".formatted(spec.kind().label(), provenance.model());
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  /** What a reader must know beside the numbers. */
  public List<String> notes() {
    return AblationNotes.of(spec, clean.n(), texts.count(), leftOut.size());
  }

  @Override
  public List<Picture> pictures() {
    return new AblationPictures(this).all();
  }

  private Stream<Effect> all() {
    return Stream.of(
            effects.stream(),
            pairs.stream(),
            curves.stream().flatMap(each -> each.points().stream()))
        .flatMap(each -> each);
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    all()
        .forEach(effect ->
            rows.add(
                List.of(
                    Table.Cell.of(effect.variant().name()),
                    Table.Cell.of(effect.variant().off().size()),
                    Table.Cell.of(effect.variant().off().getFirst().layer()),
                    Table.Cell.of(effect.variant().off().getFirst().place()),
                    Table.Cell.of(effect.n()),
                    Table.Cell.of(effect.value().estimate()),
                    Table.Cell.of(effect.value().low()),
                    Table.Cell.of(effect.value().high()),
                    Table.Cell.of(effect.change().estimate()),
                    Table.Cell.of(effect.change().low()),
                    Table.Cell.of(effect.change().high()),
                    Table.Cell.of(effect.p()),
                    Table.Cell.of(effect.adjusted()))));
    Metric metric = spec.metric();
    return new Table(
        Caption.of(
            "What is off, and " + metric.quantity().label(),
            "Each row is one variant; change is from the clean run's "
                + AblationNotes.number(clean.estimate())
                + "."),
        List.of(
            Quantity.of("off"),
            Quantity.of("components"),
            Quantity.of("layer"),
            Quantity.of("place"),
            Quantity.of("texts"),
            metric.quantity(),
            Quantity.of("low"),
            Quantity.of("high"),
            Quantity.of("change"),
            Quantity.of("change low"),
            Quantity.of("change high"),
            Quantity.of("p"),
            Quantity.of("p Holm")),
        rows);
  }

  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
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
              byText.stream().flatMapToDouble(Arrays::stream).toArray(),
              byText.size(),
              texts.count()));
    }
    if (!pairs.isEmpty()) {
      arrays.put(
          "pairs",
          NumberArray.of(
              pairs.stream().mapToDouble(each -> each.change().estimate()).toArray(),
              pairs.size()));
    }
    return arrays;
  }

  /** What the columns of a map are, from the first layer's. */
  List<String> columns() {
    int first = layer(effects.getFirst());
    boolean butOne = spec.sets() == Sets.ALL_BUT_ONE;
    return effects.stream()
        .filter(each -> layer(each) == first)
        .map(each ->
            butOne
                ? each.variant().name().replaceFirst("only L\\d+[A-Z]", "")
                : each.variant().name().replaceFirst("L\\d+[A-Z]", ""))
        .toList();
  }

  static int layer(Effect effect) {
    return effect.variant().off().getFirst().layer();
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document
        .put("metric", spec.metric().toString())
        .put("of", spec.kind().label())
        .put("edit", spec.treatment().toString())
        .put("sets", spec.sets().label())
        .put("batch", spec.batch());
    document.set("texts", texts.json());
    document.set("left_out", Json.array(leftOut.stream().mapToInt(Integer::intValue).toArray()));
    document.set("clean", Json.interval(clean));
    Map<Variant, List<Plan>> of = new LinkedHashMap<>();
    plans.forEach(each -> of.put(each.variant(), each.plans()));
    document.set("effects", list(effects, of));
    if (!pairs.isEmpty()) {
      ArrayNode list = list(pairs, of);
      for (int i = 0; i < pairs.size(); i++) {
        ((ObjectNode) list.get(i)).set("interaction", Json.number(interaction(i)));
      }
      document.set("pairs", list);
    }
    if (!curves.isEmpty()) {
      ArrayNode list = document.putArray("curves");
      curves.forEach(curve ->
          list.addObject().put("order", curve.order()).set("points", list(curve.points(), of)));
    }
    ArrayNode ran = document.putArray("portions");
    for (int i = 0; i < portions.size(); i++) {
      Portion portion = portions.get(i);
      ran.addObject()
          .put("seed", portion.seed())
          .set(
              "texts",
              Json.array(portions().get(i).stream().mapToInt(Integer::intValue).toArray()));
    }
    document.set("notes", Json.strings(notes()));
    return document;
  }

  private static ArrayNode list(List<Effect> effects, Map<Variant, List<Plan>> plans) {
    ArrayNode list = Json.array();
    for (Effect effect : effects) {
      ObjectNode node = list.addObject().put("name", effect.variant().name());
      node.set(
          "off", Json.strings(effect.variant().off().stream().map(Component::toString).toList()));
      node.set("value", Json.interval(effect.value()));
      node.set("change", Json.interval(effect.change()));
      node.set("p", Json.number(effect.p()));
      node.set("p_holm", Json.number(effect.adjusted()));
      List<Plan> own = plans.getOrDefault(effect.variant(), List.of());
      if (own.size() == 1) {
        node.set("plan", MAPPER.readTree(own.getFirst().toJson()));
      } else {
        ArrayNode each = node.putArray("plans");
        own.forEach(plan -> each.add(MAPPER.readTree(plan.toJson())));
      }
    }
    return list;
  }
}

package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.interp.Provenance;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;

/** What each component carries from one prompt's run to the other's. */
public final class PatchingResult implements Patched {
  private final Provenance provenance;
  private final Direction direction;
  private final List<PromptPair> pairs;
  private final double[] clean;
  private final double[] corrupted;
  private final Normaliser normaliser;
  private final List<SiteEffects> sites;

  PatchingResult(
      Provenance provenance,
      Direction direction,
      List<PromptPair> pairs,
      double[] clean,
      double[] corrupted,
      Normaliser normaliser,
      List<SiteEffects> sites) {
    this.provenance = provenance;
    this.direction = direction;
    this.pairs = List.copyOf(pairs);
    this.clean = clean.clone();
    this.corrupted = corrupted.clone();
    this.normaliser = normaliser;
    this.sites = List.copyOf(sites);
  }

  /** In the order of the targets. */
  public List<SiteEffects> sites() {
    return sites;
  }

  @Override
  public Direction direction() {
    return direction;
  }

  @Override
  public List<PromptPair> pairs() {
    return pairs;
  }

  @Override
  public SequencedMap<String, Plan> plans(int pair) {
    SequencedMap<String, Plan> plans = new LinkedHashMap<>();
    for (SiteEffects site : sites) {
      for (SiteEffects.Effect effect : site.effects()) {
        if (has(site.target(), effect, pairs.get(pair).length())) {
          plans.put(
              effect.site().toString(),
              Plan.empty()
                  .edit(effect.site(), Edit.from(direction.source().directory()))
                  .read(Site.logits()));
        }
      }
    }
    return plans;
  }

  private static boolean has(PatchTarget target, SiteEffects.Effect effect, int length) {
    for (int i = 0; i < effect.keys().size(); i++) {
      int key = effect.keys().get(i);
      if (PatchTarget.isPosition(target.by().get(i)) && (key < -length || key >= length)) {
        return false;
      }
    }
    return true;
  }

  /** The mean metric of the clean prompts as they are. */
  public Interval clean() {
    return normaliser.ofClean();
  }

  /** The mean metric of the corrupted prompts as they are. */
  public Interval corrupted() {
    return normaliser.ofCorrupted();
  }

  @Override
  public String name() {
    return "patch";
  }

  @Override
  public String title() {
    return "What the parts of " + provenance.model() + " carry from prompt to prompt";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    return new PatchingPictures(this).all();
  }

  /** A row a component; a column for each axis that any site is taken apart by. */
  @Override
  public Table table() {
    List<Axis> axes =
        sites.stream().flatMap(site -> site.target().by().stream()).distinct().toList();
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (SiteEffects site : sites) {
      for (SiteEffects.Effect effect : site.effects()) {
        List<Table.Cell> row =
            new ArrayList<>(
                List.of(Table.Cell.of(effect.site().toString()), Table.Cell.of(effect.layer())));
        for (Axis axis : axes) {
          int at = site.target().by().indexOf(axis);
          row.add(at < 0 ? Table.Cell.of(Double.NaN) : Table.Cell.of(effect.keys().get(at)));
        }
        row.add(Table.Cell.of(effect.pairs()));
        cells(row, effect.exact());
        cells(row, effect.attributed());
        rows.add(row);
      }
    }
    List<Quantity> columns = new ArrayList<>(List.of(Quantity.of("site"), Quantity.of("layer")));
    axes.forEach(axis -> columns.add(Quantity.of(axis.keyword())));
    columns.add(Quantity.of("pairs"));
    for (String how : List.of("", "attributed ")) {
      for (String number : List.of("metric", "normalised")) {
        columns.add(Quantity.of(how + number));
        columns.add(Quantity.of(how + number + " low"));
        columns.add(Quantity.of(how + number + " high"));
      }
    }
    return new Table(PatchingPictures.ofTable(direction), columns, rows);
  }

  private static void cells(List<Table.Cell> row, @Nullable Measured measured) {
    for (int which = 0; which < 2; which++) {
      Interval each =
          measured == null ? null : which == 0 ? measured.metric() : measured.normalised();
      row.add(Table.Cell.of(each == null ? Double.NaN : each.estimate()));
      row.add(Table.Cell.of(each == null ? Double.NaN : each.low()));
      row.add(Table.Cell.of(each == null ? Double.NaN : each.high()));
    }
  }

  /**
   * Of each site {@code normalised SITE} and {@code metric SITE}, or what a gradient expects of
   * them; rows and columns as in its map.
   */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    for (SiteEffects site : sites) {
      long rows = site.rows().size();
      long columns = site.columns().size();
      arrays.put(
          "normalised " + site.target().site(),
          NumberArray.of(
              site.numbers(effect -> effect.best().normalised().estimate()), rows, columns));
      arrays.put(
          "metric " + site.target().site(),
          NumberArray.of(site.numbers(effect -> effect.best().metric().estimate()), rows, columns));
    }
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("direction", direction.label());
    document.put("patched", direction.base().label());
    document.put("values_from", direction.source().label());
    document.set("clean", Json.interval(clean()));
    document.set("corrupted", Json.interval(corrupted()));
    ArrayNode list = document.putArray("pairs");
    for (int i = 0; i < pairs.size(); i++) {
      ObjectNode pair = pairs.get(i).json();
      pair.set("clean_metric", Json.number(clean[i]));
      pair.set("corrupted_metric", Json.number(corrupted[i]));
      list.add(pair);
    }
    ArrayNode all = document.putArray("sites");
    sites.forEach(site -> all.add(json(site)));
    return document;
  }

  private ObjectNode json(SiteEffects effects) {
    ObjectNode site = Json.object();
    site.put("site", effects.target().site().toString());
    List<String> by = effects.target().by().stream().map(Axis::keyword).toList();
    site.set("by", Json.strings(by));
    SiteEffects.Agreement agreement = effects.agreement();
    if (agreement != null) {
      ObjectNode correlation = site.putObject("attribution_agrees");
      correlation.set("pearson", Json.interval(agreement.pearson()));
      correlation.set("spearman", Json.interval(agreement.spearman()));
      correlation.put("components", effects.effects().size());
    }
    ArrayNode components = site.putArray("components");
    for (SiteEffects.Effect effect : effects.effects()) {
      ObjectNode node = components.addObject();
      node.put("site", effect.site().toString()).put("layer", effect.layer());
      for (int i = 0; i < by.size(); i++) {
        node.put(by.get(i), effect.keys().get(i));
      }
      node.put("pairs", effect.pairs());
      Measured exact = effect.exact();
      if (exact != null) {
        exact.addTo(node);
      }
      Measured attributed = effect.attributed();
      if (attributed != null) {
        attributed.addTo(node.putObject("attribution"));
      }
      node.put("edit", effect.site() + "=from:" + direction.source().label());
    }
    return site;
  }
}

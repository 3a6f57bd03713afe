package vitrine.interp.attribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.interp.PlannedRun;
import vitrine.interp.Provenance;
import vitrine.interp.Repeatable;
import vitrine.interp.Texts;
import vitrine.interp.attribution.Component.Kind;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;

/** Logits of some texts as sums over the parts of the model. */
public final class AttributionResult implements Repeatable {
  private static final int MOST_BARS = 16;
  private static final Quantity LOGIT = Quantity.of("logit");

  private final Provenance provenance;
  private final Texts texts;
  private final int heads;
  private final List<Component> components;
  private final List<OfText> found;
  private final List<Interval> means;
  private final List<String> notes;

  /**
   * One text's number and its parts.
   *
   * @param target which number
   * @param plan of the run that it was had from
   * @param value the model's own
   * @param parts one a component
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  public record OfText(Loss target, Plan plan, double value, double[] parts) {
    /** What the parts add up to. */
    public double sum() {
      return Arrays.stream(parts).sum();
    }
  }

  AttributionResult(
      Provenance provenance,
      Texts texts,
      int heads,
      List<Component> components,
      List<OfText> found,
      Resampling resampling,
      List<String> notes) {
    this.provenance = provenance;
    this.texts = texts;
    this.heads = heads;
    this.components = List.copyOf(components);
    this.found = List.copyOf(found);
    this.notes = List.copyOf(notes);
    this.means =
        IntStream.range(0, components.size())
            .mapToObj(part ->
                resampling.mean(found.stream().mapToDouble(each -> each.parts()[part]).toArray()))
            .toList();
  }

  /** The parts, in the order in which the stream meets them. */
  public List<Component> components() {
    return components;
  }

  /** The texts' numbers, one each. */
  public List<OfText> found() {
    return found;
  }

  /**
   * What a component adds, on average over the texts.
   *
   * @param name as in {@code head 1.2}
   */
  public Interval part(String name) {
    for (int i = 0; i < components.size(); i++) {
      if (components.get(i).name().equals(name)) {
        return means.get(i);
      }
    }
    throw new IllegalArgumentException("attribution: no part " + name);
  }

  /** The farthest that a text's parts are from adding up to its number. */
  public double largestError() {
    return found.stream().mapToDouble(each -> Math.abs(each.sum() - each.value())).max().orElse(0);
  }

  /** Each text has a number of its own, and so a plan. */
  @Override
  public List<PlannedRun> runs() {
    return IntStream.range(0, found.size())
        .mapToObj(text ->
            new PlannedRun(found.get(text).plan(), List.of(texts.inputs().examples().get(text))))
        .toList();
  }

  @Override
  public String name() {
    return "heads";
  }

  @Override
  public String title() {
    return "What the parts of " + provenance.model() + " add to a logit";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  /** What was taken apart, for people. */
  private String of() {
    if (found.size() == 1) {
      return String.format(
          Locale.ROOT,
          "Of %s = %.4f, after \"%s\".",
          found.getFirst().target(),
          found.getFirst().value(),
          String.join("", texts.tokens().getFirst()).replace('\u0120', ' ').strip());
    }
    return "Means over %d texts, with 95%% bootstrap intervals over texts.".formatted(found.size());
  }

  private Caption caption(String title, String reading) {
    Caption caption = Caption.of(title, reading).note(of());
    for (String note : notes) {
      caption = caption.note(note);
    }
    return caption.note(
        String.format(
            Locale.ROOT,
            "The parts add up to within %.1e of what the model computed.",
            largestError()));
  }

  @Override
  public List<Picture> pictures() {
    return List.of(bars(), kinds(), map());
  }

  private Bars bars() {
    List<Integer> order =
        IntStream.range(0, components.size())
            .boxed()
            .sorted(Comparator.comparingDouble(part -> -Math.abs(means.get(part).estimate())))
            .limit(MOST_BARS)
            .toList();
    return new Bars(
        caption(
            "What adds most to the logit",
            "Each bar is a part of the model: to the right it raises the logit, to the left it lowers"
                + " it."),
        Quantity.of("part"),
        LOGIT,
        order.stream()
            .map(part -> Bars.Bar.of(components.get(part).name(), means.get(part)))
            .toList());
  }

  private Bars kinds() {
    List<Bars.Bar> bars = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (components.stream().anyMatch(each -> each.kind() == kind)) {
        double sum =
            IntStream.range(0, components.size())
                .filter(part -> components.get(part).kind() == kind)
                .mapToDouble(part -> means.get(part).estimate())
                .sum();
        bars.add(Bars.Bar.of(kind.label(), sum));
      }
    }
    bars.add(Bars.Bar.of("all", means.stream().mapToDouble(Interval::estimate).sum()));
    return new Bars(
        Caption.of("The logit by kinds of parts", "Each bar is what all parts of a kind add up to.")
            .note(of()),
        Quantity.of("kind"),
        LOGIT,
        bars);
  }

  private Heatmap map() {
    double[] of =
        IntStream.range(0, components.size())
            .filter(part -> components.get(part).kind() == Kind.HEAD)
            .mapToDouble(part -> means.get(part).estimate())
            .toArray();
    Grid grid = Grid.of(of, of.length / heads, heads);
    return new Heatmap(
        Caption.of(
                "What each head adds to the logit",
                "Each cell is a head: above 0 it raises the logit, below it lowers it.")
            .note(of()),
        Quantity.of("head"),
        Quantity.of("layer"),
        IntStream.range(0, heads).mapToObj(Integer::toString).toList(),
        IntStream.range(0, of.length / heads).mapToObj(Integer::toString).toList(),
        LOGIT,
        grid,
        Scale.diverging(grid, 0));
  }

  /** A row a part. */
  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int part = 0; part < components.size(); part++) {
      Component component = components.get(part);
      Interval mean = means.get(part);
      rows.add(
          List.of(
              Table.Cell.of(component.name()),
              Table.Cell.of(component.kind().label()),
              cell(component.layer()),
              cell(component.number()),
              Table.Cell.of(mean.estimate()),
              Table.Cell.of(mean.low()),
              Table.Cell.of(mean.high())));
    }
    return new Table(
        caption(title(), "Each row is a part of the model, and what it adds."),
        List.of(
            Quantity.of("part"),
            Quantity.of("kind"),
            Quantity.of("layer"),
            Quantity.of("number"),
            LOGIT,
            Quantity.of("low"),
            Quantity.of("high")),
        rows);
  }

  private static Table.Cell cell(@Nullable Integer number) {
    return number == null ? Table.Cell.of(Double.NaN) : Table.Cell.of(number);
  }

  /** {@code parts}: (texts, components), in the order of the table. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    double[] all = found.stream().flatMapToDouble(each -> Arrays.stream(each.parts())).toArray();
    arrays.put("parts", NumberArray.of(all, found.size(), components.size()));
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("show", "logits");
    document.set("notes", Json.strings(notes));
    document.set("texts", texts.json());
    ArrayNode targets = document.putArray("targets");
    for (OfText each : found) {
      ObjectNode node = targets.addObject().put("target", each.target().toString());
      node.set("value", Json.number(each.value()));
      node.set("sum", Json.number(each.sum()));
      node.set("plan", Json.parsed(each.plan().toJson()));
    }
    ArrayNode parts = document.putArray("parts");
    for (int part = 0; part < components.size(); part++) {
      Component component = components.get(part);
      ObjectNode node = parts.addObject().put("part", component.name());
      node.put("kind", component.kind().label());
      node.put("layer", component.layer());
      node.put("number", component.number());
      node.set("mean", Json.interval(means.get(part)));
      ArrayNode values = node.putArray("values");
      for (OfText each : found) {
        values.add(Json.number(each.parts()[part]));
      }
    }
    return document;
  }
}

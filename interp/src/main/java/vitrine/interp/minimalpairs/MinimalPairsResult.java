package vitrine.interp.minimalpairs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Proportion;

/** How often a model thought the good sentence likelier. */
public final class MinimalPairsResult implements Result {
  private static final Quantity ACCURACY = Quantity.of("accuracy");
  private static final Quantity PARADIGM = Quantity.of("paradigm");
  private static final String MEAN = "mean of all";

  private final Provenance provenance;
  private final String scoring;
  private final List<Judged> judged;

  /**
   * One paradigm with what the model thinks of it.
   *
   * @param good of each pair the good sentence's log-probability, in nats
   * @param bad of each pair the other's
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  public record Judged(Paradigm paradigm, double[] good, double[] bad) {
    /** In how many pairs the good sentence is the likelier. */
    public int right() {
      int right = 0;
      for (int i = 0; i < good.length; i++) {
        right += good[i] > bad[i] ? 1 : 0;
      }
      return right;
    }

    /** The share of pairs that are right, with Wilson's interval: pairs are the units. */
    public Interval accuracy() {
      return Proportion.wilson(right(), good.length, Interval.USUAL_LEVEL);
    }
  }

  MinimalPairsResult(Provenance provenance, String scoring, List<Judged> judged) {
    this.provenance = provenance;
    this.scoring = scoring;
    this.judged = List.copyOf(judged);
  }

  public List<Judged> judged() {
    return judged;
  }

  /** The mean of the paradigms' accuracies, each counting the same. */
  public Interval mean() {
    return Proportion.meanOf(
        judged.stream().mapToInt(Judged::right).toArray(),
        judged.stream().mapToInt(each -> each.good().length).toArray(),
        Interval.USUAL_LEVEL);
  }

  @Override
  public String name() {
    return "minimal-pairs";
  }

  @Override
  public String title() {
    return "How often " + provenance.model() + " prefers the good sentence";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    List<Bars.Bar> bars = new ArrayList<>();
    if (judged.size() > 1) {
      bars.add(Bars.Bar.of(MEAN, mean()));
    }
    judged.forEach(each -> bars.add(Bars.Bar.of(each.paradigm().name(), each.accuracy())));
    return List.of(new Bars(caption(), PARADIGM, ACCURACY, bars));
  }

  private Caption caption() {
    return Caption.of(
            title(),
            "Each bar is the share of pairs in which the good sentence is likelier; 0.5 is chance.")
        .note("A sentence's score is " + scoring + ".")
        .note("Whiskers are 95% intervals over pairs.");
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Judged each : judged) {
      rows.add(row(each.paradigm().name(), each.accuracy()));
    }
    if (judged.size() > 1) {
      rows.add(row(MEAN, mean()));
    }
    return new Table(
        caption(),
        List.of(PARADIGM, Quantity.of("pairs"), ACCURACY, Quantity.of("low"), Quantity.of("high")),
        rows);
  }

  private static List<Table.Cell> row(String name, Interval accuracy) {
    return List.of(
        Table.Cell.of(name),
        Table.Cell.of(accuracy.n()),
        Table.Cell.of(accuracy.estimate()),
        Table.Cell.of(accuracy.low()),
        Table.Cell.of(accuracy.high()));
  }

  /** {@code scores}: (pairs of all paradigms, 2), log-probabilities of good and bad, in nats. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    int pairs = judged.stream().mapToInt(each -> each.good().length).sum();
    double[] scores = new double[2 * pairs];
    int at = 0;
    for (Judged each : judged) {
      for (int i = 0; i < each.good().length; i++) {
        scores[at++] = each.good()[i];
        scores[at++] = each.bad()[i];
      }
    }
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("scores", NumberArray.of(scores, pairs, 2));
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("score", scoring);
    document.set("mean_accuracy", Json.interval(mean()));
    ArrayNode list = document.putArray("paradigms");
    for (Judged each : judged) {
      ObjectNode node = list.addObject().put("name", each.paradigm().name());
      node.put("pairs", each.good().length).put("right", each.right());
      node.set("accuracy", Json.interval(each.accuracy()));
      node.set("good", numbers(each.good()));
      node.set("bad", numbers(each.bad()));
    }
    return document;
  }

  private static ArrayNode numbers(double[] values) {
    ArrayNode array = Json.array();
    for (double value : values) {
      array.add(Json.number((float) value));
    }
    return array;
  }
}

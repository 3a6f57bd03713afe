package vitrine.interp.circuits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.PlannedRun;
import vitrine.interp.Provenance;
import vitrine.interp.Repeatable;
import vitrine.interp.circuits.Composition.Kind;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Graph;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;

/** The composition scores of all pairs of heads, and what random matrices have. */
public final class CompositionResult implements Repeatable {
  /** A graph of more lines is a thicket. */
  private static final int MOST_EDGES = 24;

  /** A map of more heads a side has no readable cells. */
  private static final int MOST_MAPPED = 36;

  private static final Quantity SCORE = Quantity.of("composition score");

  private final List<PlannedRun> runs;
  private final Provenance provenance;
  private final int layers;
  private final int heads;
  private final Map<Kind, double[]> scores;
  private final RandomMatrices.Baseline baseline;
  private final String treatment;

  /**
   * Two heads, the second in a later layer.
   *
   * @param layer the writer's
   * @param head the writer
   * @param laterLayer the reader's
   * @param laterHead the reader
   */
  public record Pair(Kind kind, int layer, int head, int laterLayer, int laterHead, double score) {
    /** As in {@code 0.1 to 1.2}. */
    String name() {
      return "%d.%d to %d.%d".formatted(layer, head, laterLayer, laterHead);
    }
  }

  /**
   * @param scores one array a kind, (L,H,L,H), writer first; NaN where there is none
   */
  CompositionResult(
      List<PlannedRun> runs,
      Provenance provenance,
      int layers,
      int heads,
      Map<Kind, double[]> scores,
      RandomMatrices.Baseline baseline,
      String treatment) {
    this.runs = List.copyOf(runs);
    this.provenance = provenance;
    this.layers = layers;
    this.heads = heads;
    this.scores = new EnumMap<>(scores);
    this.baseline = baseline;
    this.treatment = treatment;
  }

  private double[] of(Kind kind) {
    return Objects.requireNonNull(scores.get(kind));
  }

  /** A pair's score; NaN where the reader is not above the writer, or one of them is zero. */
  public double score(Kind kind, int layer, int head, int laterLayer, int laterHead) {
    return of(kind)[((layer * heads + head) * layers + laterLayer) * heads + laterHead];
  }

  /** What pairs of random matrices of these shapes have on average. */
  public double baseline() {
    return baseline.mean();
  }

  /** Above which a pair is named: five standard deviations above the mean of random pairs. */
  public double threshold() {
    return baseline.threshold();
  }

  /** The pairs above the threshold, the highest first. */
  public List<Pair> above() {
    List<Pair> pairs = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      pairs.addAll(pairs(kind));
    }
    return pairs.stream()
        .filter(pair -> pair.score() > baseline.threshold())
        .sorted(Comparator.comparingDouble(pair -> -pair.score()))
        .toList();
  }

  private List<Pair> pairs(Kind kind) {
    List<Pair> pairs = new ArrayList<>();
    for (int writer = 0; writer < layers * heads; writer++) {
      for (int reader = (writer / heads + 1) * heads; reader < layers * heads; reader++) {
        double score = of(kind)[writer * layers * heads + reader];
        pairs.add(
            new Pair(kind, writer / heads, writer % heads, reader / heads, reader % heads, score));
      }
    }
    return pairs;
  }

  @Override
  public List<PlannedRun> runs() {
    return runs;
  }

  @Override
  public String name() {
    return "heads";
  }

  @Override
  public String title() {
    return "Which heads of " + provenance.model() + " read what others write";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    List<Pair> above = above();
    List<Picture> pictures = new ArrayList<>();
    pictures.add(highest(above));
    for (Kind kind : Kind.values()) {
      List<Pair> own = above.stream().filter(pair -> pair.kind() == kind).toList();
      if (!own.isEmpty()) {
        pictures.add(graph(kind, own));
      }
    }
    if (layers * heads <= MOST_MAPPED) {
      for (Kind kind : Kind.values()) {
        pictures.add(map(kind));
      }
    }
    return pictures;
  }

  private String random() {
    return String.format(
        Locale.ROOT,
        "Pairs of random matrices have %.4f on average (sd %.4f, at most %.4f in %d draws); the threshold is %.4f, %d sd above.",
        baseline.mean(),
        baseline.sd(),
        baseline.largest(),
        baseline.draws(),
        baseline.threshold(),
        RandomMatrices.DEVIATIONS);
  }

  private Table highest(List<Pair> above) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Pair pair : above.stream().limit(MOST_EDGES).toList()) {
      rows.add(
          List.of(
              Table.Cell.of(pair.kind().key().toUpperCase(Locale.ROOT)),
              Table.Cell.of(pair.name()),
              Table.Cell.of(pair.score()),
              Table.Cell.of(pair.score() / baseline.mean())));
    }
    if (rows.isEmpty()) {
      rows.add(
          List.of(
              Table.Cell.of("none"),
              Table.Cell.of("none"),
              Table.Cell.of(Double.NaN),
              Table.Cell.of(Double.NaN)));
    }
    Caption caption =
        Caption.of(
                "Heads that read what earlier heads write",
                "Each row is a pair, as layer.head, whose score lies above the threshold;"
                    + " Q: in what it looks for, K: in where it is looked at, V: in what it moves.")
            .note(random())
            .note(treatment);
    if (above.size() > MOST_EDGES) {
      caption = caption.note("The first %d of %d pairs.".formatted(MOST_EDGES, above.size()));
    }
    return new Table(
        caption,
        List.of(Quantity.of("kind"), Quantity.of("heads"), SCORE, Quantity.of("times random")),
        rows);
  }

  private Graph graph(Kind kind, List<Pair> above) {
    List<Pair> drawn = above.stream().limit(MOST_EDGES).toList();
    List<Integer> used =
        IntStream.range(0, layers * heads)
            .filter(node ->
                layers * heads <= MOST_MAPPED
                    || drawn.stream().anyMatch(pair -> from(pair) == node || to(pair) == node))
            .boxed()
            .toList();
    Caption caption =
        Caption.of(
                "%s-composition".formatted(kind.key().toUpperCase(Locale.ROOT)),
                "Each box is a head, as layer.head; a line goes from the one that writes to the one that"
                    + " reads it.")
            .note(random());
    if (above.size() > drawn.size()) {
      caption =
          caption.note(
              "The highest %d of %d pairs above the threshold."
                  .formatted(drawn.size(), above.size()));
    }
    return new Graph(
        caption,
        Quantity.of("score above the mean of random pairs"),
        used.stream()
            .map(node -> new Graph.Node(node / heads + "." + node % heads, node / heads))
            .toList(),
        drawn.stream()
            .map(pair ->
                new Graph.Edge(
                    used.indexOf(from(pair)),
                    used.indexOf(to(pair)),
                    pair.score() - baseline.mean()))
            .toList());
  }

  private int from(Pair pair) {
    return pair.layer() * heads + pair.head();
  }

  private int to(Pair pair) {
    return pair.laterLayer() * heads + pair.laterHead();
  }

  private Heatmap map(Kind kind) {
    int all = layers * heads;
    Grid grid = Grid.of(of(kind), all, all);
    List<String> names =
        IntStream.range(0, all).mapToObj(head -> head / heads + "." + head % heads).toList();
    return new Heatmap(
        Caption.of(
                "%s-composition of all pairs".formatted(kind.key().toUpperCase(Locale.ROOT)),
                "Each row is a head that writes, each column one that reads it; grey: no later head, or"
                    + " one that is zero.")
            .note(random()),
        Quantity.of("reader"),
        Quantity.of("writer"),
        names,
        names,
        SCORE,
        grid,
        Scale.fromZero(grid));
  }

  /** A row a pair. */
  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Pair pair : pairs(Kind.QUERY)) {
      List<Table.Cell> row =
          new ArrayList<>(
              List.of(
                  Table.Cell.of(pair.layer()),
                  Table.Cell.of(pair.head()),
                  Table.Cell.of(pair.laterLayer()),
                  Table.Cell.of(pair.laterHead())));
      for (Kind kind : Kind.values()) {
        row.add(
            Table.Cell.of(
                score(kind, pair.layer(), pair.head(), pair.laterLayer(), pair.laterHead())));
      }
      rows.add(row);
    }
    return new Table(
        Caption.of(title(), "Each row is a pair of heads, the one that writes first.")
            .note(random()),
        columns("layer", "head", "later_layer", "later_head", "q", "k", "v"),
        rows);
  }

  private static List<Quantity> columns(String... names) {
    return Arrays.stream(names).map(Quantity::of).toList();
  }

  /** {@code q}, {@code k} and {@code v}, each (L,H,L,H), the writer first. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      arrays.put(kind.key(), NumberArray.of(of(kind), layers, heads, layers, heads));
    }
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("show", "composition");
    document.put("layer_norm", treatment);
    ObjectNode random = document.putObject("random");
    random.put("mean", baseline.mean());
    random.put("sd", baseline.sd());
    random.put("largest", baseline.largest());
    random.put("draws", baseline.draws());
    random.put("threshold", baseline.threshold());
    ArrayNode pairs = document.putArray("pairs");
    for (Pair pair : pairs(Kind.QUERY)) {
      ObjectNode node = pairs.addObject();
      node.put("layer", pair.layer()).put("head", pair.head());
      node.put("later_layer", pair.laterLayer()).put("later_head", pair.laterHead());
      for (Kind kind : Kind.values()) {
        node.set(
            kind.key(),
            Json.number(
                score(kind, pair.layer(), pair.head(), pair.laterLayer(), pair.laterHead())));
      }
    }
    return document;
  }
}

package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.interp.Provenance;
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

/** What each head tells the receivers directly. */
public final class PathResult implements Patched {
  /** Edges of the graph. */
  private static final int STRONGEST = 12;

  private final Provenance provenance;
  private final PathSpec spec;
  private final List<PromptPair> pairs;
  private final double[] clean;
  private final double[] corrupted;
  private final Normaliser normaliser;
  private final List<Sender> senders;
  private final int layers;
  private final int heads;

  /**
   * A head whose path was patched.
   *
   * @param measured what the patched runs say
   * @param onTheWay the run in which only it and what it reaches directly differ from the base
   * @param received the run in which the receivers have what they got there; asks nothing where the
   *     logits are the receiver
   */
  public record Sender(int layer, int head, Measured measured, Plan onTheWay, Plan received) {}

  PathResult(
      Provenance provenance,
      PathSpec spec,
      List<PromptPair> pairs,
      double[] clean,
      double[] corrupted,
      Normaliser normaliser,
      List<Sender> senders,
      int layers,
      int heads) {
    this.provenance = provenance;
    this.spec = spec;
    this.pairs = List.copyOf(pairs);
    this.clean = clean.clone();
    this.corrupted = corrupted.clone();
    this.normaliser = normaliser;
    this.senders = List.copyOf(senders);
    this.layers = layers;
    this.heads = heads;
  }

  @Override
  public List<PromptPair> pairs() {
    return pairs;
  }

  @Override
  public Direction direction() {
    return spec.direction();
  }

  @Override
  public SequencedMap<String, Plan> plans(int pair) {
    SequencedMap<String, Plan> plans = new LinkedHashMap<>();
    for (Sender sender : senders) {
      String name = "by-" + sender.layer() + "." + sender.head();
      plans.put(
          name,
          spec.receivers().isEmpty() ? sender.onTheWay().read(Site.logits()) : sender.onTheWay());
      if (!spec.receivers().isEmpty()) {
        plans.put("received-" + name, sender.received().read(Site.logits()));
      }
    }
    return plans;
  }

  /** By layer and head. */
  public List<Sender> senders() {
    return senders;
  }

  @Override
  public String name() {
    return "patch";
  }

  @Override
  public String title() {
    return "What heads of " + provenance.model() + " tell " + spec.receiverText();
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  // ---- pictures ----

  @Override
  public List<Picture> pictures() {
    return List.of(map(), graph());
  }

  private double without() {
    return PatchingPictures.without(spec.direction());
  }

  private Caption caption(String title, String reading) {
    return Caption.of(title, reading)
        .note(
            String.format(
                Locale.ROOT,
                "%s: %.4f clean, %.4f corrupted; %d %s.",
                pairs.getFirst().metric().quantity(),
                normaliser.ofClean().estimate(),
                normaliser.ofCorrupted().estimate(),
                pairs.size(),
                pairs.size() == 1 ? "pair" : "pairs"))
        .note("Other heads are frozen; MLPs are " + spec.mlps().label() + ".");
  }

  private Heatmap map() {
    double[] values = new double[layers * heads];
    Arrays.fill(values, Double.NaN);
    for (Sender sender : senders) {
      values[sender.layer() * heads + sender.head()] = sender.measured().normalised().estimate();
    }
    Grid grid = Grid.of(values, layers, heads);
    return new Heatmap(
        caption(
            "From each head to " + spec.receiverText(),
            "Each cell patches what that head tells directly: 0 is as the corrupted prompt, 1 as the clean one."),
        Quantity.of("head"),
        Quantity.of("layer"),
        IntStream.range(0, heads).mapToObj(Integer::toString).toList(),
        IntStream.range(0, layers).mapToObj(Integer::toString).toList(),
        Quantity.of("share of the way back"),
        grid,
        Scale.diverging(grid, without()));
  }

  private Graph graph() {
    List<Graph.Node> nodes = new ArrayList<>();
    List<Graph.Edge> edges = new ArrayList<>();
    int top = senders.stream().mapToInt(Sender::layer).max().orElse(0) + 1;
    nodes.add(new Graph.Node(spec.receivers().isEmpty() ? "logits" : receiver(), top));
    senders.stream()
        .filter(sender -> change(sender) != 0 && !Double.isNaN(change(sender)))
        .sorted(Comparator.comparingDouble(sender -> -Math.abs(change(sender))))
        .limit(STRONGEST)
        .forEach(sender -> {
          nodes.add(new Graph.Node(sender.layer() + "." + sender.head(), sender.layer()));
          edges.add(new Graph.Edge(nodes.size() - 1, 0, change(sender)));
        });
    return new Graph(
        caption(
            "Who tells " + spec.receiverText(),
            "Each line is a head's direct path, as wide as the change that patching it makes."),
        Quantity.of("change of the share of the way back"),
        nodes,
        edges);
  }

  private String receiver() {
    Site first = spec.receivers().getFirst();
    return spec.receivers().size() == 1 ? first.toString() : "receivers";
  }

  private double change(Sender sender) {
    return sender.measured().normalised().estimate() - without();
  }

  // ---- numbers ----

  @Override
  public Table table() {
    return new Table(
        caption("Paths", "Each row is the path from one head to " + spec.receiverText() + "."),
        List.of(
            Quantity.of("layer"),
            Quantity.of("head"),
            Quantity.of("pairs"),
            Quantity.of("metric"),
            Quantity.of("metric low"),
            Quantity.of("metric high"),
            Quantity.of("normalised"),
            Quantity.of("normalised low"),
            Quantity.of("normalised high")),
        senders.stream()
            .map(sender ->
                List.of(
                    Table.Cell.of(sender.layer()),
                    Table.Cell.of(sender.head()),
                    Table.Cell.of(pairs.size()),
                    Table.Cell.of(sender.measured().metric().estimate()),
                    Table.Cell.of(sender.measured().metric().low()),
                    Table.Cell.of(sender.measured().metric().high()),
                    Table.Cell.of(sender.measured().normalised().estimate()),
                    Table.Cell.of(sender.measured().normalised().low()),
                    Table.Cell.of(sender.measured().normalised().high())))
            .toList());
  }

  /** {@code normalised} and {@code metric}, (L,H); NaN for heads that are no senders. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    double[] normalised = new double[layers * heads];
    double[] metric = new double[layers * heads];
    Arrays.fill(normalised, Double.NaN);
    Arrays.fill(metric, Double.NaN);
    for (Sender sender : senders) {
      int at = sender.layer() * heads + sender.head();
      normalised[at] = sender.measured().normalised().estimate();
      metric[at] = sender.measured().metric().estimate();
    }
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("normalised", NumberArray.of(normalised, layers, heads));
    arrays.put("metric", NumberArray.of(metric, layers, heads));
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("direction", spec.direction().label());
    document.put("patched", spec.direction().base().label());
    document.put("values_from", spec.direction().source().label());
    document.put("mlps", spec.mlps().label());
    document.set(
        "receivers",
        Json.strings(
            spec.receivers().isEmpty()
                ? List.of("logits")
                : spec.receivers().stream().map(Site::toString).toList()));
    document.set("clean", Json.interval(normaliser.ofClean()));
    document.set("corrupted", Json.interval(normaliser.ofCorrupted()));
    ArrayNode list = document.putArray("pairs");
    for (int i = 0; i < pairs.size(); i++) {
      ObjectNode pair = pairs.get(i).json();
      pair.set("clean_metric", Json.number(clean[i]));
      pair.set("corrupted_metric", Json.number(corrupted[i]));
      list.add(pair);
    }
    ArrayNode all = document.putArray("senders");
    for (Sender sender : senders) {
      ObjectNode node = all.addObject().put("layer", sender.layer()).put("head", sender.head());
      sender.measured().addTo(node);
      node.set("on_the_way", Json.parsed(sender.onTheWay().toJson()));
      if (!spec.receivers().isEmpty()) {
        node.set("received", Json.parsed(sender.received().toJson()));
      }
    }
    return document;
  }
}

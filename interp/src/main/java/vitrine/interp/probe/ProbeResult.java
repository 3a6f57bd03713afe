package vitrine.interp.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
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

/** One probe on representations from files. */
public final class ProbeResult implements Result {
  private static final Quantity CLASS = Quantity.of("class");
  private static final Quantity SAID = Quantity.of("what the probe says");
  private static final Quantity ACCURACY = Quantity.of("accuracy");

  /** More classes than these are no picture any more. */
  private static final int MOST_DRAWN = 64;

  private final Provenance provenance;
  private final ProbeKind kind;
  private final double inverseRegularization;
  private final Trial trial;
  private final int trained;
  private final int features;

  /**
   * @param inverseRegularization C, of probes that have a penalty
   * @param trained how many rows the probe was fitted to
   * @param features d
   */
  public ProbeResult(
      Provenance provenance,
      ProbeKind kind,
      double inverseRegularization,
      Trial trial,
      int trained,
      int features) {
    this.provenance = provenance;
    this.kind = kind;
    this.inverseRegularization = inverseRegularization;
    this.trial = trial;
    this.trained = trained;
    this.features = features;
  }

  public Trial trial() {
    return trial;
  }

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public String title() {
    return "A probe (%s) on %s".formatted(kind.label(), provenance.model());
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    List<Bars.Bar> bars = new ArrayList<>();
    bars.add(Bars.Bar.of("test", trial.testAccuracy()));
    bars.add(Bars.Bar.of("training", trial.trainAccuracy()));
    bars.add(Bars.Bar.of("commonest class of training", trial.majorityAccuracy()));
    Trial.Control control = trial.control();
    if (control != null) {
      bars.add(Bars.Bar.of("control labels, test", control.testAccuracy()));
    }
    pictures.add(new Bars(accuracies(), Quantity.of("on"), ACCURACY, bars));
    if (trial.classes().count() <= MOST_DRAWN) {
      pictures.add(confusion());
    }
    return pictures;
  }

  private Caption accuracies() {
    Caption caption =
        Caption.of(
            "Accuracy of the probe",
            "Each bar is the share of examples whose class the probe says; the first is what counts.");
    if (trial.probe().fit() == Probe.Fit.NOT_OPTIMAL) {
      caption =
          caption.note(
              "The probe is not the optimum: the search ended after %d iterations."
                  .formatted(trial.probe().iterations()));
    }
    OnlineCode.Length code = trial.code();
    return code == null
        ? caption
        : caption.note(
            String.format(
                Locale.ROOT,
                "The training labels take %.0f bits, %.2f times less than without representations.",
                code.bits(),
                code.compression()));
  }

  private Heatmap confusion() {
    Confusion confusion = trial.confusion();
    int count = trial.classes().count();
    double[] shares = new double[count * count];
    for (int own = 0; own < count; own++) {
      for (int said = 0; said < count; said++) {
        shares[own * count + said] =
            confusion.counts()[own][said] / (double) confusion.examples(own);
      }
    }
    List<String> names = trial.classes().labels().stream().map(String::valueOf).toList();
    return new Heatmap(
        Caption.of(
            "What was taken for what",
            "Each row is a class; its cells say what share of it the probe took for the class below."),
        SAID,
        CLASS,
        names,
        names,
        Quantity.of("share"),
        Grid.of(shares, count, count),
        new Scale.Sequential(0, 1));
  }

  /** A row a class. */
  @Override
  public Table table() {
    Confusion confusion = trial.confusion();
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int k = 0; k < trial.classes().count(); k++) {
      rows.add(
          List.of(
              Table.Cell.of(trial.classes().labels().get(k)),
              Table.Cell.of(confusion.examples(k)),
              Table.Cell.of(confusion.precision(k)),
              Table.Cell.of(confusion.recall(k)),
              Table.Cell.of(confusion.f1(k))));
    }
    return new Table(
        Caption.of(
            "Each class on the test examples",
            "Each row is a class: how much of what the probe calls so is, and how much of it is found."),
        List.of(
            CLASS,
            Quantity.of("examples"),
            Quantity.of("precision"),
            Quantity.of("recall"),
            Quantity.of("F1")),
        rows);
  }

  /**
   * {@code predicted}: the label the probe says for each test row. {@code weights}: (d,K), of a
   * linear probe.
   */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    double[] labels =
        IntStream.of(trial.predictions().predicted())
            .mapToDouble(k -> trial.classes().labels().get(k))
            .toArray();
    arrays.put("predicted", NumberArray.of(labels, labels.length));
    if (trial.probe() instanceof LinearProbe probe) {
      arrays.put("weights", NumberArray.of(probe.weights(), probe.width(), probe.classes()));
    }
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    Probe probe = trial.probe();
    document.put("kind", kind.label());
    document.put("inverse_regularization", inverseRegularization);
    document.put("train_examples", trained).put("test_examples", trial.own().length);
    document.put("features", features);
    ArrayNode labels = document.putArray("classes");
    trial.classes().labels().forEach(labels::add);
    document.put("test_accuracy", trial.testAccuracy().estimate());
    document.put("train_accuracy", trial.trainAccuracy());
    document.set("objective", Json.number(probe.objective()));
    document.put("iterations", probe.iterations());
    document.put("optimal", probe.fit() == Probe.Fit.OPTIMAL);
    document.set("test_accuracy_interval", Json.interval(trial.testAccuracy()));
    document.put("majority_accuracy", trial.majorityAccuracy());
    document.set("selectivity", Json.number(trial.selectivity()));
    Trial.Control control = trial.control();
    if (control != null) {
      document
          .putObject("control")
          .put("test_accuracy", control.testAccuracy())
          .put("train_accuracy", control.trainAccuracy());
    }
    OnlineCode.Length code = trial.code();
    if (code != null) {
      ObjectNode mdl = document.putObject("mdl");
      mdl.put("codelength_bits", code.bits()).put("uniform_bits", code.uniform());
      mdl.put("compression", code.compression());
      ArrayNode blocks = mdl.putArray("blocks_bits");
      code.blocks().forEach(blocks::add);
    }
    ArrayNode confusion = document.putArray("confusion");
    for (int[] row : trial.confusion().counts()) {
      confusion.add(Json.array(row));
    }
    ArrayNode predicted = document.putArray("predicted");
    for (int k : trial.predictions().predicted()) {
      predicted.add(trial.classes().labels().get(k));
    }
    return document;
  }
}

package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
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
import vitrine.interp.probe.Confusion;
import vitrine.interp.probe.OnlineCode;
import vitrine.interp.probe.tasks.TaskData;
import vitrine.interp.stats.Interval;

/**
 * The probes of all layers of a model, beside their controls.
 *
 * @param about what was asked
 * @param scores of the model's layers
 * @param random of the layers of a model with the same config and random weights; null without
 */
public record LayerProbesResult(
    Provenance provenance, About about, LayerScores scores, @Nullable LayerScores random)
    implements Result {
  /**
   * What was asked.
   *
   * @param task what labels are
   * @param rows what a row is, for people
   * @param kind of probe
   * @param inverseRegularization C
   * @param seed of everything random
   */
  public record About(
      String task, String rows, String kind, double inverseRegularization, long seed) {}

  /** What tests call the layers of the model with random weights. */
  static final String RANDOM = "random weights";

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public String title() {
    return "Probes for %s on the layers of %s".formatted(about.task(), provenance.model());
  }

  @Override
  public List<Picture> pictures() {
    return new LayerPictures(this).all();
  }

  /** Whether layers are judged by whole entities. */
  boolean isOfEntities() {
    return scores.test().data().scheme() == TaskData.Scheme.ENTITIES;
  }

  /** The probe of the best layer. */
  LayerProbe best() {
    return scores.layers().get(scores.best(about.seed()));
  }

  /** The best layer against all others, and against those of random weights. */
  List<LayerScores.Tested> tests() {
    List<LayerScores.Tested> tests = new ArrayList<>(scores.tests(about.seed()));
    if (random != null) {
      tests.addAll(scores.tests(random, RANDOM, about.seed()));
    }
    return tests;
  }

  /** A row a layer. */
  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    addRows(rows, "", scores);
    if (random != null) {
      addRows(rows, RANDOM + ": ", random);
    }
    return new Table(
        Caption.of(
            "The probe of each layer",
            "Each row is a layer; its numbers are of the test examples."),
        List.of(
            Quantity.of("layer"),
            Quantity.of("test accuracy"),
            Quantity.of("low"),
            Quantity.of("high"),
            Quantity.of("training accuracy"),
            Quantity.of("selectivity"),
            Quantity.of("entity F1"),
            Quantity.of("description length", "bits"),
            Quantity.of("objective")),
        rows);
  }

  private void addRows(List<List<Table.Cell>> rows, String prefix, LayerScores of) {
    for (LayerProbe probe : of.layers()) {
      OnlineCode.Length code = probe.code();
      rows.add(
          List.of(
              Table.Cell.of(prefix + probe.layer()),
              Table.Cell.of(probe.accuracy().estimate()),
              Table.Cell.of(probe.accuracy().low()),
              Table.Cell.of(probe.accuracy().high()),
              Table.Cell.of(probe.trainAccuracy()),
              Table.Cell.of(probe.selectivity()),
              Table.Cell.of(
                  probe.entities() == null ? Double.NaN : probe.score(about.seed()).estimate()),
              Table.Cell.of(code == null ? Double.NaN : code.bits()),
              Table.Cell.of(probe.fitted().objective())));
    }
  }

  /** {@code accuracy}: (layers). {@code predicted}: (layers,rows), the place of the class. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    List<LayerProbe> layers = scores.layers();
    arrays.put(
        "accuracy",
        NumberArray.of(
            layers.stream().mapToDouble(each -> each.accuracy().estimate()).toArray(),
            layers.size()));
    double[] predicted =
        layers.stream()
            .flatMapToInt(each -> java.util.Arrays.stream(each.predictions().predicted()))
            .asDoubleStream()
            .toArray();
    arrays.put("predicted", NumberArray.of(predicted, layers.size(), scores.test().count()));
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("task", about.task()).put("rows", about.rows());
    document.put("kind", about.kind()).put("inverse_regularization", about.inverseRegularization());
    document.put("train_examples", scores.train().count());
    document.put("test_examples", scores.test().count());
    document.put("train_texts", scores.train().data().texts().size());
    document.put("test_texts", scores.test().data().texts().size());
    document.set("classes", Json.strings(scores.classes().names()));
    document.put("unseen_class_examples", scores.unseenRows());
    document.put("majority_accuracy", scores.majority());
    if (hasWords()) {
      document.set("lookup_accuracy", Json.interval(scores.lookup(about.seed())));
    }
    document.set("layers", layers(scores, about.seed()));
    if (random != null) {
      document.set("random_weights", layers(random, about.seed()));
    }
    document.put("best_layer", best().layer());
    ArrayNode tests = document.putArray("tests");
    for (LayerScores.Tested tested : tests()) {
      ObjectNode node = tests.addObject();
      node.put("first", tested.first()).put("second", tested.second());
      node.set("difference", Json.number(tested.test().difference()));
      node.set("p", Json.number(tested.test().p()));
      node.set("p_holm", Json.number(tested.corrected()));
    }
    addClasses(document);
    document.set("errors", new WrongRows(scores, best()).json());
    return document;
  }

  /** Whether what is labelled are words, which may come again. */
  boolean hasWords() {
    return scores.test().data().unit() == vitrine.interp.rows.Unit.WORD;
  }

  /** The probes of all layers. */
  static ArrayNode layers(LayerScores of, long seed) {
    ArrayNode layers = Json.array();
    for (LayerProbe probe : of.layers()) {
      ObjectNode node = layers.addObject();
      node.put("layer", probe.layer());
      node.put("test_accuracy", probe.accuracy().estimate());
      node.set("test_accuracy_interval", Json.interval(probe.accuracy()));
      node.put("train_accuracy", probe.trainAccuracy());
      if (probe.entities() != null) {
        node.set("micro_f1", Json.interval(probe.score(seed)));
      }
      node.set("objective", Json.number(probe.fitted().objective()));
      node.put("iterations", probe.fitted().iterations());
      node.put("optimal", probe.fitted().optimal());
      node.set("selectivity", Json.number(probe.selectivity()));
      LayerProbe.Controlled control = probe.control();
      if (control != null) {
        Interval tested = control.testAccuracy();
        node.putObject("control")
            .put("test_accuracy", tested.estimate())
            .put("train_accuracy", control.trainAccuracy());
      }
      OnlineCode.Length code = probe.code();
      if (code != null) {
        ObjectNode mdl = node.putObject("mdl");
        mdl.put("codelength_bits", code.bits()).put("uniform_bits", code.uniform());
        mdl.put("compression", code.compression());
        ArrayNode blocks = mdl.putArray("blocks_bits");
        code.blocks().forEach(blocks::add);
      }
    }
    return layers;
  }

  private void addClasses(ObjectNode document) {
    Confusion confusion = confusion();
    ArrayNode rows = document.putArray("confusion");
    for (int[] row : confusion.counts()) {
      rows.add(Json.array(row));
    }
    ArrayNode classes = document.putArray("per_class");
    for (int k = 0; k < scores.classes().count(); k++) {
      ObjectNode node = classes.addObject();
      node.put("class", scores.classes().names().get(k)).put("examples", confusion.examples(k));
      node.set("precision", Json.number(confusion.precision(k)));
      node.set("recall", Json.number(confusion.recall(k)));
      node.set("f1", Json.number(confusion.f1(k)));
    }
  }

  /** Of the best layer. */
  Confusion confusion() {
    return LayerProbe.confusion(
        scores.classes().count(), scores.own(), best().predictions().predicted());
  }
}

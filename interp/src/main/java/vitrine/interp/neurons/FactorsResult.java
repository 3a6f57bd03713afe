package vitrine.interp.neurons;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
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

/** The factors of a matrix, or of the neurons of some texts. */
public final class FactorsResult implements Result {
  /** Of each factor. */
  private static final int TOP_COLUMNS = 10;

  private final Provenance provenance;
  private final Subject subject;
  private final List<FactorSpec> specs;
  private final List<Factors> sweep;

  FactorsResult(
      Provenance provenance, Subject subject, List<FactorSpec> specs, List<Factors> sweep) {
    this.provenance = provenance;
    this.subject = subject;
    this.specs = List.copyOf(specs);
    this.sweep = List.copyOf(sweep);
  }

  /**
   * The factors of a file.
   *
   * @param specs one for each number of factors; the last one's factors are kept
   * @param version of the program that asks, for the record
   */
  public static FactorsResult of(
      Subject.File file, NonNegative matrix, List<FactorSpec> specs, String version) {
    Provenance provenance =
        new Provenance(
            file.path(),
            file.hash(),
            version,
            "none",
            "float64",
            "none",
            "none",
            specs.getFirst().seed(),
            Json.object());
    return new FactorsResult(
        provenance,
        file,
        specs,
        specs.stream().map(spec -> Factorisation.of(matrix, spec)).toList());
  }

  /** The factors that are kept. */
  public Factors factors() {
    return sweep.getLast();
  }

  /** For each number of factors that was tried. */
  public List<Factors> sweep() {
    return sweep;
  }

  /** What was taken apart. */
  public Subject subject() {
    return subject;
  }

  /** A factor's columns with the largest numbers, the largest first; none that it lacks. */
  List<Integer> top(int factor) {
    Factors kept = factors();
    return IntStream.range(0, kept.columns())
        .filter(column -> pattern(factor, column) > 0)
        .boxed()
        .sorted(
            Comparator.comparingDouble(
                column -> -kept.patterns()[factor * kept.columns() + column]))
        .limit(TOP_COLUMNS)
        .toList();
  }

  double pattern(int factor, int column) {
    return factors().patterns()[factor * factors().columns() + column];
  }

  double mix(int row, int factor) {
    return factors().mixes()[row * factors().count() + factor];
  }

  String column(int column) {
    return switch (subject) {
      case Subject.File _ -> Integer.toString(column);
      case Subject.Neurons neurons -> neurons.name(column);
    };
  }

  @Override
  public String name() {
    return "neurons";
  }

  @Override
  public String title() {
    return factors().count() + " factors of " + provenance.model();
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    return new FactorPictures(this).all();
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int factor = 0; factor < factors().count(); factor++) {
      for (int column : top(factor)) {
        rows.add(
            List.of(
                Table.Cell.of(factor),
                Table.Cell.of(column(column)),
                Table.Cell.of(pattern(factor, column))));
      }
    }
    return new Table(
        Caption.of(
            "What each factor is made of", "Each row is one of the largest columns of a factor."),
        List.of(
            Quantity.of("factor"),
            Quantity.of(subject instanceof Subject.File ? "column" : "neuron"),
            Quantity.of("weight")),
        rows);
  }

  /** {@code W}: (rows,K). {@code H}: (K,columns). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    Factors kept = factors();
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("W", NumberArray.of(kept.mixes(), kept.rows(), kept.count()));
    arrays.put("H", NumberArray.of(kept.patterns(), kept.count(), kept.columns()));
    return arrays;
  }

  /** Of a file only what was found: other programs read it. */
  @Override
  public ObjectNode document() {
    return switch (subject) {
      case Subject.File _ -> findings();
      case Subject.Neurons _ -> Result.super.document();
    };
  }

  @Override
  public ObjectNode findings() {
    Factors kept = factors();
    FactorSpec spec = specs.getLast();
    ObjectNode document = Json.object();
    document.put("reconstruction_error", kept.error());
    document.put("iterations", kept.iterations());
    document.put("factors", kept.count());
    document.put("explained", kept.explained());
    document.put("algorithm", spec.algorithm().label());
    document.put("start", kept.start().label());
    document.putObject("shape").put("rows", kept.rows()).put("columns", kept.columns());
    if (sweep.size() > 1) {
      ArrayNode all = document.putArray("sweep");
      for (Factors each : sweep) {
        all.addObject()
            .put("factors", each.count())
            .put("reconstruction_error", each.error())
            .put("explained", each.explained())
            .put("iterations", each.iterations());
      }
    }
    switch (subject) {
      case Subject.File(String path, String hash) ->
          document.putObject("matrix").put("path", path).put("hash", hash);
      case Subject.Neurons neurons -> neurons(neurons, document);
    }
    return document;
  }

  private void neurons(Subject.Neurons neurons, ObjectNode document) {
    document.set("layers", layers(neurons));
    document.put("neurons", neurons.neurons());
    document.put("clipped", neurons.clipped());
    document.put("clipped_share_of_squares", neurons.lost());
    ArrayNode texts = document.putArray("texts");
    int row = 0;
    for (int text = 0; text < neurons.texts().count(); text++) {
      List<String> tokens = neurons.texts().tokens().get(text);
      ObjectNode node = texts.addObject();
      node.set("tokens", Json.strings(tokens));
      ArrayNode lines = node.putArray("factors");
      for (int factor = 0; factor < factors().count(); factor++) {
        ArrayNode line = lines.addArray();
        for (int t = 0; t < tokens.size(); t++) {
          line.add(mix(row + t, factor));
        }
      }
      row += tokens.size();
    }
    ArrayNode top = document.putArray("top_neurons");
    for (int factor = 0; factor < factors().count(); factor++) {
      ArrayNode of = top.addArray();
      for (int column : top(factor)) {
        of.addObject()
            .put("layer", neurons.layers().get(column / neurons.neurons()))
            .put("neuron", column % neurons.neurons())
            .put("weight", pattern(factor, column));
      }
    }
  }

  private static ArrayNode layers(Subject.Neurons neurons) {
    return Json.array(neurons.layers().stream().mapToInt(Integer::intValue).toArray());
  }
}

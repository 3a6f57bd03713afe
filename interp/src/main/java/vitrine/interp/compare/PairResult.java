package vitrine.interp.compare;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.Finding;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;

/** Two matrices from files, by some measures. */
public final class PairResult implements Result {
  private static final Quantity SIMILARITY = Quantity.of("similarity");

  private final MatrixFile x;
  private final MatrixFile y;
  private final List<MatrixFile> also;
  private final Comparison comparison;
  private final Options options;
  private final String version;

  private PairResult(
      MatrixFile x,
      MatrixFile y,
      List<MatrixFile> also,
      Comparison comparison,
      Options options,
      String version) {
    this.x = x;
    this.y = y;
    this.also = List.copyOf(also);
    this.comparison = comparison;
    this.options = options;
    this.version = version;
  }

  /**
   * Compares.
   *
   * @param also further sides, for {@code min-correlation}
   * @param threads of the draws; results do not depend on it
   * @param version of the program that asks, for the record
   */
  public static PairResult of(
      MatrixFile x,
      MatrixFile y,
      List<MatrixFile> also,
      List<Measure> measures,
      Options options,
      int threads,
      String version) {
    return new PairResult(
        x,
        y,
        also,
        Comparison.of(
            x.activations(),
            y.activations(),
            also.stream().map(MatrixFile::activations).toList(),
            measures,
            options,
            threads),
        options,
        version);
  }

  /** What was found. */
  public Comparison comparison() {
    return comparison;
  }

  @Override
  public String name() {
    return "compare";
  }

  @Override
  public String title() {
    return "How alike " + x.path() + " and " + y.path() + " are";
  }

  /** No model ran: the files, and the arithmetic of the measures. */
  @Override
  public Provenance provenance() {
    return new Provenance(
        joined(MatrixFile::path),
        joined(MatrixFile::hash),
        version,
        "none",
        "float64",
        "none",
        "none",
        options.seed(),
        Json.object());
  }

  private String joined(Function<MatrixFile, String> part) {
    return Stream.concat(Stream.of(x, y), also.stream()).map(part).collect(joining(", "));
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    Caption caption =
        Caption.of(
            "Similarity by each measure",
            "Each bar is a measure, 1 for alike; its whisker is a 95% bootstrap interval over rows.");
    for (String warning : comparison.warnings()) {
      caption = caption.note(warning + ".");
    }
    for (Finding finding : comparison.findings()) {
      if (finding.baseline().mean() >= 0.1) {
        caption =
            caption.note(
                "%s is %s with shuffled rows."
                    .formatted(finding.measure().label(), rounded(finding.baseline().mean())));
      }
    }
    pictures.add(
        new Bars(
            caption,
            Quantity.of("measure"),
            SIMILARITY,
            comparison.findings().stream()
                .map(finding -> Bars.Bar.of(finding.measure().label(), finding.interval()))
                .toList()));
    Comparison.Canonical canonical = comparison.extras().canonical();
    if (canonical != null && canonical.rho().length > 1) {
      pictures.add(coefficients(canonical.rho()));
    }
    return pictures;
  }

  private static String rounded(double value) {
    return String.format(java.util.Locale.ROOT, "%.2f", value);
  }

  private static Lines coefficients(double[] rho) {
    List<Lines.Point> points = new ArrayList<>();
    for (int i = 0; i < rho.length; i++) {
      points.add(Lines.Point.of(i + 1, rho[i]));
    }
    return new Lines(
        Caption.of(
            "Canonical correlations",
            "From left to right the directions that the two have in common, best first."),
        Quantity.of("direction"),
        Quantity.of("correlation"),
        List.of(new Lines.Series("rho", points)));
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Finding finding : comparison.findings()) {
      rows.add(
          List.of(
              Table.Cell.of(finding.measure().label()),
              Table.Cell.of(finding.interval().n()),
              Table.Cell.of(finding.estimate()),
              Table.Cell.of(finding.interval().low()),
              Table.Cell.of(finding.interval().high()),
              Table.Cell.of(finding.spread().resamples()),
              Table.Cell.of(finding.baseline().mean()),
              Table.Cell.of(finding.baseline().high()),
              Table.Cell.of(finding.baseline().p()),
              Table.Cell.of(finding.baseline().shuffles())));
    }
    return new Table(
        Caption.of("Similarity", "Each row is a measure, with its interval and what chance gives."),
        List.of(
            Quantity.of("measure"),
            Quantity.of("rows"),
            SIMILARITY,
            Quantity.of("low"),
            Quantity.of("high"),
            Quantity.of("resamples"),
            Quantity.of("shuffled mean"),
            Quantity.of("shuffled 95%"),
            Quantity.of("p"),
            Quantity.of("shuffles")),
        rows);
  }

  /** {@code metrics}: one number a measure. {@code cca}: all canonical correlations, if taken. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    double[] numbers = comparison.findings().stream().mapToDouble(Finding::estimate).toArray();
    arrays.put("metrics", NumberArray.of(numbers, numbers.length));
    Comparison.Canonical canonical = comparison.extras().canonical();
    if (canonical != null) {
      arrays.put("cca", NumberArray.of(canonical.rho(), canonical.rho().length));
    }
    return arrays;
  }

  /** {@code {"metrics":{..},"details":{..}}}: a fixed form, which other programs read. */
  @Override
  public ObjectNode document() {
    return findings();
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    ObjectNode metrics = document.putObject("metrics");
    for (Finding finding : comparison.findings()) {
      metrics.set(finding.measure().label(), Json.number(finding.estimate()));
    }
    document.set("details", new PairDetails(x, y, also, comparison, options, version).json());
    return document;
  }
}

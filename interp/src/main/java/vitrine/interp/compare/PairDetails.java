package vitrine.interp.compare;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.Finding;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;
import vitrine.interp.io.Json;

/** The part of a pair's JSON that is more than plain numbers. */
final class PairDetails {
  private final MatrixFile x;
  private final MatrixFile y;
  private final List<MatrixFile> also;
  private final Comparison comparison;
  private final Options options;
  private final String version;

  PairDetails(
      MatrixFile x,
      MatrixFile y,
      List<MatrixFile> also,
      Comparison comparison,
      Options options,
      String version) {
    this.x = x;
    this.y = y;
    this.also = also;
    this.comparison = comparison;
    this.options = options;
    this.version = version;
  }

  ObjectNode json() {
    ObjectNode details = Json.object();
    details.put("n", comparison.x().rows());
    ObjectNode ofX = side(x);
    ObjectNode ofY = side(y);
    Comparison.Ranks ranks = comparison.extras().ranks();
    if (ranks != null) {
      ofX.put("rank", ranks.x());
      ofY.put("rank", ranks.y());
    }
    details.set("x", ofX);
    details.set("y", ofY);
    if (!also.isEmpty()) {
      ArrayNode sides = details.putArray("also");
      also.forEach(file -> sides.add(side(file)));
    }
    details.put("seed", options.seed());
    details.put("rank_tolerance", options.tolerance());
    details.put("version", version);
    details.set("warnings", Json.strings(comparison.warnings()));
    ObjectNode measures = details.putObject("measures");
    for (Finding finding : comparison.findings()) {
      ObjectNode node = measures.putObject(finding.measure().label());
      node.set("interval", interval(finding));
      node.set("shuffled", shuffled(finding.baseline()));
      addOwn(node, finding.measure());
    }
    return details;
  }

  private static ObjectNode side(MatrixFile file) {
    return Json.object()
        .put("path", file.path())
        .put("sha256", file.hash())
        .put("rows", file.activations().rows())
        .put("columns", file.activations().columns())
        .put("constant_columns", file.activations().constantColumns());
  }

  private static ObjectNode interval(Finding finding) {
    ObjectNode node = Json.interval(finding.interval());
    node.put("resamples", finding.spread().resamples());
    node.put("rows_of_a_resample", finding.spread().rows());
    node.set("bias", Json.number(finding.spread().bias()));
    return node;
  }

  private static ObjectNode shuffled(Finding.Baseline baseline) {
    ObjectNode node =
        Json.object().put("shuffles", baseline.shuffles()).put("rows", baseline.rows());
    node.set("mean", Json.number(baseline.mean()));
    node.set("p95", Json.number(baseline.high()));
    node.set("p", Json.number(baseline.p()));
    return node;
  }

  private void addOwn(ObjectNode node, Measure measure) {
    Comparison.Extras extras = comparison.extras();
    for (Comparison.Reverse reverse : extras.reverse()) {
      if (reverse.measure() == measure) {
        node.set("from_y", Json.number(reverse.value()));
      }
    }
    for (Comparison.Units units : extras.units()) {
      if (units.measure() == measure) {
        node.set("units_of_x", numbers(units.values()));
      }
    }
    switch (measure) {
      case CCA -> addCanonical(node, extras.canonical());
      case SVCCA -> addKept(node, extras.kept());
      case PWCCA -> node.put("weights", "of x; from_y has those of y");
      case CKA_LINEAR, CKA_UNBIASED -> node.put("kernel", "linear");
      case CKA_RBF -> addBandwidth(node, extras.median());
      case RSA ->
          node.put("dissimilarity", words(options.dissimilarity()))
              .put("agreement", words(options.agreement()));
      case NEIGHBOURS -> node.put("neighbours", options.neighbours()).put("by", "cosine");
      case PROCRUSTES, MAX_CORRELATION, MIN_CORRELATION, REGRESSION -> {}
    }
  }

  private static String words(Options.Dissimilarity kind) {
    return switch (kind) {
      case PEARSON -> "1 - pearson";
      case COSINE -> "1 - cosine";
      case EUCLIDEAN -> "euclidean";
    };
  }

  private static String words(Options.Agreement kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static void addCanonical(ObjectNode node, Comparison.@Nullable Canonical canonical) {
    if (canonical != null) {
      node.set("r2", Json.number(canonical.rSquared()));
      node.set("coefficients", numbers(canonical.rho()));
    }
  }

  private void addKept(ObjectNode node, Comparison.@Nullable Kept kept) {
    node.put("keeps", options.keep().words());
    if (kept != null) {
      node.put("kept_x", kept.x()).put("kept_y", kept.y());
      node.set("coefficients", numbers(kept.rho()));
    }
  }

  private void addBandwidth(ObjectNode node, Comparison.@Nullable Median median) {
    node.put("kernel", "exp(-d^2 / (2 f^2 m))").put("f", options.fraction());
    node.put("median_of", "all n x n squared distances, zeros included");
    if (median != null) {
      node.set("median_x", Json.number(median.x()));
      node.set("median_y", Json.number(median.y()));
    }
  }

  private static ArrayNode numbers(double[] values) {
    ArrayNode array = Json.array();
    for (double value : values) {
      array.add(Json.number(value));
    }
    return array;
  }
}

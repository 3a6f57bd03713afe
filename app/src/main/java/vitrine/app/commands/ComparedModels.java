package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;
import vitrine.engine.data.TooLong;
import vitrine.interp.Result;
import vitrine.interp.compare.CheckpointsResult;
import vitrine.interp.compare.GridResult;
import vitrine.interp.compare.GridSpec;
import vitrine.interp.compare.HeadGrid;
import vitrine.interp.compare.LayerGrid;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.rows.Passage;
import vitrine.kernels.Precision;

/** The models that {@code compare} runs. */
final class ComparedModels {
  private static final int USUAL_GROUPS = 10;

  /** Rows of which all pairs are looked at, a matrix for every pair of layers. */
  private static final int USUAL_SAMPLE = 1000;

  private static final Pattern STEP = Pattern.compile("(\\d{1,9})\\D*$");

  @Option(
      names = "--other",
      paramLabel = "DIR|NAME",
      converter = Converters.NotBlank.class,
      description = "The other model; --model's own layers if not given.")
  private @Nullable String other;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      converter = Converters.NotBlank.class,
      description = {
        "A model on the way to --model, to be compared with it layer by layer; may be given several",
        "times, in order."
      })
  private List<String> checkpoints = new ArrayList<>();

  @Option(
      names = "--site",
      paramLabel = "SITE",
      converter = Converters.NotBlank.class,
      description =
          "What is read in every block: resid_post (if not given), attn_out, mlp_out, mlp.post...")
  private @Nullable String site;

  @Option(names = "--same-layers", description = "Only layers of the same place, as a curve.")
  private boolean sameLayers;

  @Option(
      names = "--heads",
      description = "Heads instead of layers, by what they look at (Jensen-Shannon, Pearson).")
  private boolean heads;

  @Option(
      names = "--groups",
      paramLabel = "G",
      converter = Converters.Count.class,
      description = {
        "Of texts, drawn by the seed, for the intervals: each is left out in turn. 10; 1 for none.",
        "If given, intervals of all measures, however long decompositions take."
      })
  private @Nullable Integer groups;

  @Option(
      names = "--truncate",
      description = "Cut texts that are longer than the model's positions.")
  private boolean truncate;

  /** The first option that was given; null of none. */
  @Nullable String firstGiven() {
    return other != null
        ? "--other"
        : !checkpoints.isEmpty()
            ? "--checkpoint"
            : site != null
                ? "--site"
                : sameLayers
                    ? "--same-layers"
                    : heads
                        ? "--heads"
                        : groups != null ? "--groups" : truncate ? "--truncate" : null;
  }

  /** What means nothing to heads is refused, and not overlooked. */
  private void requireNothingOfLayers(ComparedTexts texts, MeasureOptions measures) {
    String given =
        measures.given() != null
            ? measures.given()
            : site != null
                ? "--site"
                : sameLayers
                    ? "--same-layers"
                    : groups != null ? "--groups" : texts.saysUnit() ? "--unit" : null;
    if (heads && given != null) {
      throw new UsageException(
          "compare: --heads: given with %s; expected without, as heads are compared by what they look at, token by token. See: vitrine help compare"
              .formatted(given));
    }
  }

  /** Runs what was asked for. */
  Result run(
      Common common,
      Precision precision,
      ComparedTexts.Sides sides,
      ComparedTexts texts,
      MeasureOptions measures,
      Console console) {
    if (!checkpoints.isEmpty() && (other != null || !sides.areOne())) {
      throw new UsageException(
          "compare: --checkpoint: given with another model or language; expected one of them. See: vitrine help compare");
    }
    if (heads && (!checkpoints.isEmpty() || !sides.areOne())) {
      throw new UsageException(
          "compare: --heads: given with --checkpoint or another language; expected one set of texts. See: vitrine help compare");
    }
    requireNothingOfLayers(texts, measures);
    int models = other == null && checkpoints.isEmpty() ? 1 : 2;
    List<Measure> chosen = measures.measures(List.of(Measure.CKA_LINEAR, Measure.SVCCA));
    GridSpec spec =
        new GridSpec(
            site == null ? "resid_post" : site,
            texts.unit(texts.usualUnit(sides, models)),
            sameLayers || !checkpoints.isEmpty() ? GridSpec.Pairs.SAME : GridSpec.Pairs.ALL,
            chosen,
            measures.optionsOfModels(common.seed(), USUAL_SAMPLE, chosen),
            groups == null
                ? new GridSpec.Groups(USUAL_GROUPS, GridSpec.Intervals.QUICK)
                : new GridSpec.Groups(groups, GridSpec.Intervals.ALL));
    try (LoadedModel model = LoadedModel.open(common, precision, Optional.empty(), console::note)) {
      LayerGrid.Side x = side(model, texts.labelX(model.files().name()), sides.x());
      if (!checkpoints.isEmpty()) {
        return checkpoints(common, precision, x, spec, console);
      }
      if (other == null) {
        LayerGrid.Side y =
            sides.areOne() ? x : side(model, texts.labelY(model.files().name()), sides.y());
        return heads ? heads(x, y, spec, common) : grid(x, y, spec, common);
      }
      try (LoadedModel second = open(other, common, precision, console)) {
        LayerGrid.Side y = side(second, texts.labelY(second.files().name()), sides.y());
        return heads ? heads(x, y, spec, common) : grid(x, y, spec, common);
      }
    }
  }

  private static LoadedModel open(
      String name, Common common, Precision precision, Console console) {
    return LoadedModel.open(
        new ModelSource(name), common, precision, Optional.empty(), console::note);
  }

  private Result checkpoints(
      Common common, Precision precision, LayerGrid.Side last, GridSpec spec, Console console) {
    List<CheckpointsResult.Point> points = new ArrayList<>();
    for (String name : checkpoints) {
      try (LoadedModel model = open(name, common, precision, console)) {
        points.add(
            new CheckpointsResult.Point(
                name,
                place(name, points.size()),
                grid(side(model, name, last.passages()), last, spec, common)));
      }
    }
    return new CheckpointsResult(points);
  }

  /** The last number in all names, where there is one in all; else how many came before. */
  private double place(String name, int before) {
    boolean numbered = checkpoints.stream().allMatch(each -> STEP.matcher(each).find());
    Matcher matcher = STEP.matcher(name);
    return numbered && matcher.find() ? Double.parseDouble(matcher.group(1)) : before;
  }

  private LayerGrid.Side side(LoadedModel model, String label, List<Passage> passages) {
    return new LayerGrid.Side(
        label,
        model.model(),
        model.files(),
        model.tokenizer("compare"),
        passages,
        truncate ? TooLong.CUT : TooLong.REFUSE);
  }

  private Result heads(LayerGrid.Side x, LayerGrid.Side y, GridSpec spec, Common common) {
    return HeadGrid.run(x, y, spec.options().seed(), common.threads(), Version.OF_THIS_BUILD);
  }

  private static GridResult grid(LayerGrid.Side x, LayerGrid.Side y, GridSpec spec, Common common) {
    Memory.require(
        "compare",
        LayerGrid.bytes(x, y, spec),
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Choose fewer --groups, --same-layers, or a smaller --sample");
    return LayerGrid.run(x, y, spec, common.threads(), Version.OF_THIS_BUILD, done -> {});
  }
}

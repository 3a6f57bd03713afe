package vitrine.app.commands;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.training.StartingPoint;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.probe.ProbeKind;
import vitrine.interp.probe.layers.LayerProbes;
import vitrine.interp.probe.layers.LayerProbesResult;
import vitrine.interp.probe.layers.LayerScores;
import vitrine.interp.probe.layers.SweepResult;
import vitrine.interp.probe.structure.Structure;
import vitrine.interp.probe.structure.StructureResult;
import vitrine.interp.rows.Pooling;
import vitrine.interp.rows.Reader;
import vitrine.interp.rows.Unit;

/** The options of probes on the layers of a model. */
final class ProbedModel {
  private static final String RESIDUAL = "resid_post";
  private static final int USUAL_RANK = 64;

  @Option(
      names = "--layers",
      paramLabel = "LIST",
      converter = Converters.NotBlank.class,
      description = {
        "Blocks to read, as all, 3, 0..4 or {0,5}; all if not given. The embeddings are always read."
      })
  private String layers = "all";

  @Option(
      names = "--site",
      paramLabel = "SITE",
      converter = Converters.NotBlank.class,
      description = {
        "What is read in every block: resid_post (if not given), attn_out, mlp.post, attn.z..."
      })
  private String site = RESIDUAL;

  @Option(
      names = "--pooling",
      paramLabel = "NAME",
      converter = Converters.NotBlank.class,
      description = {
        "How tokens become a row: mean (if not given), max, first or last; of a word its pieces, of a",
        "sentence all tokens of its words for mean and max, else the model's first or last token."
      })
  private String pooling = "mean";

  @Option(names = "--no-control", description = "Leave out the control task, which takes as long.")
  private boolean noControl;

  @Option(names = "--mdl", description = "Also code the training labels online, in 11 blocks.")
  private boolean mdl;

  @Option(
      names = "--random-weights",
      description = "Also probe a model of the same config with random weights.")
  private boolean random;

  @Option(
      names = "--sweep",
      paramLabel = "KIND:N,N,...",
      converter = Converters.NotBlank.class,
      description = "Probes of growing capacity: rank:1,2,4,... or mlp:8,16,...")
  private @Nullable String sweep;

  @Option(
      names = "--learning-curve",
      paramLabel = "N,N,...",
      split = ",",
      converter = Converters.Count.class,
      description = "Probes trained with the first so many training examples.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--rank",
      paramLabel = "R",
      converter = Converters.Count.class,
      description = "Of the map of --task trees; 64.")
  private int rank = USUAL_RANK;

  @Option(
      names = "--truncate",
      description = "Cut texts that are longer than the model's positions.")
  private boolean truncate;

  @Option(
      names = "--scratch",
      paramLabel = "DIR",
      converter = Converters.AnyPath.class,
      description = "Where the rows of all layers may be kept while it runs.")
  private @Nullable Path scratch;

  @Mixin private final WeightsOption weights = new WeightsOption();

  /** Probes for labels: runs the model, trains, tests. */
  Result run(
      Common common,
      ProbedTask.Pair task,
      ProbeKind kind,
      double inverseRegularization,
      Console console) {
    Unit unit = task.train().unit();
    Sweep sweep = sweep(kind, inverseRegularization, common.seed());
    try (LoadedModel loaded = open(common, console)) {
      Probing probing = probing(common, loaded, unit, console);
      List<LayerProbes.Spec> specs =
          sweep.steps().stream().map(step -> spec(common, unit, step)).toList();
      List<LayerScores> scores = probing.labels(loaded.model(), "", task, specs);
      LayerProbesResult.About about =
          new LayerProbesResult.About(
              task.name(),
              "%s of the tokens of a %s"
                  .formatted(pooling, unit == Unit.WORD ? "word" : "sentence"),
              sweep.kind(),
              inverseRegularization,
              common.seed());
      if (!sweep.across().isEmpty()) {
        List<SweepResult.Point> points = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
          points.add(new SweepResult.Point(sweep.steps().get(i).x(), scores.get(i)));
        }
        return new SweepResult(provenance(loaded, common), about, sweep.across(), points);
      }
      LayerScores ofRandom = null;
      if (random) {
        try (Model model = fresh(loaded, common, console)) {
          ofRandom = probing.labels(model, RANDOM, task, specs).getFirst();
        }
      }
      return new LayerProbesResult(provenance(loaded, common), about, scores.getFirst(), ofRandom);
    }
  }

  /**
   * What is trained, once or several times.
   *
   * @param kind of probe, for people
   * @param across what grows; empty where nothing does
   */
  private record Sweep(String kind, String across, List<Step> steps) {}

  /** One of them. */
  private record Step(int x, ProbeKind kind, int examples) {}

  private Sweep sweep(ProbeKind kind, double inverseRegularization, long seed) {
    boolean isCurve = sweep != null || !sizes.isEmpty();
    if ((sweep != null && !sizes.isEmpty()) || (isCurve && random)) {
      throw new UsageException(
          "probe: --sweep, --learning-curve, --random-weights: more than one given; expected one of them. See: vitrine help probe");
    }
    if (!sizes.isEmpty()) {
      return new Sweep(
          kind.label(),
          "training examples",
          sizes.stream().map(size -> new Step(size, kind, size)).toList());
    }
    if (sweep == null) {
      return new Sweep(kind.label(), "", List.of(new Step(1, kind, Integer.MAX_VALUE)));
    }
    String name = sweep.substring(0, Math.max(0, sweep.indexOf(':')));
    List<Step> steps = new ArrayList<>();
    for (String size : sweep.substring(sweep.indexOf(':') + 1).split(",", -1)) {
      ProbeKind sized = ProbeKind.of(name + ":" + size, inverseRegularization, seed);
      steps.add(new Step(Integer.parseInt(size), sized, Integer.MAX_VALUE));
    }
    return new Sweep(name, name.equals("rank") ? "rank" : "hidden units", steps);
  }

  private LayerProbes.Spec spec(Common common, Unit unit, Step step) {
    return new LayerProbes.Spec(
        step.kind(),
        noControl || unit != Unit.WORD
            ? LayerProbes.Controls.NONE
            : LayerProbes.Controls.WORD_TYPES,
        mdl ? LayerProbes.Coding.ONLINE : LayerProbes.Coding.NONE,
        step.examples(),
        common.seed(),
        common.threads());
  }

  private static final String RANDOM = "random weights: ";

  /** Structural probes: runs the model, trains, tests. */
  Result run(Common common, ProbedTask.Trees trees, Console console) {
    try (LoadedModel loaded = open(common, console)) {
      Structure.Spec spec = new Structure.Spec(rank, common.seed(), common.threads());
      Probing probing = probing(common, loaded, Unit.WORD, console);
      Probing.OfTrees found = probing.trees(loaded.model(), "", trees, spec);
      Structure.Layers ofRandom = null;
      if (random) {
        try (Model model = fresh(loaded, common, console)) {
          ofRandom = probing.trees(model, RANDOM, trees, spec).layers();
        }
      }
      return new StructureResult(
          provenance(loaded, common),
          new StructureResult.About(spec, found.test(), found.trained(), found.dropped()),
          found.layers(),
          ofRandom);
    }
  }

  private LoadedModel open(Common common, Console console) {
    how(); // what is wrong with an option is said before a model is read
    return LoadedModel.open(common, weights.precision(), Optional.empty(), console::note);
  }

  private Probing probing(Common common, LoadedModel loaded, Unit unit, Console console) {
    return new Probing(
        common,
        loaded.tokenizer("probe"),
        sites(),
        unit,
        how(),
        truncate ? TooLong.CUT : TooLong.REFUSE,
        scratch == null ? Path.of(System.getProperty("java.io.tmpdir")) : scratch,
        console);
  }

  private Provenance provenance(LoadedModel loaded, Common common) {
    Reader reader = new Reader("probe", loaded.model(), sites());
    Provenance of =
        Provenance.of(loaded.files(), loaded.model(), Version.OF_THIS_BUILD, reader.plan());
    return new Provenance(
        of.model(),
        of.hash(),
        of.version(),
        of.backend(),
        of.arithmetic(),
        of.weights(),
        of.task(),
        common.seed(),
        of.plan());
  }

  /** A model of the same config that was never trained. */
  private static Model fresh(LoadedModel loaded, Common common, Console console) {
    return StartingPoint.newModel(
            loaded.files().config().toString(),
            loaded.model().architecture().head(),
            Optional.of(loaded.tokenizer("probe")),
            common.seed())
        .load(loaded.kernels(), console::note);
  }

  private Pooling how() {
    return Arrays.stream(Pooling.values())
        .filter(each -> each.label().equals(pooling))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "probe: --pooling: %s; expected mean, max, first or last. See: vitrine help probe"
                    .formatted(pooling)));
  }

  /** The embeddings first: what a layer knows that the words alone do not tell. */
  private List<Site> sites() {
    String blocks = layers.equals("all") ? "*" : layers;
    return List.of(Site.embedOut(), Site.parse("blocks." + blocks + "." + site));
  }
}

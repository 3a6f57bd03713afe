package vitrine.interp.patching;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;
import vitrine.interp.stats.Resampling;

/**
 * Path patching (Wang et al. 2022, "Interpretability in the Wild", section 3.1 and appendix B;
 * Goldowsky-Dill et al. 2023): what a head tells a later head, or the logits, directly.
 *
 * <p>With {@code base} the run that is patched and {@code source} the other one, for each sender h
 * of layer l and a set R of receivers (queries, keys or values of heads):
 *
 * <ol>
 *   <li>Base and source are run; of both every head's output z is kept.
 *   <li>The base prompt is run with h's z from source, and the z of every head of the layers after
 *       l, up to the highest receiver, as base has it: no other head passes anything on. LayerNorms
 *       are computed anew. So are MLPs ({@link PathSpec.Mlps#RECOMPUTED}, the default, since the
 *       paper counts them as part of the direct path), or they too give what they gave in base.
 *       What the receivers get in this run is kept: R's q, k or v.
 *   <li>The base prompt is run with R's q, k or v from step 2; all else is computed anew. The
 *       metric of this run is the result.
 * </ol>
 *
 * For the logits as receiver the run of step 2, with all later heads frozen, is the result.
 *
 * <p>The paper patches the clean run with corrupted values ({@link Direction#NOISE}). Senders are
 * patched at all positions. What it does not tell: what a head tells another by way of a third one.
 */
public final class PathPatching {
  private final PathSpec spec;
  private final Architecture architecture;
  private final int[][] senders;

  private PathPatching(Architecture architecture, PathSpec spec) {
    this.spec = spec;
    this.architecture = architecture;
    this.senders = spec.senders(architecture);
  }

  /**
   * Patches the path from every sender in turn.
   *
   * @param source where the model came from, for the record
   * @param pairs at least one; over several, means with bootstrap intervals
   * @param version of the program that asks, for the record
   * @param progress told after each pair
   * @throws InputException when the model has no such layer or head, or no sender stands below a
   *     receiver
   */
  public static PathResult run(
      Model model,
      ModelFiles source,
      List<PromptPair> pairs,
      PathSpec spec,
      String version,
      Patching.Progress progress) {
    if (pairs.isEmpty()) {
      throw new InputException("patch: no pair; expected at least one.");
    }
    spec.validate(model.architecture());
    PathPatching patching = new PathPatching(model.architecture(), spec);
    double[] clean = new double[pairs.size()];
    double[] corrupted = new double[pairs.size()];
    double[][] metrics = new double[patching.senders.length][pairs.size()];
    for (int at = 0; at < pairs.size(); at++) {
      try (PairRuns runs = PairRuns.open(model, pairs.get(at), spec.direction(), spec.limits())) {
        clean[at] = runs.clean();
        corrupted[at] = runs.corrupted();
        double[] found = patching.of(runs);
        for (int sender = 0; sender < found.length; sender++) {
          metrics[sender][at] = found[sender];
        }
      }
      progress.done(at + 1, pairs.size());
    }
    Normaliser normaliser = new Normaliser(clean, corrupted, Resampling.seeded(spec.seed()));
    List<PathResult.Sender> effects = new ArrayList<>();
    for (int sender = 0; sender < metrics.length; sender++) {
      effects.add(
          new PathResult.Sender(
              patching.senders[sender][0],
              patching.senders[sender][1],
              normaliser.of(metrics[sender]),
              patching.onTheWay(sender),
              patching.received(sender)));
    }
    Plan plan =
        Plan.of(model.architecture()).read(patching.kept().toArray(Site[]::new)).seed(spec.seed());
    return new PathResult(
        Provenance.of(source, model, version, plan),
        spec,
        pairs,
        clean,
        corrupted,
        normaliser,
        effects,
        model.architecture().layers(),
        model.architecture().heads());
  }

  /** The metric of each sender's path. */
  private double[] of(PairRuns runs) {
    runs.read(spec.direction().source(), List.of(Site.z(Layers.ALL)));
    runs.read(spec.direction().base(), kept());
    List<Plan> first = new ArrayList<>();
    List<Plan> second = new ArrayList<>();
    for (int sender = 0; sender < senders.length; sender++) {
      first.add(onTheWay(sender));
      second.add(received(sender));
    }
    double[] direct =
        runs.metrics(
            first,
            (sender, trace) -> {
              if (!spec.receivers().isEmpty()) {
                runs.stored().keep(directory(sender), trace);
              }
            });
    return spec.receivers().isEmpty() ? direct : runs.metrics(second);
  }

  /** What freezing needs of the base run. */
  private List<Site> kept() {
    return switch (spec.mlps()) {
      case RECOMPUTED -> List.of(Site.z(Layers.ALL));
      case FROZEN -> List.of(Site.z(Layers.ALL), Site.mlpOut(Layers.ALL));
    };
  }

  /** Step 2: the sender from source, the others as in base. */
  private Plan onTheWay(int sender) {
    int layer = senders[sender][0];
    Path base = spec.direction().base().directory();
    Plan plan =
        Plan.of(architecture)
            .edit(
                PathSpec.sender(layer, senders[sender][1]),
                Edit.from(spec.direction().source().directory()));
    for (int later = layer; later < spec.end(architecture); later++) {
      if (later > layer) {
        plan = plan.edit(Site.z(later), Edit.from(base));
      }
      if (spec.mlps() == PathSpec.Mlps.FROZEN) {
        plan = plan.edit(Site.mlpOut(later), Edit.from(base));
      }
    }
    return plan.read(spec.each(architecture).toArray(Site[]::new));
  }

  /** Step 3: the receivers as step 2 had them. */
  private Plan received(int sender) {
    Plan plan = Plan.of(architecture);
    for (Site receiver : spec.each(architecture)) {
      plan = plan.edit(receiver, Edit.from(directory(sender)));
    }
    return plan;
  }

  /** Where step 2 of a sender leaves what the receivers get. */
  private Path directory(int sender) {
    return Path.of("by-" + senders[sender][0] + "." + senders[sender][1]);
  }
}

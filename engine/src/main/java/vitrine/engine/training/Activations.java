package vitrine.engine.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;

/** Finds where in a model numbers stop being finite. */
final class Activations {
  /** What a block computes, in this order; scores are left out, which hold infinities by right. */
  private static final List<Tap> OF_BLOCK =
      List.of(
          Tap.Q,
          Tap.K,
          Tap.V,
          Tap.Z,
          Tap.ATTN_OUT,
          Tap.RESID_MID,
          Tap.MLP_PRE,
          Tap.MLP_POST,
          Tap.MLP_OUT,
          Tap.RESID_POST);

  private Activations() {}

  /** The first value of a pass without dropout that is not finite. */
  static Optional<Site> firstBad(Model model, Inputs inputs) {
    List<Site> sites = sites(model.architecture());
    try (Trace trace = model.run(Plan.empty().read(sites.toArray(Site[]::new)), inputs)) {
      return sites.stream()
          .filter(site -> !Double.isFinite(model.kernels().sumOfSquares(trace.value(site))))
          .findFirst();
    }
  }

  private static List<Site> sites(Architecture model) {
    List<Site> sites = new ArrayList<>(List.of(Site.embedOut()));
    for (int layer = 0; layer < model.layers(); layer++) {
      for (Tap tap : OF_BLOCK) {
        sites.add(Site.of(tap, layer));
      }
    }
    model.outputs().forEach(output -> sites.add(Site.of(output.tap())));
    return sites;
  }
}

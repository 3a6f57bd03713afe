package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Spreads a valid plan over taps and layers. */
final class PlanCompiler {
  private final Plan plan;
  private final Architecture architecture;
  private final OpenedFiles files;

  /** Lists still growing, by layer. */
  private final Map<Tap, @Nullable Draft[]> drafts = new EnumMap<>(Tap.class);

  private static final class Draft {
    final List<EditStep> edits = new ArrayList<>();
    final List<ReadStep> reads = new ArrayList<>();
    final List<ReadStep> gradients = new ArrayList<>();
    final List<EditStep> skips = new ArrayList<>();
  }

  PlanCompiler(Plan plan, Architecture architecture, OpenedFiles files) {
    this.plan = plan;
    this.files = files;
    this.architecture = architecture;
    for (Tap tap : Tap.values()) {
      drafts.put(tap, new @Nullable Draft[tap.perBlock() ? architecture.layers() : 1]);
    }
  }

  CompiledPlan compile() {
    List<EditStep> edits = edits();
    Collection<ReadStep> reads = steps(plan.reads());
    for (ReadStep read : reads) {
      if (read.site().target() instanceof Tap tap) {
        draft(tap, read.site()).reads.add(read);
      }
    }
    Collection<ReadStep> gradients = steps(plan.gradients());
    for (ReadStep gradient : gradients) {
      if (gradient.site().target() instanceof Tap tap) {
        draft(tap, gradient.site()).gradients.add(gradient);
      }
    }
    return new CompiledPlan(
        plan, architecture, actions(), edits, List.copyOf(reads), List.copyOf(gradients));
  }

  private List<EditStep> edits() {
    List<EditStep> steps = new ArrayList<>();
    for (Plan.EditOf each : plan.edits()) {
      for (Site site : each.site().expand(architecture)) {
        EditStep step =
            new EditStep(
                site,
                each.edit(),
                architecture.axes(site.target()),
                EditValues.read(site, each.edit(), files));
        steps.add(step);
        if (site.target() instanceof Tap tap) {
          draft(tap, site).edits.add(step);
          if (each.edit() instanceof Edit.Skip) {
            draft(Tap.RESID_PRE, site).skips.add(step);
          }
        }
      }
    }
    return steps;
  }

  private Collection<ReadStep> steps(List<Site> sites) {
    Map<Site, ReadStep> steps = new LinkedHashMap<>();
    for (Site each : sites) {
      for (Site site : each.expand(architecture)) {
        steps.putIfAbsent(site, new ReadStep(site, architecture.axes(site.target())));
      }
    }
    return steps.values();
  }

  private Draft draft(Tap tap, Site site) {
    int layer = layerOf(site);
    @Nullable Draft[] row = Objects.requireNonNull(drafts.get(architecture.head().canonical(tap)));
    Draft draft = row[layer];
    if (draft == null) {
      draft = new Draft();
      row[layer] = draft;
    }
    return draft;
  }

  private int layerOf(Site site) {
    int[] layers = site.blocks(architecture);
    return layers.length == 0 ? 0 : layers[0];
  }

  private Map<Tap, @Nullable Actions[]> actions() {
    Map<Tap, @Nullable Actions[]> actions = new EnumMap<>(Tap.class);
    drafts.forEach((tap, row) -> {
      @Nullable Actions[] done = new @Nullable Actions[row.length];
      for (int layer = 0; layer < row.length; layer++) {
        Draft draft = row[layer];
        done[layer] =
            draft == null
                ? null
                : new Actions(draft.edits, draft.reads, draft.gradients, draft.skips);
      }
      actions.put(tap, done);
    });
    return actions;
  }
}

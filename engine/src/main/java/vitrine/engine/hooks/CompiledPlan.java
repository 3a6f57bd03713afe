package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * A plan as a run looks it up: by tap and layer, null where nothing is asked.
 *
 * <p>A tap that is another name of the same tensor ({@link Head#canonical}) is found under the
 * canonical one: in a pre-training model what a plan asks of {@code logits.mlm} stands at {@code
 * logits}, under its own name.
 */
public final class CompiledPlan {
  private final Plan plan;
  private final Architecture architecture;

  /** By layer; taps outside the blocks have one entry. */
  private final Map<Tap, @Nullable Actions[]> actions;

  private final List<EditStep> edits;
  private final List<ReadStep> reads;
  private final List<ReadStep> gradients;

  CompiledPlan(
      Plan plan,
      Architecture architecture,
      Map<Tap, @Nullable Actions[]> actions,
      List<EditStep> edits,
      List<ReadStep> reads,
      List<ReadStep> gradients) {
    this.plan = plan;
    this.architecture = architecture;
    this.actions = actions;
    this.edits = List.copyOf(edits);
    this.reads = List.copyOf(reads);
    this.gradients = List.copyOf(gradients);
    checkDerivatives();
  }

  public Plan plan() {
    return plan;
  }

  public Architecture architecture() {
    return architecture;
  }

  /** What is asked at a tap within a block; null when nothing is. */
  public @Nullable Actions at(Tap tap, int layer) {
    if (!tap.perBlock()) {
      throw new IllegalArgumentException("plan: " + tap.path() + " stands outside the blocks");
    }
    return row(tap)[layer];
  }

  /** What is asked at a tap outside the blocks; null when nothing is. */
  public @Nullable Actions at(Tap tap) {
    if (tap.perBlock()) {
      throw new IllegalArgumentException("plan: " + tap.pattern() + " needs a layer");
    }
    return row(tap)[0];
  }

  private @Nullable Actions[] row(Tap tap) {
    return Objects.requireNonNull(actions.get(tap));
  }

  /** Whether anything is asked at a tap within a block. */
  public boolean wants(Tap tap, int layer) {
    return at(tap, layer) != null;
  }

  /** Whether anything is asked at a tap outside the blocks. */
  public boolean wants(Tap tap) {
    return at(tap) != null;
  }

  /** Whether anything is asked at any of these taps of a block. */
  public boolean wantsAny(int layer, Tap... taps) {
    for (Tap tap : taps) {
      if (wants(tap, layer)) {
        return true;
      }
    }
    return false;
  }

  /** Every edit, in plan order and within a site by layer. */
  public List<EditStep> edits() {
    return edits;
  }

  /**
   * Every value to keep, weights among them, in plan order and within a site by layer; none twice.
   */
  public List<ReadStep> reads() {
    return reads;
  }

  /** Every gradient to keep, in plan order and within a site by layer; none twice. */
  public List<ReadStep> gradients() {
    return gradients;
  }

  /**
   * The lowest part that gradients are asked for: a block, {@link Differentiation#EMBEDDINGS} or
   * {@link Differentiation#HEAD}. Nothing below it needs a backward pass.
   */
  public int lowestGradient() {
    if (plan.wantsParameterGradients()) {
      return Differentiation.EMBEDDINGS;
    }
    return gradients.stream()
        .mapToInt(step -> depth(step.site()))
        .min()
        .orElse(Differentiation.HEAD);
  }

  /**
   * The lowest part that is read or edited: a block, {@link Differentiation#EMBEDDINGS} or {@link
   * Differentiation#HEAD}. What lies below it is as without a plan.
   */
  public int lowestTap() {
    return taps().mapToInt(this::depth).min().orElse(Differentiation.HEAD);
  }

  /**
   * The first step of a block in which anything is read, edited or needed by an edit further on;
   * {@link Stage#MIX} where nothing is.
   *
   * @param layer a block, or what stands for what is below or above them
   */
  public Stage firstStage(int layer) {
    if (layer < 0 || layer >= architecture.layers()) {
      return Stage.MIX;
    }
    return Arrays.stream(Tap.values())
        .filter(tap -> tap.perBlock() && wants(tap, layer))
        .map(Stage::of)
        .min(Comparator.naturalOrder())
        .orElse(Stage.MIX);
  }

  /** The first read or edit that stands below a block; empty when none does. */
  public Optional<Site> below(int block) {
    return taps().filter(site -> depth(site) < block).findFirst();
  }

  /** The steps that the plan takes apart, since it asks something between their ends. */
  public Set<FusedStep> apart() {
    return taps()
        .flatMap(site ->
            FusedStep.around((Tap) site.target()).stream()
                .map(kind -> new FusedStep(kind, depth(site))))
        .collect(Collectors.toUnmodifiableSet());
  }

  private Stream<Site> taps() {
    return Stream.concat(edits.stream().map(EditStep::site), reads.stream().map(ReadStep::site))
        .filter(site -> site.target() instanceof Tap);
  }

  private int depth(Site site) {
    Tap tap = (Tap) site.target();
    int layer =
        tap.perBlock() ? site.layers().resolve(architecture.layers(), "site: " + site)[0] : 0;
    return Differentiation.depth(tap, layer);
  }

  /** A gradient has to come back through every edit that stands between the loss and its site. */
  private void checkDerivatives() {
    if (!plan.wantsGradients()) {
      return;
    }
    int lowest = lowestGradient();
    for (EditStep step : edits) {
      if (step.edit() instanceof Edit.Custom custom
          && custom.function().derivative().isEmpty()
          && depth(step.site()) >= lowest) {
        throw new InputException(
            "plan: gradient: the edit "
                + step
                + " has no derivative; expected one (EditFunction.withDerivative), or gradients"
                + " of later sites only.");
      }
    }
  }

  /**
   * Refuses positions, examples and files that do not fit inputs of this size; to be called before
   * anything is computed.
   *
   * @param batch B
   * @param length T, padding included
   * @throws InputException for the first that does not
   */
  public void check(int batch, int length) {
    for (EditStep edit : edits) {
      edit.check(architecture.shape(edit.site().target(), batch, length));
    }
    for (ReadStep read : reads) {
      var _ = read.region(architecture.shape(read.site().target(), batch, length));
    }
    for (ReadStep gradient : gradients) {
      var _ = gradient.region(architecture.shape(gradient.site().target(), batch, length));
    }
    plan.loss().ifPresent(loss -> loss.check(length));
  }
}

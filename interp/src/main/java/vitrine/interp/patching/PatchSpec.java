package vitrine.interp.patching;

import java.util.List;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Sweep;

/**
 * What is patched into what, and how.
 *
 * @param targets at least one, none twice
 * @param direction which run is patched
 * @param method exactly, by estimate, or both
 * @param seed decides the bootstrap's draws
 * @param limits how much runs at once
 */
public record PatchSpec(
    List<PatchTarget> targets, Direction direction, Method method, long seed, Sweep.Limits limits) {
  /** How an effect is found. */
  public enum Method {
    /** Each component is patched, and the rest of the model run again. */
    EXACT("exact"),
    /** A gradient says what all would do, in two runs and one backward pass. */
    ATTRIBUTION("attribution"),
    /** Both, and how well they agree. */
    BOTH("both");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    /** As the command line calls it. */
    public String label() {
      return label;
    }

    boolean isExact() {
      return this != ATTRIBUTION;
    }

    boolean estimates() {
      return this != EXACT;
    }
  }

  public PatchSpec {
    targets = List.copyOf(targets);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("patch: nothing to patch");
    }
  }

  /** The sites of one prompt's run whose values are kept, whole, each of a single layer. */
  public List<Site> kept(Architecture model) {
    return targets.stream().flatMap(target -> target.whole(model).stream()).distinct().toList();
  }

  /**
   * Refuses what the model does not have.
   *
   * @throws vitrine.engine.InputException with the nearest names
   */
  public void validate(Architecture model) {
    targets.forEach(target -> target.validate(model));
  }
}

package vitrine.interp.patching;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.models.Sweep;

/**
 * Which paths are patched.
 *
 * @param receivers queries, keys or values of heads, patched together; none for the logits
 * @param layers of the senders
 * @param heads of each of them; null for all
 * @param mlps what becomes of the MLPs on the way
 * @param direction which run is patched
 * @param seed decides the bootstrap's draws
 * @param limits how much runs at once
 */
public record PathSpec(
    List<Site> receivers,
    Layers layers,
    @Nullable Indices heads,
    Mlps mlps,
    Direction direction,
    long seed,
    Sweep.Limits limits) {
  /** What becomes of the MLPs between sender and receiver. */
  public enum Mlps {
    /** They see what the sender changed: a path may go through them, as in the paper. */
    RECOMPUTED("recomputed"),
    /** They give what they gave: the path is the residual stream alone. */
    FROZEN("frozen");

    private final String label;

    Mlps(String label) {
      this.label = label;
    }

    /** As the command line calls it. */
    public String label() {
      return label;
    }
  }

  public PathSpec {
    receivers = List.copyOf(receivers);
  }

  /**
   * Refuses what the model does not have.
   *
   * @throws InputException with the nearest names
   */
  public void validate(Architecture model) {
    for (Site receiver : receivers) {
      receiver.validate(model);
      if (receiver.target() != Tap.Q && receiver.target() != Tap.K && receiver.target() != Tap.V) {
        throw new InputException(
            "patch: --to: "
                + receiver
                + ": no input of a head; expected queries, keys or values, as in"
                + " blocks.1.attn.k[head=2], or logits.");
      }
    }
    if (senders(model).length == 0) {
      throw new InputException(
          "patch: --to: "
              + receivers
              + ": no head in a layer below; expected receivers above the lowest sender.");
    }
  }

  /** The receivers, each of a single layer. */
  List<Site> each(Architecture model) {
    return receivers.stream().flatMap(site -> site.expand(model).stream()).toList();
  }

  /** The lowest layer that no path reaches beyond: of the highest receiver, or above all. */
  int end(Architecture model) {
    return each(model).stream()
        .mapToInt(site -> site.layers().resolve(model.layers(), "patch: --to")[0])
        .max()
        .orElse(model.layers());
  }

  /** The senders as layer and head: those from which a path can lead to a receiver. */
  int[][] senders(Architecture model) {
    int[] chosen =
        heads == null
            ? IntStream.range(0, model.heads()).toArray()
            : heads.resolve(model.heads(), "patch: --heads");
    return Arrays.stream(layers.resolve(model.layers(), "patch: --layers"))
        .filter(layer -> layer < end(model))
        .boxed()
        .flatMap(layer -> Arrays.stream(chosen).mapToObj(head -> new int[] {layer, head}))
        .toArray(int[][]::new);
  }

  /** For people: {@code logits}, or the receivers' sites. */
  String receiverText() {
    return receivers.isEmpty()
        ? "logits"
        : String.join(", ", receivers.stream().map(Site::toString).toList());
  }

  /** A sender's output. */
  static Site sender(int layer, int head) {
    return Site.z(layer).with(Axis.HEAD, Indices.of(head));
  }
}

package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;

/** Which components are switched off together. */
final class Groups {
  /** More pairs than these are more than anybody reads. */
  private static final int MOST_PAIRS = 200_000;

  /** Each is named in a plan: more than these are hundreds of megabytes of them. */
  private static final int MOST_OFF = 2_000_000;

  private final AblationSpec spec;
  private final List<Component> components;

  Groups(AblationSpec spec, List<Component> components) {
    this.spec = spec;
    this.components = List.copyOf(components);
  }

  /** Every two. */
  List<Variant> pairs() {
    int count = components.size();
    long all = (long) count * (count - 1) / 2;
    if (all == 0 || all > MOST_PAIRS) {
      throw new InputException(
          "ablate: --sets pairs: %d pairs of %d %s; expected 1 to %d. Choose with --layers and --which"
              .formatted(all, count, spec.kind().label(), MOST_PAIRS));
    }
    List<Variant> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        List<Component> both = List.of(components.get(i), components.get(j));
        pairs.add(Variant.of(both.getFirst() + "+" + both.getLast(), both));
      }
    }
    return pairs;
  }

  /** For each component the others of its layer. */
  List<Variant> allButOne() {
    Map<Integer, List<Component>> layers = new LinkedHashMap<>();
    components.forEach(
        each -> layers.computeIfAbsent(each.layer(), _ -> new ArrayList<>()).add(each));
    long off = layers.values().stream().mapToLong(all -> (long) all.size() * all.size()).sum();
    if (off > MOST_OFF) {
      throw new InputException(
          "ablate: --sets all-but-one: %d %s, with the others of their layers %d to be switched off; expected at most %d. Choose with --layers and --which%s"
              .formatted(
                  components.size(),
                  spec.kind().label(),
                  off,
                  MOST_OFF,
                  spec.kind() == Component.Kind.NEURONS ? ", or a larger --block" : ""));
    }
    List<Variant> variants = new ArrayList<>();
    layers.forEach((layer, all) -> {
      if (all.size() < 2) {
        throw new InputException(
            "ablate: --sets all-but-one: layer %d has one of the %s; expected two or more"
                .formatted(layer, spec.kind().label()));
      }
      for (int kept = 0; kept < all.size(); kept++) {
        List<Component> others = new ArrayList<>(all.subList(0, kept));
        others.addAll(all.subList(kept + 1, all.size()));
        variants.add(Variant.but(all.get(kept), others));
      }
    });
    return variants;
  }

  /**
   * The components, the least first; equal ones in their order.
   *
   * @param size of each
   */
  List<Component> ascending(double[] size) {
    return IntStream.range(0, components.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> size[i]))
        .map(components::get)
        .toList();
  }

  /** How much worse each alone makes the metric. */
  double[] damage(List<Effect> singles) {
    return singles.stream()
        .mapToDouble(each -> spec.metric().damage(each.change().estimate()))
        .toArray();
  }

  /** The components in an order that the seed decides on. */
  List<Component> atRandom() {
    int[] order = Permutation.of(components.size(), Draw.key(spec.seed(), Draw.Use.ORDER));
    return IntStream.of(order).mapToObj(components::get).toList();
  }

  /**
   * More and more of them.
   *
   * @param name of the order
   */
  List<Variant> cumulative(String name, List<Component> order) {
    int count = order.size();
    int steps = Math.min(spec.steps(), count);
    return IntStream.rangeClosed(1, steps)
        .map(step -> (int) Math.round((double) step * count / steps))
        .mapToObj(off -> Variant.of(off + " " + name, order.subList(0, off)))
        .toList();
  }
}

package vitrine.interp.lens;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;

/**
 * What is read, and which tokens are followed.
 *
 * @param places of each layer, of {@link Tap#RESID_PRE}, {@link Tap#RESID_MID}, {@link
 *     Tap#RESID_POST}
 * @param layers the blocks
 * @param chosen the token whose rank is followed
 * @param watched ids of tokens that are followed beside it
 * @param top how many of the likeliest are kept
 * @param seed of the record; nothing here is random
 * @param bytes of a batch of runs at most
 */
public record LensSpec(
    List<Tap> places,
    Layers layers,
    Chosen chosen,
    List<Integer> watched,
    int top,
    long seed,
    long bytes) {
  /** Where a stream can be read, in the order in which it is met. */
  public static final List<Tap> PLACES = List.of(Tap.RESID_PRE, Tap.RESID_MID, Tap.RESID_POST);

  public LensSpec {
    places = PLACES.stream().filter(List.copyOf(places)::contains).toList();
    watched = List.copyOf(watched);
    if (places.isEmpty() || top < 1) {
      throw new IllegalArgumentException("lens: " + places + ", " + top);
    }
  }

  /**
   * The sites, from the bottom to the top.
   *
   * @throws InputException when the model has no such layer
   */
  List<Site> depths(Architecture model) {
    List<Site> depths = new ArrayList<>();
    for (int layer : layers.resolve(model.layers(), "lens: --layers")) {
      places.forEach(place -> depths.add(Site.of(place, layer)));
    }
    return depths;
  }

  /**
   * What is read of each text.
   *
   * @throws InputException when the model scores no vocabulary, or has no such layer or token
   */
  public Plan plan(Architecture model) {
    if (!model.head().scoresVocabulary()) {
      throw new InputException(
          "lens: task %s scores no tokens; expected lm, mlm or pretraining. Choose another --task"
              .formatted(model.head().label()));
    }
    watched.forEach(id -> requireToken(id, model));
    if (chosen instanceof Chosen.Token(int id)) {
      requireToken(id, model);
    }
    return Plan.of(model).read(depths(model).toArray(Site[]::new)).seed(seed);
  }

  private static void requireToken(int id, Architecture model) {
    if (id < 0 || id >= model.vocabulary()) {
      throw new InputException(
          "lens: token %d: out of range; expected 0 to %d.".formatted(id, model.vocabulary() - 1));
    }
  }
}

package vitrine.interp.compare.measures;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import vitrine.interp.stats.Parallel;

/** Measures over all pairs of rows, of many pairs of layers: what is one layer's is made once. */
public final class PairwiseLayers {
  /** Draws of each pair of layers, where nobody said how many. */
  private static final int USUAL_RESAMPLES = 50;

  private static final int USUAL_SHUFFLES = 20;

  private PairwiseLayers() {}

  /**
   * A finding a pair.
   *
   * @param x layers, (n,d) each, of the same rows
   * @param y likewise; the same list where both sides are one
   */
  public static List<Finding> findings(
      Measure measure,
      List<Activations> x,
      List<Activations> y,
      List<LayerSums.Pair> pairs,
      Options options,
      int threads) {
    return switch (measure) {
      case CKA_RBF ->
          of(
              x,
              y,
              pairs,
              layer -> KernelFamily.Kernel.gaussian(layer, options.fraction(), threads),
              (a, b) -> new KernelFamily(List.of(measure), a, b),
              options,
              threads);
      case RSA ->
          of(
              x,
              y,
              pairs,
              layer -> RsaFamily.Ranked.of(layer, options, threads),
              (a, b) -> new RsaFamily(a, b, options.agreement()),
              options,
              threads);
      case NEIGHBOURS ->
          of(
              x,
              y,
              pairs,
              layer -> NeighbourFamily.Nearest.of(layer, threads),
              (a, b) -> new NeighbourFamily(a, b, options.neighbours()),
              options,
              threads);
      case CCA,
          SVCCA,
          PWCCA,
          CKA_LINEAR,
          CKA_UNBIASED,
          PROCRUSTES,
          MAX_CORRELATION,
          MIN_CORRELATION,
          REGRESSION ->
          throw new IllegalArgumentException("compare: " + measure.label() + ": needs no pairs");
    };
  }

  @SuppressWarnings("ReferenceEquality") // one side is the same list, not one like it
  private static <S> List<Finding> of(
      List<Activations> x,
      List<Activations> y,
      List<LayerSums.Pair> pairs,
      Function<Activations, S> side,
      BiFunction<S, S, Family> family,
      Options options,
      int threads) {
    List<S> ofX = x.stream().map(layer -> side.apply(layer.scaled())).toList();
    List<S> ofY = x == y ? ofX : y.stream().map(layer -> side.apply(layer.scaled())).toList();
    Integer resamples = options.resamples();
    Integer shuffles = options.shuffles();
    Options counted =
        options.draws(
            resamples == null ? USUAL_RESAMPLES : resamples,
            shuffles == null ? USUAL_SHUFFLES : shuffles);
    return Parallel.map(
        pairs.size(),
        threads,
        i -> {
          LayerSums.Pair pair = pairs.get(i);
          Family both = family.apply(ofX.get(pair.x()), ofY.get(pair.y()));
          return new Draws(both, counted, 1).findings(both.estimates()).getFirst();
        });
  }
}

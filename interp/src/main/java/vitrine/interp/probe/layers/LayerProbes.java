package vitrine.interp.probe.layers;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import vitrine.interp.probe.Directions;
import vitrine.interp.probe.Features;
import vitrine.interp.probe.OnlineCode;
import vitrine.interp.probe.Predictions;
import vitrine.interp.probe.Probe;
import vitrine.interp.probe.ProbeKind;
import vitrine.interp.rows.LayerRows;
import vitrine.interp.stats.Parallel;
import vitrine.kernels.Kernels;

/**
 * Trains a probe on every layer, several layers at once. Each has a backend of one thread to
 * itself: fits of one layer after another would wait for each other's threads at every product.
 */
public final class LayerProbes {
  private final Spec spec;
  private final ProbedRows train;
  private final ProbedRows test;
  private final ClassNames classes;
  private final int[] trained;
  private final int[] own;

  /**
   * How probes are trained, and beside what.
   *
   * @param control whether control labels are learned too
   * @param code whether the training labels are coded too
   * @param examples how many training rows at most
   * @param seed of control labels and resamples
   * @param threads how many layers are under way at once
   */
  public record Spec(
      ProbeKind kind, Controls control, Coding code, int examples, long seed, int threads) {}

  /** Whether control labels are learned too. */
  public enum Controls {
    NONE,
    /** One random label a type of word. */
    WORD_TYPES
  }

  /** Whether the training labels are coded too. */
  public enum Coding {
    NONE,
    /** In the usual blocks. */
    ONLINE
  }

  private LayerProbes(Spec spec, ProbedRows train, ProbedRows test) {
    this.spec = spec;
    this.train = train;
    this.test = test;
    this.classes = ClassNames.of(train.labels());
    this.trained = classes.of(train.labels().labels());
    this.own = classes.of(test.labels().labels());
  }

  /**
   * Trains.
   *
   * @param train its texts in a random order, where labels are coded
   * @param kernels opens a backend of one thread
   * @param progress is told how many layers are done
   * @throws vitrine.engine.InputException when a row is not finite; when training has one class
   *     only
   */
  public static LayerScores run(
      Spec spec,
      ProbedRows train,
      ProbedRows test,
      Supplier<Kernels> kernels,
      IntConsumer progress) {
    LayerProbes probes = new LayerProbes(spec, train, test);
    AtomicInteger done = new AtomicInteger();
    List<LayerProbe> layers =
        Parallel.map(
            train.rows().names().size(),
            spec.threads(),
            layer -> {
              try (Kernels single = kernels.get()) {
                LayerProbe probe = probes.probe(single, layer);
                progress.accept(done.incrementAndGet());
                return probe;
              }
            });
    return new LayerScores(
        probes.classes, train.labels(), test.labels(), probes.trained, probes.own, layers);
  }

  private int rows() {
    return Math.min(spec.examples(), train.rows().rows());
  }

  private Features.Given given(ProbedRows rows, int layer) {
    LayerRows.Layer own = rows.rows().layer(layer);
    return new Features.Given(
        rows.labels().data().operand() + ": " + rows.rows().names().get(layer),
        rows.rows().rows(),
        rows.rows().width(layer),
        own::row);
  }

  private LayerProbe probe(Kernels kernels, int layer) {
    try (Features x = Features.of(kernels, given(train, layer));
        Features y = Features.of(kernels, given(test, layer), x)) {
      Directions directions = Directions.of(x);
      Probe probe = spec.kind().fit(x, directions, trained, rows(), classes.count());
      Predictions predictions = probe.predict(y, own);
      int[] predicted = predictions.predicted();
      return new LayerProbe(
          train.rows().names().get(layer),
          new LayerProbe.Fitted(
              probe.objective(), probe.iterations(), probe.fit() == Probe.Fit.OPTIMAL),
          probe.predict(x, trained).accuracy(trained, rows()),
          predictions,
          LayerProbe.accuracy(test.labels(), own, predicted, spec.seed()),
          LayerProbe.entities(test.labels(), classes, predicted),
          controlled(x, y, directions),
          coded(x, directions));
    }
  }

  private LayerProbe.@Nullable Controlled controlled(
      Features x, Features y, Directions directions) {
    return switch (spec.control()) {
      case NONE -> null;
      case WORD_TYPES -> {
        int[] drawn = Control.classes(train.labels().forms(), classes.count(), spec.seed());
        int[] ofTest = Control.classes(test.labels().forms(), classes.count(), spec.seed());
        Probe probe = spec.kind().fit(x, directions, drawn, rows(), classes.count());
        yield new LayerProbe.Controlled(
            probe.predict(x, drawn).accuracy(drawn, rows()),
            LayerProbe.accuracy(
                test.labels(), ofTest, probe.predict(y, ofTest).predicted(), spec.seed()));
      }
    };
  }

  private OnlineCode.@Nullable Length coded(Features x, Directions directions) {
    return switch (spec.code()) {
      case NONE -> null;
      case ONLINE ->
          OnlineCode.usual(x.rows()).of(spec.kind(), x, directions, trained, classes.count());
    };
  }
}

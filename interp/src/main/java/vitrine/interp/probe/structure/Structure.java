package vitrine.interp.probe.structure;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import vitrine.interp.rows.Encoded;
import vitrine.interp.rows.LayerRows;
import vitrine.interp.rows.Reader;
import vitrine.interp.rows.Reading;
import vitrine.interp.stats.Parallel;
import vitrine.kernels.Kernels;

/** Structural probes on every layer, several at once. */
public final class Structure {
  private Structure() {}

  /**
   * Trees with the rows of all layers.
   *
   * @param operand what errors call them
   * @param trees whose every word has a row
   * @param dropped how many trees have a word without a token
   */
  public record Rows(String operand, List<Tree> trees, LayerRows rows, int dropped)
      implements AutoCloseable {
    /**
     * Runs the model over the trees' texts.
     *
     * @param scratch where the rows may be kept until this is closed
     * @param progress is told how many texts are done
     */
    public static Rows read(
        Reader reader,
        Reading reading,
        String operand,
        List<Tree> trees,
        Path scratch,
        IntConsumer progress) {
      List<Encoded> encoded = trees.stream().map(Tree::passage).map(reading::of).toList();
      List<Tree> whole = TreeRows.whole(trees, encoded);
      if (whole.isEmpty()) {
        throw new vitrine.engine.InputException(
            "probe: %s: no sentence whose every word has a token; expected some. Check the texts"
                .formatted(operand));
      }
      List<Encoded> kept =
          encoded.stream()
              .filter(each -> each.rows().stream().allMatch(row -> row.length > 0))
              .toList();
      return new Rows(
          operand,
          whole,
          LayerRows.read(reader, kept, scratch, progress),
          trees.size() - whole.size());
    }

    private TreeRows layer(int layer) {
      return new TreeRows(trees, rows.width(layer), rows.layer(layer)::row);
    }

    @Override
    public void close() {
      rows.close();
    }
  }

  /**
   * How probes are trained.
   *
   * @param rank of the map
   * @param seed of its start, of resamples
   * @param threads how many layers are under way at once
   */
  public record Spec(int rank, long seed, int threads) {}

  /** What one layer's two probes came to. */
  record Layer(String name, TreeScores distances, TreeScores depths) {}

  /** All layers of one model. */
  public record Layers(List<Layer> layers) {
    public Layers {
      layers = List.copyOf(layers);
    }
  }

  /**
   * Trains and tests.
   *
   * @param kernels opens a backend of one thread
   * @param progress is told how many layers are done
   */
  public static Layers run(
      Spec spec, Rows train, Rows test, Supplier<Kernels> kernels, IntConsumer progress) {
    AtomicInteger done = new AtomicInteger();
    return new Layers(
        Parallel.map(
            train.rows().names().size(),
            spec.threads(),
            layer -> {
              try (Kernels single = kernels.get()) {
                Layer result = layer(spec, train, test, single, layer);
                progress.accept(done.incrementAndGet());
                return result;
              }
            }));
  }

  private static Layer layer(Spec spec, Rows train, Rows test, Kernels kernels, int layer) {
    String name = train.rows().names().get(layer);
    StructuralProbe.Training how =
        StructuralProbe.Training.usual(train.trees().size(), spec.rank(), spec.seed());
    StructuralProbe distance =
        StructuralProbe.fit(
            kernels,
            train.operand() + ": " + name,
            StructuralProbe.Kind.DISTANCE,
            train.layer(layer),
            how);
    StructuralProbe depth =
        StructuralProbe.fit(
            kernels,
            train.operand() + ": " + name,
            StructuralProbe.Kind.DEPTH,
            train.layer(layer),
            how);
    return new Layer(
        name,
        TreeScores.ofDistances(
            test.trees(), distance.project(kernels, test.layer(layer)), spec.seed()),
        TreeScores.ofDepths(test.trees(), depth.project(kernels, test.layer(layer)), spec.seed()));
  }
}

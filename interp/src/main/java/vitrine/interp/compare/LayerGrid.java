package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.engine.data.TooLong;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Provenance;
import vitrine.interp.compare.measures.Activations;
import vitrine.interp.compare.measures.LayerSums;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.rows.Encoded;
import vitrine.interp.rows.Passage;
import vitrine.interp.rows.Reader;

/**
 * All layers of one model or two, in one pass over the texts: rows stream through {@link
 * LayerSums}, so that memory does not depend on how many there are. The measures over all pairs of
 * rows take a sample of rows, kept whole.
 */
public final class LayerGrid {
  /** Operations of decompositions for intervals that nobody asked for: some seconds. */
  private static final double MOST = 2e10;

  private final Side x;
  private final Side y;
  private final GridSpec spec;
  private final int threads;

  /**
   * One side: a model and what it reads.
   *
   * @param label what the axis is called
   * @param source where the model came from
   * @param passages as many as the other side's, in the same order
   */
  public record Side(
      String label,
      Model model,
      ModelFiles source,
      Tokenizer tokenizer,
      List<Passage> passages,
      TooLong tooLong) {
    public Side {
      passages = List.copyOf(passages);
    }

    /** Whether one run serves both: the same object, not one like it. */
    @SuppressWarnings("ReferenceEquality") // two that are equal are still run twice
    boolean isSame(Side other) {
      return this == other;
    }
  }

  /** Bytes that the sums, and the rows that are kept, take at least; the models' runs aside. */
  public static long bytes(Side x, Side y, GridSpec spec) {
    int[] widthsX = new Reader(x.model(), spec.site()).widths();
    int[] widthsY = new Reader(y.model(), spec.site()).widths();
    LayerGrid grid = new LayerGrid(x, y, spec, 1);
    long sums = grid.shape(widthsX, widthsY).bytes(grid.groups());
    if (spec.pairwise().isEmpty()) {
      return sums;
    }
    long n = spec.options().sample();
    long units = (long) Arrays.stream(widthsX).sum() + Arrays.stream(widthsY).sum();
    long layers = (long) widthsX.length + (x.isSame(y) ? 0 : widthsY.length);
    // Twice as many rows wait as are kept; of each layer there is half a matrix of all pairs.
    return sums + 2 * n * units * Double.BYTES + layers * n * n * Double.BYTES / 2;
  }

  private int groups() {
    return Math.min(spec.groups().count(), x.passages().size());
  }

  private LayerSums.Shape shape(int[] widthsX, int[] widthsY) {
    List<LayerSums.Pair> pairs =
        spec.streamed().isEmpty() ? List.of() : pairs(widthsX.length, widthsY.length);
    LayerSums.Shape all =
        new LayerSums.Shape(widthsX, widthsY, sides(), pairs, LayerSums.LeaveOut.ALL);
    return new LayerSums.Shape(widthsX, widthsY, sides(), pairs, leaveOut(all));
  }

  private LayerSums.LeaveOut leaveOut(LayerSums.Shape shape) {
    List<Measure> streamed = spec.streamed();
    if (groups() < 2 || streamed.isEmpty()) {
      return LayerSums.LeaveOut.NONE;
    }
    boolean few = shape.decompositions() * groups() <= MOST;
    return switch (spec.groups().of()) {
      case ALL -> LayerSums.LeaveOut.ALL;
      case QUICK ->
          few
              ? LayerSums.LeaveOut.ALL
              : streamed.stream().anyMatch(LayerSums::isQuick)
                  ? LayerSums.LeaveOut.QUICK
                  : LayerSums.LeaveOut.NONE;
    };
  }

  private LayerGrid(Side x, Side y, GridSpec spec, int threads) {
    this.x = x;
    this.y = y;
    this.spec = spec;
    this.threads = threads;
  }

  /**
   * Runs both models once over their texts; one, where both sides are the same object.
   *
   * @param version of the program that asks, for the record
   * @param progress is told how many passages are done
   * @throws InputException when the sides do not pair
   */
  public static GridResult run(
      Side x, Side y, GridSpec spec, int threads, String version, IntConsumer progress) {
    return new LayerGrid(x, y, spec, threads).run(version, progress);
  }

  private GridResult run(String version, IntConsumer progress) {
    if (x.passages().size() != y.passages().size()) {
      throw new InputException(
          "compare: %d texts on one side, %d on the other; expected as many, in the same order. Align the files"
              .formatted(x.passages().size(), y.passages().size()));
    }
    Reader readerX = new Reader(x.model(), spec.site());
    Reader readerY = x.isSame(y) ? readerX : new Reader(y.model(), spec.site());
    List<List<Encoded>> encoded = encode();
    Stream stream = new Stream(readerX, readerY);
    int done = 0;
    for (List<int[]> group :
        TextGroups.of(encoded.getFirst(), spec.groups().count(), spec.options().seed())) {
      for (int[] batch : group) {
        stream.read(chosen(encoded.get(0), batch), chosen(encoded.get(1), batch));
        done += batch.length;
        progress.accept(done);
      }
      stream.closeGroup();
    }
    return stream.finish(version);
  }

  private static List<Encoded> chosen(List<Encoded> all, int[] places) {
    return Arrays.stream(places).mapToObj(all::get).toList();
  }

  /** Both sides' passages, with rows that pair. */
  private List<List<Encoded>> encode() {
    List<Encoded> ofX = new ArrayList<>();
    List<Encoded> ofY = new ArrayList<>();
    for (int i = 0; i < x.passages().size(); i++) {
      Encoded a = encoded(x, i);
      Encoded b = x.isSame(y) ? a : encoded(y, i);
      requirePair(a, b, i);
      List<Encoded> pair = Encoded.paired(a, b);
      ofX.add(pair.get(0));
      ofY.add(pair.get(1));
    }
    return List.of(ofX, ofY);
  }

  private Encoded encoded(Side side, int index) {
    return Encoded.of(
        side.passages().get(index),
        side.tokenizer(),
        side.model().architecture(),
        spec.unit(),
        side.tooLong());
  }

  private void requirePair(Encoded a, Encoded b, int index) {
    boolean pair =
        switch (spec.unit()) {
          case TOKEN -> Arrays.equals(a.example().ids(), b.example().ids());
          case WORD -> a.rows().size() == b.rows().size();
          case SENTENCE -> true;
        };
    if (!pair) {
      throw new InputException(
          switch (spec.unit()) {
            case TOKEN ->
                "compare: %s: the two tokenizers cut it differently; expected the same tokens. Use --unit word"
                    .formatted(x.passages().get(index).where());
            case WORD, SENTENCE ->
                "compare: %s: %d words, on the other side %d; expected as many. Use --unit sentence"
                    .formatted(x.passages().get(index).where(), a.rows().size(), b.rows().size());
          });
    }
  }

  /** What has been read and not yet been added, and the sums so far. */
  private final class Stream {
    /** Rows that are added at once: few enough to wait in memory, and worth the care of adding. */
    private static final int FLUSH = 2048;

    private final Reader readerX;
    private final Reader readerY;
    private final List<List<Reader.Table>> waitingX = new ArrayList<>();
    private final List<List<Reader.Table>> waitingY = new ArrayList<>();
    private int waiting;
    private int flushes;
    private final LayerSums sums;
    private final Kept kept;

    Stream(Reader readerX, Reader readerY) {
      this.readerX = readerX;
      this.readerY = readerY;
      this.sums = new LayerSums(shape(readerX.widths(), readerY.widths()), threads);
      this.kept = new Kept(spec, sides());
    }

    void read(List<Encoded> ofX, List<Encoded> ofY) {
      List<Reader.Table> tables = readerX.read(ofX);
      waitingX.add(tables);
      waitingY.add(x.isSame(y) ? tables : readerY.read(ofY));
      waiting += tables.getFirst().rows();
      if (waiting >= FLUSH) {
        flush();
      }
    }

    private void flush() {
      if (waiting > 0) {
        List<Activations> layersX = joined(x.label(), readerX.names(), waitingX);
        List<Activations> layersY =
            x.isSame(y) ? layersX : joined(y.label(), readerY.names(), waitingY);
        long key = Draw.key(spec.options().seed(), Draw.Use.SHUFFLING, flushes);
        if (!spec.streamed().isEmpty()) {
          sums.add(layersX, layersY, Permutation.of(waiting, key));
        }
        kept.add(layersX, layersY);
        flushes++;
        waiting = 0;
      }
      waitingX.clear();
      waitingY.clear();
    }

    void closeGroup() {
      flush();
      sums.closeGroup();
    }

    GridResult finish(String version) {
      if (kept.seen() < 2) {
        throw new InputException(
            "compare: %s: %d rows in all; expected at least 2. Give texts with words, or --unit token"
                .formatted(x.label(), kept.seen()));
      }
      GridResult.Axes axes =
          new GridResult.Axes(x.label(), y.label(), readerX.names(), readerY.names());
      return new GridResult(
          Provenance.of(x.source(), x.model(), version, readerX.plan()),
          x.isSame(y) ? null : Provenance.of(y.source(), y.model(), version, readerY.plan()),
          axes,
          spec,
          x.passages().size(),
          GridValues.of(
              spec,
              axes,
              pairs(axes.layersX().size(), axes.layersY().size()),
              sums,
              kept,
              threads));
    }
  }

  private LayerSums.Sides sides() {
    return x.isSame(y) ? LayerSums.Sides.ONE : LayerSums.Sides.TWO;
  }

  private List<LayerSums.Pair> pairs(int layersX, int layersY) {
    List<LayerSums.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < layersX; i++) {
      for (int j = 0; j < layersY; j++) {
        boolean wanted =
            switch (spec.pairs()) {
              case ALL -> !x.isSame(y) || i <= j || anyDirected();
              case SAME -> i == j;
            };
        if (wanted) {
          pairs.add(new LayerSums.Pair(i, j));
        }
      }
    }
    return pairs;
  }

  private boolean anyDirected() {
    return spec.measures().stream().anyMatch(Measure::isDirected);
  }

  private static List<Activations> joined(
      String label, List<String> names, List<List<Reader.Table>> batches) {
    List<Activations> layers = new ArrayList<>();
    for (int layer = 0; layer < names.size(); layer++) {
      int at = layer;
      int columns = batches.getFirst().get(layer).columns();
      int rows = batches.stream().mapToInt(batch -> batch.get(at).rows()).sum();
      double[] all = new double[rows * columns];
      int offset = 0;
      for (List<Reader.Table> batch : batches) {
        double[] values = batch.get(layer).values();
        System.arraycopy(values, 0, all, offset, values.length);
        offset += values.length;
      }
      layers.add(Activations.part(label + ": " + names.get(layer), rows, columns, all));
    }
    return layers;
  }
}

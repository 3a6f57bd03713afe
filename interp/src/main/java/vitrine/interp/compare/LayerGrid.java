package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
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

/**
 * All layers of one model or two, in one pass over the texts: rows stream through {@link
 * LayerSums}, so that memory does not depend on how many there are. The measures over all pairs of
 * rows take a sample of rows, kept whole.
 */
public final class LayerGrid {
  /** Passages that run as one batch. */
  private static final int BATCH = 32;

  /** Rows that are added at once: small enough for the cache, and worth the care of adding. */
  private static final int FLUSH = 2048;

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
    long sums =
        LayerSums.bytes(
            widthsX,
            widthsY,
            grid.sides(),
            grid.pairs(widthsX.length, widthsY.length),
            spec.groups());
    long n = spec.options().sample();
    boolean all = spec.measures().stream().anyMatch(measure -> !measure.streams());
    return sums + (all ? 2 * n * n * Double.BYTES : 0);
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
    int[] order = byLength(encoded.getFirst());
    Stream stream = new Stream(readerX, readerY);
    for (int from = 0; from < order.length; from += BATCH) {
      int[] chosen = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH));
      stream.read(chosen(encoded.get(0), chosen), chosen(encoded.get(1), chosen));
      progress.accept(from + chosen.length);
    }
    return stream.finish(version);
  }

  private static List<Encoded> chosen(List<Encoded> all, int[] places) {
    return Arrays.stream(places).mapToObj(all::get).toList();
  }

  /** So that little is padding. */
  private static int[] byLength(List<Encoded> passages) {
    return IntStream.range(0, passages.size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> passages.get(i).example().ids().length))
        .mapToInt(Integer::intValue)
        .toArray();
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
    private final Reader readerX;
    private final Reader readerY;
    private final List<List<Reader.Table>> waitingX = new ArrayList<>();
    private final List<List<Reader.Table>> waitingY = new ArrayList<>();
    private int waiting;
    private int flushes;
    private final List<LayerSums.Pair> pairs;
    private LayerSums sums;
    private final Kept kept;

    Stream(Reader readerX, Reader readerY) {
      this.readerX = readerX;
      this.readerY = readerY;
      this.pairs = pairs(readerX.names().size(), readerY.names().size());
      this.sums = new LayerSums(new int[0], new int[0], LayerSums.Sides.ONE, List.of(), 1, 1);
      this.kept = new Kept(spec.options(), sides());
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
      if (waiting == 0) {
        return;
      }
      List<Activations> layersX = joined(x.label(), readerX.names(), waitingX);
      List<Activations> layersY =
          x.isSame(y) ? layersX : joined(y.label(), readerY.names(), waitingY);
      if (flushes == 0) {
        sums =
            new LayerSums(widths(layersX), widths(layersY), sides(), pairs, spec.groups(), threads);
      }
      long key = Draw.key(spec.options().seed(), Draw.Use.SHUFFLING, flushes);
      sums.add(layersX, layersY, flushes % spec.groups(), Permutation.of(waiting, key));
      if (spec.measures().stream().anyMatch(measure -> !measure.streams())) {
        kept.add(layersX, layersY);
      }
      flushes++;
      waiting = 0;
      waitingX.clear();
      waitingY.clear();
    }

    GridResult finish(String version) {
      flush();
      int usedGroups = Math.min(flushes, spec.groups());
      GridValues values =
          GridValues.of(
              spec, readerX.names(), readerY.names(), pairs, sums, usedGroups, kept, threads);
      return new GridResult(
          Provenance.of(x.source(), x.model(), version, readerX.plan()),
          x.isSame(y) ? null : Provenance.of(y.source(), y.model(), version, readerY.plan()),
          new GridResult.Axes(x.label(), y.label(), readerX.names(), readerY.names()),
          spec,
          x.passages().size(),
          values);
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

  private static int[] widths(List<Activations> layers) {
    return layers.stream().mapToInt(Activations::columns).toArray();
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

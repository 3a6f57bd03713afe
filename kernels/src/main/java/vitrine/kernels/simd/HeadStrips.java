package vitrine.kernels.simd;

import vitrine.kernels.AttentionMask;

/**
 * One head of one example while its gradients are computed, strip of queries by strip of queries:
 * what {@link AttentionBackward}'s formulas name, and the steps between.
 *
 * <p>Keys beyond what the strip sees are not touched; queries beyond the last are columns of zeros.
 */
final class HeadStrips {
  /** Queries a strip: two panels, for sums over fewer cost more to begin than to add up. */
  static final int QUERIES = 2 * Product.WIDTH;

  private static final long STRIP_ROW = 2 * Product.ROW;

  private final Scratch scratch;
  private final AttentionMask mask;
  private final int b;
  private final int h;
  private final int heads;
  private final int size;

  private long cut; // where what is not yet cut off begins

  private final Product.Matrix keyRows; // (keys, size), scaled
  private final Product.Matrix valueRows; // (keys, size)
  private final Product.Matrix dKeys; // (keys, size)
  private final Product.Matrix dValues; // (keys, size)
  private final Product.Matrix keysTurned; // (size, keys), scaled
  private final Product.Matrix queriesTurned; // panels of (size, QUERIES)
  private final Product.Matrix slopesTurned; // of dOut, likewise
  private final Product.Matrix queryPanels; // panels of (QUERIES, size)
  private final Product.Matrix slopePanels; // of dOut, likewise
  private final Product.Matrix strip; // (keys, QUERIES): S, then P
  private final Product.Matrix dStrip; // (keys, QUERIES): dP, then dS
  private final Product.Matrix dPanels; // dS as panels
  private final Product.Matrix dQueries; // (size, QUERIES)
  private final Columns columns;
  private final long aside;

  // The strip at hand: its first query, how many, and how many keys it sees.
  private int first;
  private int count;
  private int end;

  /** At {@code memory} are {@link #bytes} of unspecified contents. */
  HeadStrips(Scratch scratch, long memory, AttentionMask mask, Heads key, int head) {
    this.scratch = scratch;
    this.cut = memory;
    this.mask = mask;
    this.heads = key.heads();
    this.b = head / heads;
    this.h = head % heads;
    this.size = key.size();
    int keys = mask.keys();
    long row = Rows.padded(size);
    dKeys = cut(keys, row);
    dValues = cut(keys, row);
    Memory.zero(memory, cut - memory);
    keyRows = cut(keys, row);
    valueRows = cut(keys, row);
    keysTurned = cut(size, Rows.padded(keys));
    queriesTurned = panels(2, size);
    slopesTurned = panels(2, size);
    queryPanels = panels(Product.panels(size), QUERIES);
    slopePanels = panels(Product.panels(size), QUERIES);
    strip = cut(keys, STRIP_ROW);
    dStrip = cut(keys, STRIP_ROW);
    dPanels = panels(2, keys);
    dQueries = cut(size, STRIP_ROW);
    Product.Matrix statistics = cut(Columns.STATISTICS, STRIP_ROW);
    columns = new Columns(strip, dStrip, dPanels, statistics);
    aside = cut;
  }

  static long bytes(int keys, int size) {
    return keys * (4 * Rows.padded(size) + 3 * STRIP_ROW)
        + size * (Rows.padded(keys) + 3 * STRIP_ROW)
        + 2 * Panels.bytes(QUERIES, size)
        + Columns.STATISTICS * STRIP_ROW
        + Turn.SCRATCH;
  }

  private Product.Matrix cut(int rows, long stride) {
    Product.Matrix matrix = new Product.Matrix(cut, stride);
    cut += rows * stride;
    return matrix;
  }

  /** Panels one after the other. */
  private Product.Matrix panels(int panels, int depth) {
    return cut(panels, depth * Product.ROW);
  }

  // ---- what enters ----

  /** Takes in the head's keys. */
  void keys(Heads key, float scale) {
    rows(key, scale, keyRows);
    Turn.turn(keyRows, mask.keys(), size, keysTurned, aside);
  }

  /** Takes in the head's values. */
  void values(Heads value) {
    rows(value, 1, valueRows);
  }

  private void rows(Heads from, float factor, Product.Matrix to) {
    boolean[] real = mask.real();
    for (int j = 0; j < mask.keys(); j++) {
      long at = to.at() + j * to.stride();
      if (real == null || real[b * mask.keys() + j]) {
        Rows.scale(from.at(b, j, h), size, factor, at);
      } else {
        Rows.fill(at, size, 0);
      }
    }
  }

  /** Begins a strip, with its queries. */
  void queries(Heads query, int i) {
    begin(i);
    strip(query, queriesTurned, queryPanels);
  }

  /** Takes in the strip's dOut; it begins a strip where no queries do. */
  void slopes(Heads slope, int i) {
    begin(i);
    strip(slope, slopesTurned, slopePanels);
  }

  private void begin(int i) {
    first = i;
    count = Math.min(QUERIES, mask.queries() - i);
    end = mask.end(i + count - 1);
  }

  private void strip(Heads from, Product.Matrix turned, Product.Matrix panels) {
    Product.Matrix rows = new Product.Matrix(from.at(b, first, h), from.stride());
    Panels.pack(rows, count, size, panels.at());
    for (int p = 0; p < Product.panels(count); p++) {
      int n = Math.min(Product.WIDTH, count - p * Product.WIDTH);
      long at = turned.at() + p * turned.stride();
      if (n < Product.WIDTH) {
        Memory.zero(at, turned.stride());
      }
      Turn.turn(
          rows.from(p * Product.WIDTH, 0), n, size, new Product.Matrix(at, Product.ROW), aside);
    }
  }

  // ---- the strip ----

  /** Columns in use, whole vectors. */
  private int used() {
    return (int) (Rows.padded(count) / Float.BYTES);
  }

  /** S. */
  void scores() {
    Product.run(scratch, keyRows, end, queriesTurned, size, Product.Ending.REPLACE, strip, used());
    hide(strip, Float.NEGATIVE_INFINITY);
  }

  /** dP. */
  void patternSlopes() {
    Product.run(
        scratch, valueRows, end, slopesTurned, size, Product.Ending.REPLACE, dStrip, used());
  }

  /** Pairs that the mask forbids become the value. */
  private void hide(Product.Matrix pairs, float value) {
    boolean[] real = mask.real();
    for (int j = 0; j < end; j++) {
      boolean seen = real == null || real[b * mask.keys() + j];
      int hidden = seen ? Math.min(count, before(j)) : count;
      if (hidden > 0) {
        Rows.fill(pairs.at() + j * STRIP_ROW, hidden, value);
      }
    }
  }

  /** How many queries of the strip come before key j. */
  private int before(int j) {
    return switch (mask.causality()) {
      case CAUSAL -> Math.max(0, j - (mask.keys() - mask.queries()) - first);
      case BIDIRECTIONAL -> 0;
    };
  }

  /** P and dS from S and dP. */
  void softmax() {
    columns.softmax(end, used());
  }

  /** dS from dScores. */
  void turnScoreSlopes(long dScores) {
    turn(dScores, dStrip);
    hide(dStrip, 0);
    Panels.pack(dStrip, end, used(), dPanels.at());
  }

  /** P from the pattern. */
  void turnPattern(long pattern) {
    turn(pattern, strip);
  }

  private void turn(long pairs, Product.Matrix to) {
    Turn.turn(pairs(pairs), count, end, to, aside);
  }

  /** The strip's rows of (B,H,Tq,Tk). */
  private Product.Matrix pairs(long all) {
    long row = 4L * mask.keys();
    long rows = ((long) b * heads + h) * mask.queries() + first;
    return new Product.Matrix(all + rows * row, row);
  }

  // ---- what leaves ----

  void addToValues() {
    add(strip, slopePanels, dValues);
  }

  void addToKeys() {
    add(dStrip, queryPanels, dKeys);
  }

  private void add(Product.Matrix weights, Product.Matrix packed, Product.Matrix sums) {
    Product.Matrix panels = new Product.Matrix(packed.at(), count * Product.ROW);
    int whole = (int) (sums.stride() / Float.BYTES);
    Product.run(scratch, weights, end, panels, count, Product.Ending.ADD, sums, whole);
  }

  /** dQ of the strip's queries. */
  void toQueries(Heads dQ) {
    Product.Matrix panels = new Product.Matrix(dPanels.at(), end * Product.ROW);
    Product.run(scratch, keysTurned, size, panels, end, Product.Ending.REPLACE, dQueries, used());
    Product.Matrix to = new Product.Matrix(dQ.at(b, first, h), dQ.stride());
    Turn.turn(dQueries, size, count, to, aside);
  }

  /** dP, as rows of queries. */
  void storePatternSlopes(long dPattern) {
    Turn.turn(dStrip, end, count, pairs(dPattern), aside);
  }

  void storeKeys(Heads dK, float scale) {
    store(dKeys, scale, dK);
  }

  void storeValues(Heads dV) {
    store(dValues, 1, dV);
  }

  /** Room beyond the keys gets zeros. */
  private void store(Product.Matrix sums, float factor, Heads to) {
    for (int j = 0; j < to.tokens(); j++) {
      if (j < mask.keys()) {
        long at = sums.at() + j * sums.stride();
        Rows.scale(at, size, factor, to.at(b, j, h));
      } else {
        Rows.fill(to.at(b, j, h), size, 0);
      }
    }
  }
}

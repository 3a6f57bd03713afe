package vitrine.interp.attention;

import java.util.Arrays;
import java.util.List;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Trace;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Grid;

/**
 * The patterns of some heads for some texts, kept after the run: (L,B,H,T,T) over the layers and
 * heads that were asked for.
 */
final class Patterns {
  private final int[] layers;
  private final int[] heads;
  private final List<float[]> values;
  private final boolean[][] real;
  private final int length;

  private Patterns(int[] layers, int[] heads, List<float[]> values, boolean[][] real, int length) {
    this.layers = layers;
    this.heads = heads;
    this.values = values;
    this.real = real;
    this.length = length;
  }

  /** Copies what a trace has read by {@link AttentionSpec#plan}: one value a layer. */
  static Patterns of(Trace trace, int[] layers, int[] heads) {
    Batch batch = trace.batch();
    boolean[][] real = new boolean[batch.batch()][batch.length()];
    for (int b = 0; b < real.length; b++) {
      for (int t = 0; t < real[b].length; t++) {
        real[b][t] = batch.real(b, t);
      }
    }
    List<float[]> values = trace.reads().stream().map(read -> read.value().toArray()).toList();
    return new Patterns(layers, heads, values, real, batch.length());
  }

  int texts() {
    return real.length;
  }

  /** How many layers were asked for. */
  int layers() {
    return layers.length;
  }

  /** How many heads of each were asked for. */
  int heads() {
    return heads.length;
  }

  /** The number of the n-th layer that was asked for. */
  int layer(int index) {
    return layers[index];
  }

  /** The number of the n-th head that was asked for. */
  int head(int index) {
    return heads[index];
  }

  /** Where a query's row begins. */
  private int row(int text, int head, int query) {
    return ((text * heads.length + head) * length + query) * length;
  }

  /**
   * The mean over the real queries of a text of -sum p ln p, in nats: 0 where each looks at one
   * token, ln T where each looks at all alike (as in Clark et al. 2019, section 3.3). Of a causal
   * model the first query can but look at itself, and counts with its 0.
   */
  double entropy(int text, int layer, int head) {
    return meanOfQueries(text, layer, head, (p, query, key) -> p == 0 ? 0 : -p * Math.log(p));
  }

  /**
   * The mean over the real queries of a text of sum p |query - key|, in tokens (Vig and Belinkov
   * 2019, section 4.3).
   */
  double distance(int text, int layer, int head) {
    return meanOfQueries(text, layer, head, (p, query, key) -> p * Math.abs(query - key));
  }

  /** A number of one probability. */
  @FunctionalInterface
  private interface Term {
    double of(double probability, int query, int key);
  }

  private double meanOfQueries(int text, int layer, int head, Term term) {
    float[] of = values.get(layer);
    double sum = 0;
    int queries = 0;
    for (int query = 0; query < length; query++) {
      if (!real[text][query]) {
        continue;
      }
      int row = row(text, head, query);
      for (int key = 0; key < length; key++) {
        sum += term.of(of[row + key], query, key);
      }
      queries++;
    }
    return sum / queries;
  }

  /**
   * One head's pattern for one text, queries by keys.
   *
   * @param tokens how many tokens the text has; padding behind them is left out
   */
  Grid grid(int text, int layer, int head, int tokens) {
    float[] of = values.get(layer);
    double[][] rows = new double[tokens][tokens];
    for (int query = 0; query < tokens; query++) {
      int row = row(text, head, query);
      for (int key = 0; key < tokens; key++) {
        rows[query][key] = of[row + key];
      }
    }
    return Grid.of(rows);
  }

  /** All of them, (B,L,H,T,T); what pads is zero or what the model made of it. */
  NumberArray array() {
    int whole = heads.length * length * length;
    return NumberArray.of(
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            long place = offset + i;
            int layer = (int) (place / whole % layers.length);
            int text = (int) (place / whole / layers.length);
            to[at + i] = values.get(layer)[text * whole + (int) (place % whole)];
          }
        },
        real.length,
        layers.length,
        heads.length,
        length,
        length);
  }

  @Override
  public String toString() {
    return "patterns of layers %s, heads %s, %d texts"
        .formatted(Arrays.toString(layers), Arrays.toString(heads), real.length);
  }
}

package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.interp.rows.Encoded;

/**
 * Texts in groups that do not differ but by chance: each text's group is drawn by the seed, the one
 * with the fewest rows taking the next, so that leaving one out tells how much other texts would
 * change. Groups by length or by place in a corpus would tell how texts differ.
 */
final class TextGroups {
  /** Passages that run as one batch. */
  private static final int BATCH = 32;

  private TextGroups() {}

  /**
   * By group, the batches: places of passages of about the same length, so that little is padding;
   * batches in any order, so that rows near each other are of texts of all lengths.
   *
   * @param passages one side's
   * @param count of groups at most; there are no more than texts
   */
  static List<List<int[]>> of(List<Encoded> passages, int count, long seed) {
    int groups = Math.min(count, passages.size());
    int[] group = new int[passages.size()];
    long[] rows = new long[groups];
    for (int text : Permutation.of(passages.size(), Draw.key(seed, Draw.Use.SPLIT))) {
      int least = 0;
      for (int i = 1; i < groups; i++) {
        least = rows[i] < rows[least] ? i : least;
      }
      group[text] = least;
      rows[least] += Math.max(1, passages.get(text).rows().size());
    }
    List<List<int[]>> batches = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      int own = i;
      batches.add(
          batches(
              passages,
              IntStream.range(0, group.length).filter(text -> group[text] == own).toArray(),
              Draw.key(seed, Draw.Use.ORDER, i)));
    }
    return batches;
  }

  private static List<int[]> batches(List<Encoded> passages, int[] texts, long key) {
    int[] order =
        Arrays.stream(texts)
            .boxed()
            .sorted(Comparator.comparingInt(i -> passages.get(i).example().ids().length))
            .mapToInt(Integer::intValue)
            .toArray();
    List<int[]> batches = new ArrayList<>();
    int count = (order.length + BATCH - 1) / BATCH;
    for (int batch : Permutation.of(count, key)) {
      int from = batch * BATCH;
      batches.add(Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH)));
    }
    return batches;
  }
}

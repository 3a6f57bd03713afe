package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;

/**
 * Whole entities, found and missed, sentence by sentence; as the evaluation of CoNLL 2003 counts
 * them: an entity is right when its kind and both ends are. A tag {@code I-} that continues nothing
 * begins an entity.
 *
 * @param right of each sentence
 * @param said of each sentence
 * @param own of each sentence
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
record Entities(int[] right, int[] said, int[] own) {
  /** From its first word to its last. */
  record Entity(String kind, int first, int last) {}

  /** The entities that tags spell. */
  static List<Entity> of(List<String> tags) {
    List<Entity> entities = new ArrayList<>();
    int begun = 0;
    String kind = "";
    for (int i = 0; i <= tags.size(); i++) {
      String tag = i < tags.size() ? tags.get(i) : "O";
      String next = tag.equals("O") ? "" : tag.substring(2);
      boolean goesOn = tag.startsWith("I-") && next.equals(kind);
      if (!kind.isEmpty() && !goesOn) {
        entities.add(new Entity(kind, begun, i - 1));
      }
      if (!goesOn) {
        begun = i;
        kind = next;
      }
    }
    return entities;
  }

  /**
   * Counts.
   *
   * @param own the tags of each sentence
   * @param said likewise, as a probe says
   */
  static Entities of(List<List<String>> own, List<List<String>> said) {
    int n = own.size();
    Entities counts = new Entities(new int[n], new int[n], new int[n]);
    for (int i = 0; i < n; i++) {
      Set<Entity> ours = new HashSet<>(of(own.get(i)));
      List<Entity> theirs = of(said.get(i));
      counts.own[i] = ours.size();
      counts.said[i] = theirs.size();
      counts.right[i] = (int) theirs.stream().filter(ours::contains).count();
    }
    return counts;
  }

  /** Micro F1 with its interval: sentences are what is resampled. */
  Interval f1(long seed) {
    return Resampling.seeded(seed).of(own.length, this::f1);
  }

  private double f1(int[] sentences) {
    long both = 0;
    long all = 0;
    for (int i : sentences) {
      both += right[i];
      all += said[i] + own[i];
    }
    return all == 0 ? Double.NaN : 2.0 * both / all;
  }

  /** This one's F1 less another's, were the outcomes of some sentences exchanged. */
  double difference(Entities other, boolean[] swapped) {
    return half(this, other, swapped) - half(other, this, swapped);
  }

  private static double half(Entities a, Entities b, boolean[] swapped) {
    long both = 0;
    long all = 0;
    for (int i = 0; i < swapped.length; i++) {
      Entities of = swapped[i] ? b : a;
      both += of.right[i];
      all += of.said[i] + of.own[i];
    }
    return all == 0 ? Double.NaN : 2.0 * both / all;
  }
}

package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import vitrine.interp.stats.Holm;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.PairedTest;

/**
 * What the probes of all layers of one model came to.
 *
 * @param trained the class of each training row
 * @param own the class of each test row; negative where training has none such
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record LayerScores(
    ClassNames classes,
    RowLabels train,
    RowLabels test,
    int[] trained,
    int[] own,
    List<LayerProbe> layers) {
  /**
   * Two probes on the same test rows.
   *
   * @param corrected the p-value, were as many tests made as here (Holm)
   */
  record Tested(String first, String second, PairedTest test, double corrected) {}

  /** The place of the layer with the best score; of equals the first. */
  int best(long seed) {
    int best = 0;
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i).score(seed).estimate() > layers.get(best).score(seed).estimate()) {
        best = i;
      }
    }
    return best;
  }

  /** Of always saying the commonest class of training: the share of test rows. */
  double majority() {
    int[] counts = counts();
    int most = most(counts);
    int right = 0;
    for (int k : own) {
      right += k == most ? 1 : 0;
    }
    return right / (double) own.length;
  }

  private int[] counts() {
    int[] counts = new int[classes.count()];
    for (int k : trained) {
      counts[k]++;
    }
    return counts;
  }

  private static int most(int[] counts) {
    int most = 0;
    for (int k = 1; k < counts.length; k++) {
      most = counts[k] > counts[most] ? k : most;
    }
    return most;
  }

  /**
   * Of saying for each word the class that it mostly has in training, and the commonest of all for
   * a word that training lacks: what can be known without a context.
   */
  Interval lookup(long seed) {
    Map<String, int[]> byForm = new HashMap<>();
    for (int i = 0; i < trained.length; i++) {
      byForm.computeIfAbsent(train.forms().get(i), form -> new int[classes.count()])[trained[i]]++;
    }
    int usual = most(counts());
    int[] said =
        test.forms().stream()
            .mapToInt(form -> {
              int[] seen = byForm.get(form);
              return seen == null ? usual : most(seen);
            })
            .toArray();
    return LayerProbe.accuracy(test, own, said, seed);
  }

  /** The labels of test rows that no training row has. */
  SortedSet<String> unseen() {
    SortedSet<String> unseen = new TreeSet<>();
    for (int i = 0; i < own.length; i++) {
      if (own[i] < 0) {
        unseen.add(test.labels().get(i));
      }
    }
    return unseen;
  }

  /** How many test rows have such a label. */
  int unseenRows() {
    int count = 0;
    for (int k : own) {
      count += k < 0 ? 1 : 0;
    }
    return count;
  }

  /** The best layer against every other one. */
  List<Tested> tests(long seed) {
    LayerProbe best = layers.get(best(seed));
    List<LayerProbe> others = new ArrayList<>(layers);
    others.remove(best);
    return against(best, others, this, "", seed);
  }

  /** The best layer against every layer of another model on the same rows. */
  List<Tested> tests(LayerScores other, String name, long seed) {
    return against(layers.get(best(seed)), other.layers, other, name + ": ", seed);
  }

  private List<Tested> against(
      LayerProbe best, List<LayerProbe> others, LayerScores of, String prefix, long seed) {
    if (of.test.count() != test.count()) {
      throw new IllegalArgumentException(
          "probe: %d and %d test rows; expected the same".formatted(test.count(), of.test.count()));
    }
    List<PairedTest> tests =
        others.stream().map(each -> best.against(each, test, own, seed)).toList();
    double[] corrected = Holm.adjusted(tests.stream().mapToDouble(PairedTest::p).toArray());
    List<Tested> all = new ArrayList<>();
    for (int i = 0; i < tests.size(); i++) {
      all.add(new Tested(best.layer(), prefix + others.get(i).layer(), tests.get(i), corrected[i]));
    }
    return all;
  }
}

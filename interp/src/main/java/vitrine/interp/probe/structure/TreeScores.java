package vitrine.interp.probe.structure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import vitrine.interp.stats.Correlation;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;

/**
 * How well predicted distances or depths rebuild trees.
 *
 * @param trees the share of edges between words that a minimum spanning tree of predicted distances
 *     has too, without directions (UUAS); of depths, the share of sentences whose root is the word
 *     of least predicted depth. Punctuation is passed over. With its interval over sentences.
 * @param perSentence right ones of each sentence, 1 or 0
 * @param spearman between predicted and own distances of each word to all others, as a mean over
 *     words, then over sentences of one length, then over lengths from 5 to 50 (or, where none is
 *     of such a length, over all); of depths, of each sentence's
 */
record TreeScores(Interval trees, List<double[]> perSentence, double spearman) {
  private static final int SHORTEST = 5;
  private static final int LONGEST = 50;

  /**
   * Of distances.
   *
   * @param words what the probe makes of the words of each tree
   */
  static TreeScores ofDistances(List<Tree> trees, List<double[][]> words, long seed) {
    List<double[][]> predicted = new ArrayList<>();
    for (double[][] each : words) {
      int n = each.length;
      double[][] distances = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          distances[i][j] = StructuralProbe.squared(each[i], each[j]);
        }
      }
      predicted.add(distances);
    }
    return of(trees, predicted, seed);
  }

  /** Of a chain: each word hangs on the one before it. */
  static TreeScores ofChain(List<Tree> trees, long seed) {
    List<double[][]> predicted = new ArrayList<>();
    for (Tree tree : trees) {
      int n = tree.size();
      double[][] distances = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          distances[i][j] = Math.abs(i - j);
        }
      }
      predicted.add(distances);
    }
    return of(trees, predicted, seed);
  }

  private static TreeScores of(List<Tree> trees, List<double[][]> predicted, long seed) {
    List<double[]> hits = new ArrayList<>();
    TreeMap<Integer, List<Double>> byLength = new TreeMap<>();
    for (int i = 0; i < trees.size(); i++) {
      double[] found = edges(trees.get(i), predicted.get(i));
      if (found.length > 0) {
        hits.add(found);
      }
      int[][] own = trees.get(i).distances();
      double sum = 0;
      int counted = 0;
      for (int word = 0; word < own.length; word++) {
        double rho =
            Correlation.spearman(
                Arrays.stream(own[word]).asDoubleStream().toArray(), predicted.get(i)[word]);
        if (!Double.isNaN(rho)) {
          sum += rho;
          counted++;
        }
      }
      if (counted > 0) {
        byLength.computeIfAbsent(own.length, n -> new ArrayList<>()).add(sum / counted);
      }
    }
    return new TreeScores(Resampling.seeded(seed).meanOfTokens(hits), hits, mean(byLength));
  }

  /** Of depths. */
  static TreeScores ofDepths(List<Tree> trees, List<double[][]> words, long seed) {
    List<double[]> hits = new ArrayList<>();
    TreeMap<Integer, List<Double>> byLength = new TreeMap<>();
    for (int i = 0; i < trees.size(); i++) {
      Tree tree = trees.get(i);
      double[] predicted =
          Arrays.stream(words.get(i)).mapToDouble(StructuralProbe::length).toArray();
      hits.add(new double[] {isRoot(tree, predicted) ? 1 : 0});
      double rho =
          Correlation.spearman(Arrays.stream(tree.depths()).asDoubleStream().toArray(), predicted);
      if (!Double.isNaN(rho)) {
        byLength.computeIfAbsent(tree.size(), n -> new ArrayList<>()).add(rho);
      }
    }
    return new TreeScores(Resampling.seeded(seed).meanOfTokens(hits), hits, mean(byLength));
  }

  private static boolean isRoot(Tree tree, double[] depths) {
    int least = -1;
    for (int i = 0; i < depths.length; i++) {
      if (!tree.punctuation()[i] && (least < 0 || depths[i] < depths[least])) {
        least = i;
      }
    }
    return least >= 0 && tree.heads()[least] == least;
  }

  private static double mean(TreeMap<Integer, List<Double>> byLength) {
    List<Double> usual = means(byLength.subMap(SHORTEST, true, LONGEST, true).values());
    List<Double> chosen = usual.isEmpty() ? means(byLength.values()) : usual;
    return chosen.stream().mapToDouble(each -> each).average().orElse(Double.NaN);
  }

  private static List<Double> means(java.util.Collection<List<Double>> groups) {
    return groups.stream()
        .map(group -> group.stream().mapToDouble(each -> each).average().orElseThrow())
        .toList();
  }

  /** For each edge of a tree between words that are no punctuation, whether it was found. */
  private static double[] edges(Tree tree, double[][] distances) {
    int n = tree.size();
    boolean[][] found = spanning(tree.punctuation(), distances);
    List<Double> hits = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int head = tree.heads()[i];
      if (head != i && !tree.punctuation()[i] && !tree.punctuation()[head]) {
        hits.add(found[i][head] ? 1.0 : 0.0);
      }
    }
    return hits.stream().mapToDouble(each -> each).toArray();
  }

  /** The minimum spanning tree of the words that are not left out (Prim 1957). */
  private static boolean[][] spanning(boolean[] out, double[][] distances) {
    int n = out.length;
    boolean[][] edges = new boolean[n][n];
    double[] nearest = new double[n];
    int[] through = new int[n];
    boolean[] done = out.clone();
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    boolean isFirst = true;
    for (int next = next(done, nearest); next >= 0; next = next(done, nearest)) {
      done[next] = true;
      if (!isFirst) {
        edges[next][through[next]] = true;
        edges[through[next]][next] = true;
      }
      isFirst = false;
      for (int j = 0; j < n; j++) {
        if (!done[j] && distances[next][j] < nearest[j]) {
          nearest[j] = distances[next][j];
          through[j] = next;
        }
      }
    }
    return edges;
  }

  /** The nearest that is not done, of equals the first; negative when all are. */
  private static int next(boolean[] done, double[] nearest) {
    int next = -1;
    for (int i = 0; i < done.length; i++) {
      if (!done[i] && (next < 0 || nearest[i] < nearest[next])) {
        next = i;
      }
    }
    return next;
  }
}

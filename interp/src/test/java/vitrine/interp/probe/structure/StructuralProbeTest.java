package vitrine.interp.probe.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vitrine.interp.rows.Passage;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class StructuralProbeTest {
  /** Words at most, and so edges. */
  private static final int MOST = 9;

  private static final int WIDTH = 40;

  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = Backends.open("auto", 1, note -> {});
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  private static Tree tree(int... heads) {
    return new Tree(new Passage("test", "", List.of()), heads, new boolean[heads.length]);
  }

  private static List<Tree> trees(int count, long seed) {
    Random random = new Random(seed);
    List<Tree> trees = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int n = 4 + random.nextInt(MOST - 3);
      int[] heads = new int[n];
      for (int word = 1; word < n; word++) {
        heads[word] = random.nextInt(word);
      }
      trees.add(tree(heads));
    }
    return trees;
  }

  /**
   * Words as the sum of one direction for each edge on their way to the root, which makes squared
   * distances those of the tree, mirrored and stretched into a space with other directions that say
   * nothing.
   */
  private static TreeRows planted(List<Tree> trees, long seed) {
    Random random = new Random(3); // the same map for all
    double[] mirror = new double[WIDTH];
    double[] size = new double[WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      mirror[j] = random.nextGaussian();
      size[j] = 0.5 + 1.5 * random.nextDouble();
    }
    double square = StructuralProbe.length(mirror);
    Random noise = new Random(seed);
    List<double[]> rows = new ArrayList<>();
    for (Tree tree : trees) {
      for (int word = 0; word < tree.size(); word++) {
        double[] own = new double[WIDTH];
        for (int at = word; tree.heads()[at] != at; at = tree.heads()[at]) {
          own[at] += 1;
        }
        for (int j = MOST; j < WIDTH; j++) {
          own[j] = noise.nextGaussian();
        }
        double along = 0;
        for (int j = 0; j < WIDTH; j++) {
          along += mirror[j] * own[j];
        }
        double[] turned = new double[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
          turned[j] = 3 + size[j] * (own[j] - 2 * along / square * mirror[j]);
        }
        rows.add(turned);
      }
    }
    return new TreeRows(trees, WIDTH, rows::get);
  }

  @Test
  void should_recover_a_metric_when_it_is_planted() {
    List<Tree> train = trees(1500, 1);
    List<Tree> test = trees(200, 2);
    TreeRows x = planted(train, 4);
    TreeRows y = planted(test, 5);
    StructuralProbe.Training how = new StructuralProbe.Training(MOST, 40, 1e-2, 20, 7);
    StructuralProbe distance =
        StructuralProbe.fit(kernels, "planted", StructuralProbe.Kind.DISTANCE, x, how);
    TreeScores edges = TreeScores.ofDistances(test, distance.project(kernels, y), 1);
    StructuralProbe depth =
        StructuralProbe.fit(kernels, "planted", StructuralProbe.Kind.DEPTH, x, how);
    TreeScores depths = TreeScores.ofDepths(test, depth.project(kernels, y), 1);
    System.out.printf(
        "planted metric: UUAS %.4f, Spearman %.4f, roots %.4f, Spearman %.4f, loss %.4f %.4f%n",
        edges.trees().estimate(),
        edges.spearman(),
        depths.trees().estimate(),
        depths.spearman(),
        distance.loss(),
        depth.loss());
    assertTrue(edges.trees().estimate() > 0.98, "UUAS " + edges.trees());
    assertTrue(edges.spearman() > 0.9, "Spearman " + edges.spearman());
    assertTrue(depths.trees().estimate() > 0.95, "roots " + depths.trees());
    assertTrue(depths.spearman() > 0.9, "Spearman " + depths.spearman());
    TreeScores chain = TreeScores.ofChain(test, 1);
    assertTrue(chain.trees().estimate() < 0.7, "chain " + chain.trees());
  }

  @Test
  void should_have_the_same_bits_when_run_again() {
    List<Tree> train = trees(50, 1);
    TreeRows x = planted(train, 4);
    StructuralProbe.Training how = new StructuralProbe.Training(4, 2, 1e-2, 20, 7);
    assertArrayEquals(
        StructuralProbe.fit(kernels, "x", StructuralProbe.Kind.DISTANCE, x, how).map(),
        StructuralProbe.fit(kernels, "x", StructuralProbe.Kind.DISTANCE, x, how).map());
  }

  @Test
  void should_measure_trees_when_they_branch() {
    Tree tree = tree(1, 1, 1, 2, 2);
    assertArrayEquals(new int[] {1, 0, 1, 2, 2}, tree.depths());
    assertArrayEquals(new int[] {0, 1, 2, 3, 3}, tree.distances()[0]);
    assertArrayEquals(new int[] {3, 2, 1, 0, 2}, tree.distances()[3]);
    double[][] words = new double[5][5];
    for (int i = 0; i < 5; i++) {
      for (int at = i; tree.heads()[at] != at; at = tree.heads()[at]) {
        words[i][at] = 1;
      }
    }
    TreeScores scores =
        TreeScores.ofDistances(List.of(tree), java.util.Collections.singletonList(words), 1);
    assertEquals(1, scores.trees().estimate());
    assertEquals(1, scores.spearman(), 1e-12);
    assertEquals(
        1,
        TreeScores.ofDepths(List.of(tree), java.util.Collections.singletonList(words), 1)
            .trees()
            .estimate());
  }

  /** Against finite differences, where no error is near 0. */
  @Test
  void should_be_the_gradient_when_words_move() {
    Tree tree = tree(1, 1, 1, 2);
    Random random = new Random(5);
    for (StructuralProbe.Kind kind : StructuralProbe.Kind.values()) {
      double[][] words = new double[4][3];
      for (double[] word : words) {
        for (int k = 0; k < 3; k++) {
          word[k] = random.nextGaussian();
        }
      }
      double[][] gradient = new double[4][3];
      StructuralProbe.loss(kind, tree, words, gradient);
      for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 3; k++) {
          double h = 1e-6;
          words[i][k] += h;
          double more = StructuralProbe.loss(kind, tree, words, new double[4][3]);
          words[i][k] -= 2 * h;
          double less = StructuralProbe.loss(kind, tree, words, new double[4][3]);
          words[i][k] += h;
          assertEquals((more - less) / (2 * h), gradient[i][k], 1e-6, kind + " " + i + " " + k);
        }
      }
    }
  }
}

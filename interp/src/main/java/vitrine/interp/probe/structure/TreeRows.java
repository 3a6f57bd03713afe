package vitrine.interp.probe.structure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import vitrine.engine.InputException;
import vitrine.interp.rows.Encoded;

/**
 * Trees with the rows of one layer: tree after tree, a row a word.
 *
 * @param trees in the order of the rows
 * @param width d
 * @param row gives the numbers of a row
 */
record TreeRows(List<Tree> trees, int width, IntFunction<double[]> row) {
  /** Those whose every word has a token: of others there is no whole tree of rows. */
  static List<Tree> whole(List<Tree> trees, List<Encoded> encoded) {
    List<Tree> whole = new ArrayList<>();
    for (int i = 0; i < trees.size(); i++) {
      if (encoded.get(i).rows().stream().allMatch(row -> row.length > 0)) {
        whole.add(trees.get(i));
      }
    }
    return whole;
  }

  /** The rows of all words, as many as there are. */
  int rows() {
    return trees.stream().mapToInt(Tree::size).sum();
  }

  /**
   * The standard deviation of all numbers about the means of their columns.
   *
   * @throws InputException when one is not finite
   */
  double deviation(String operand) {
    int n = rows();
    double[] means = new double[width];
    for (int i = 0; i < n; i++) {
      double[] values = row.apply(i);
      for (int j = 0; j < width; j++) {
        if (!Double.isFinite(values[j])) {
          throw new InputException(
              "probe: %s: row %d, column %d is %s; expected finite numbers. Mend what made it"
                  .formatted(operand, i, j, values[j]));
        }
        means[j] += values[j] / n;
      }
    }
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double[] values = row.apply(i);
      for (int j = 0; j < width; j++) {
        squares += (values[j] - means[j]) * (values[j] - means[j]);
      }
    }
    return squares == 0 ? 1 : Math.sqrt(squares / n / width);
  }
}

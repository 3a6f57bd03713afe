/**
 * Measures of how alike two representations are: of the same examples, in rows, two sets of units,
 * in columns. The letters: n examples, d_x and d_y units.
 *
 * <p>Enters: {@link vitrine.interp.compare.measures.Activations} (all rows at hand) or {@link
 * vitrine.interp.compare.measures.CrossMoments} (sums over any number of rows). Leaves: numbers
 * with intervals and what chance would give.
 *
 * <p>Six measures need no more than the covariances, so that both ways come together in an {@link
 * vitrine.interp.compare.measures.Alignment}, on which {@link
 * vitrine.interp.compare.measures.LinearMeasures} are short formulas. The others look at pairs of
 * examples, n x n, and take a sample of many rows.
 *
 * <p>Rules, here once for all:
 *
 * <ul>
 *   <li>A number that is NaN or infinite is an error that names its row and column. Nothing is left
 *       out silently.
 *   <li>Columns are centred first, except where only differences or rows count. A constant column
 *       is then exactly zero, however large it was.
 *   <li>A direction counts as there when its singular value is more than the tolerance (1e-6) times
 *       the largest, after centring. Constant, duplicate and dependent columns so change nothing.
 *   <li>With n - 1 below d_x or d_y, canonical correlations are 1 for any two matrices: a warning
 *       says so, and when n is less than ten times the rank.
 *   <li>What is undefined is NaN, with a warning that says why; it is never 0 or 1 instead.
 * </ul>
 *
 * <p>Reading order: Activations, Measure, Options, Alignment, LinearMeasures, LinearFamily,
 * Distances, KernelFamily, RsaFamily, NeighbourFamily, Draws, Comparison; for streams Compensated,
 * CrossMoments, LayerSums.
 */
@NullMarked
package vitrine.interp.compare.measures;

import org.jspecify.annotations.NullMarked;

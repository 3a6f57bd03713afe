/**
 * What the measurements share: the machine, what {@code /proc} tells, medians and intervals, and
 * model directories with random weights that the tool makes for itself.
 *
 * <p>Measurements are two: {@link vitrine.bench.kernels} holds the kernels against what the machine
 * can do at most, {@link vitrine.bench.peers} the engine against other engines.
 */
@NullMarked
package vitrine.bench;

import org.jspecify.annotations.NullMarked;

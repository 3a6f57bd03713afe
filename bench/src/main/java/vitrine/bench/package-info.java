/**
 * What the measurements share: the machine, what {@code /proc} tells, medians and intervals, and
 * model directories with random weights that the tool makes for itself.
 *
 * <p>Measurements are three: {@link vitrine.bench.kernels} holds the kernels against what the
 * machine can do at most, {@link vitrine.bench.peers} the engine against other engines, {@link
 * vitrine.bench.sweeps} many edited runs as one against a loop.
 */
@NullMarked
package vitrine.bench;

import org.jspecify.annotations.NullMarked;

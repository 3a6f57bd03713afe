/** Text from a causal model: key-value cached decoding, greedy or sampled. */
@NullMarked
package vitrine.engine.generation;

import org.jspecify.annotations.NullMarked;

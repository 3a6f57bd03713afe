package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;

/**
 * What a layer's forward pass gives.
 *
 * @param out what flows on
 * @param cache what its backward pass needs; where the run has none, its tensors are gone already
 */
public record Passed<O, C extends @Nullable Object>(O out, C cache) {}

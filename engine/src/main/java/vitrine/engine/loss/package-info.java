/**
 * From outputs to one number: the losses of a plan. In: a {@link vitrine.engine.hooks.Loss}, a
 * head's outputs, the batch's labels. Out: the value, summed in double on the host from the
 * backend's row losses, and what each example has of it; and, backward, the gradients of the
 * outputs.
 */
@NullMarked
package vitrine.engine.loss;

import org.jspecify.annotations.NullMarked;

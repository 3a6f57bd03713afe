package vitrine.engine.models;

import vitrine.engine.hooks.SavedMemory;

/**
 * The memory that a pass would take, found by going through its steps without numbers ({@link
 * Model#forecast}). The model's own weights are not counted, nor what people's own edits allocate.
 *
 * @param saved what it would keep for the backward pass, by name; what {@link
 *     vitrine.engine.hooks.Trace#saved} then says
 * @param gradients bytes of the gradients of all parameters; 0 when they are not asked for. Each
 *     state of an optimizer is as large again
 * @param peakBytes the most bytes that activations and gradients would hold at once
 */
public record Forecast(SavedMemory saved, long gradients, long peakBytes) {}

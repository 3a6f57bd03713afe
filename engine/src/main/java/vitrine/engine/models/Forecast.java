package vitrine.engine.models;

import vitrine.engine.hooks.SavedMemory;

/**
 * The memory that a pass would take, found by going through its steps without numbers ({@link
 * Model#forecast}). What people's own edits allocate is not foreseen; the model's own weights are
 * not counted.
 *
 * @param saved what it would keep for the backward pass, by name; what {@link
 *     vitrine.engine.hooks.Trace#saved} then says
 * @param gradients bytes of the gradients of all parameters; 0 when they are not asked for. Each
 *     state of an optimizer is as large again
 * @param peakBytes the most bytes that activations and gradients would hold at once; what {@link
 *     vitrine.engine.hooks.Trace#peakBytes} then says
 */
public record Forecast(SavedMemory saved, long gradients, long peakBytes) {}

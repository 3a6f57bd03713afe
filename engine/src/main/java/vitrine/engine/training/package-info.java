/**
 * Training from scratch and fine-tuning.
 *
 * <p>A {@link vitrine.engine.training.StartingPoint} says what there is before: a config, the
 * tensors of a file, and which ones are drawn. A {@link vitrine.engine.training.Recipe} says what
 * is done, {@link vitrine.engine.training.TrainingData} with what. The {@link
 * vitrine.engine.training.Trainer} does it and tells it as {@link
 * vitrine.engine.training.TrainingEvent}s; in a {@link vitrine.engine.training.RunDirectory} it
 * leaves metrics and checkpoints. {@link vitrine.engine.training.ModelWriter} saves what came of
 * it, {@link vitrine.engine.training.Evaluator} measures any model, {@link
 * vitrine.engine.training.EvaluationRun} one example after the other.
 *
 * <p>A training is a pure function of starting point, recipe and data: what is random in it depends
 * on the seed and on counters ({@link vitrine.engine.data.Draw}), so that a checkpoint is weights,
 * the optimizer's two means and the number of the step. Killed at any moment and resumed, it ends
 * with the same bits.
 *
 * <p>Reading order: {@code Recipe} with {@code Schedule} and {@code Watch}; {@code Trainer}; what a
 * step is made of ({@code Progress}, {@code Batches} with {@code Terms}, {@code AdamW}, {@code
 * Health}); what comes between steps ({@code Journal}, {@code Evaluator} with {@code Tally}, {@code
 * CheckpointFile} with {@code Provenance}); {@code StartingPoint} with {@code Configs} and {@code
 * Initializer}.
 */
@NullMarked
package vitrine.engine.training;

import org.jspecify.annotations.NullMarked;

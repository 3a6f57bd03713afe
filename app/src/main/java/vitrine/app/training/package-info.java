/**
 * What stands between a person and a training that takes hours: settings that are read from a file
 * and written beside the result ({@link vitrine.app.training.Settings}), what is told on the way,
 * to people ({@link vitrine.app.training.TrainingView}) or to programs ({@link
 * vitrine.app.training.TrainingEvents}), and an end that leaves a checkpoint when the process is
 * asked to go ({@link vitrine.app.training.Interruption}). Likewise what an evaluation finds of
 * each example ({@link vitrine.app.training.EvaluationDirectory}) and the words that a tokenizer is
 * learned from ({@link vitrine.app.training.WordCheckpoint}).
 */
@NullMarked
package vitrine.app.training;

import org.jspecify.annotations.NullMarked;

/**
 * Which tokens of a text an output hangs on.
 *
 * <p>Enters: a model, texts with their targets ({@link vitrine.interp.saliency.Question}), a {@link
 * vitrine.interp.saliency.SaliencySpec}. Leaves: a score for every token, for the methods that
 * promise it with what the scores add up to, and on demand with what the model makes of the tokens
 * that scored high.
 *
 * <p>Reading order: Target, Method, SaliencySpec; Evaluation, which all runs go through; Gradients
 * with PathRule, Steps, Baseline, Baselines; Occlusions, Rollouts; Relevance with RelevanceEdits
 * and HeadRelevance; Faithfulness, Words; Saliency; Scored and SaliencyResult.
 */
@NullMarked
package vitrine.interp.saliency;

import org.jspecify.annotations.NullMarked;

/**
 * Pairs of prompts, made from templates: a clean one, a corrupted one that differs in a word, what
 * the model should say after either.
 *
 * <p>Enters: which kind, a tokenizer, a seed. Leaves: {@link vitrine.interp.prompts.TextPair}s that
 * fit the tokenizer: answers are single tokens, both prompts are equally long. Reading order:
 * TextPair, Prompts, then the templates: IndirectObjects, Agreement, Repetition.
 */
@NullMarked
package vitrine.interp.prompts;

import org.jspecify.annotations.NullMarked;

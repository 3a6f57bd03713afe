/**
 * What a person gives a model to read: a text, a pair, ids, or a JSONL file with one of these a
 * line.
 *
 * <p>Enters: option values and files. Leaves: {@link vitrine.app.input.InputLine}, checked in
 * itself but not yet against any model. Reading order: InputLine, JsonLines, InputLines, Ids.
 */
@NullMarked
package vitrine.app.input;

import org.jspecify.annotations.NullMarked;

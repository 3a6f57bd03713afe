/**
 * From texts to rows: what the layers of a model hold of tokens, words and sentences.
 *
 * <p>In: a {@link vitrine.interp.rows.Passage}, a text with its words. A {@link
 * vitrine.interp.rows.Reading} says what a row stands for, and makes an {@link
 * vitrine.interp.rows.Encoded} of it; a {@link vitrine.interp.rows.Reader} runs the model and pools
 * tokens to rows, of every layer. Out: rows batch by batch, or {@link
 * vitrine.interp.rows.LayerRows}, all rows of all layers in files, for who goes through them more
 * than once.
 */
@NullMarked
package vitrine.interp.rows;

import org.jspecify.annotations.NullMarked;

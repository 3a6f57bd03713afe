/**
 * From text to token ids and back: GPT-2's byte-level byte-pair encoding and BERT's WordPiece.
 *
 * <p>A model directory enters ({@link vitrine.engine.text.Tokenizers#load}); a {@link
 * vitrine.engine.text.Tokenizer} leaves, and what it makes of a text is an {@link
 * vitrine.engine.text.Encoding}: tokens, ids, and where in the original text each token stands, in
 * Java chars.
 *
 * <p>Both kinds walk the same road, which {@code VocabularyTokenizer} holds: special tokens written
 * in the text are cut out ({@code AddedTokens}), what lies between is normalised (BERT only: {@code
 * BertNormalizer}, whose {@code AlignedText} remembers where each char came from), split into words
 * ({@code Gpt2Words}, or white space and punctuation), each word becomes pieces ({@code
 * BytePairMerges}, {@code PieceTrie}), the sequences are truncated, and a {@code Template} puts
 * {@code [CLS]} and {@code [SEP]} around them.
 *
 * <p>A tokenizer can also be learned: texts enter a {@link vitrine.engine.text.TokenizerTrainer},
 * which counts their words; {@code PairLearner} finds the merges; a {@link
 * vitrine.engine.text.TrainedTokenizer} leaves, ready for use and as the files of a directory.
 *
 * <p>The reference is Hugging Face's tokenizers: ids, tokens and offsets agree with it on every
 * string, also where it is odd (its BERT classes of characters are those of Unicode 8, see {@code
 * TextClasses}). {@code tests/.../text} holds the comparison.
 *
 * <p>Reading order: {@code Tokenizer}, {@code VocabularyTokenizer}, {@code WordPieceTokenizer},
 * {@code BytePairTokenizer}; then {@code Tokenizers} and the readers of files behind it; then
 * {@code BytePairTrainer}, {@code PairLearner}, {@code WordPieceTrainer}.
 */
@NullMarked
package vitrine.engine.text;

import org.jspecify.annotations.NullMarked;

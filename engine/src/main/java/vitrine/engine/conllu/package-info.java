/**
 * Treebanks: files in CoNLL-U (Universal Dependencies, format version 2), as sentences.
 *
 * <p>A sentence has surface {@link vitrine.engine.conllu.Token}s, of which its text consists, and
 * syntactic {@link vitrine.engine.conllu.Word}s, which carry lemma, tags and heads. Mostly they are
 * one to one; a multiword token (French <i>du</i>) is one token of several words (<i>de</i>,
 * <i>le</i>). Empty nodes stand for what was left out; they are neither, and are kept apart.
 *
 * <p>Reading order: Word, Token, Sentence, ConlluFile, SentenceReader.
 */
@NullMarked
package vitrine.engine.conllu;

import org.jspecify.annotations.NullMarked;

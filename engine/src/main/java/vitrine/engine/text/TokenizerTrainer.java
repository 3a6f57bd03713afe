package vitrine.engine.text;

import java.util.function.IntConsumer;

/**
 * Learns a tokenizer from texts: first the texts are added, then it is trained.
 *
 * <p>Deterministic: the same texts in the same order give the same files, byte for byte. Held in
 * memory are the different words of the texts, not the texts.
 */
public sealed interface TokenizerTrainer permits BytePairTrainer, WordPieceTrainer {

  /**
   * Counts the words of a text. No word goes on from one text to the next; texts that are lines
   * keep their line feeds.
   */
  void add(String text);

  /** Counts a word that was counted before, as {@link #forEachWord} tells it. */
  void add(String word, long count);

  /** Something that is done with a word and its count. */
  @FunctionalInterface
  interface Each<E extends Exception> {
    void word(String word, long count) throws E;
  }

  /** Tells every word with its count, in the order in which they first came up. */
  <E extends Exception> void forEachWord(Each<E> each) throws E;

  /** How many different words have been counted. */
  int words();

  /**
   * Learns from the words counted so far.
   *
   * @param progress gets the size of the vocabulary after each merge
   * @throws vitrine.engine.InputException when there is no word, or the vocabulary has no room for
   *     what it cannot do without
   */
  TrainedTokenizer train(IntConsumer progress);
}

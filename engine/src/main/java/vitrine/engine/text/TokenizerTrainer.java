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

package vitrine.engine.text;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import vitrine.engine.InputException;

/**
 * Learns GPT-2's byte-level byte-pair encoding: {@code <|endoftext|>}, the 256 bytes, and what the
 * most frequent pairs of them make (Radford et al., 2019).
 *
 * <p>Vocabulary, ids and merges are those of the BpeTrainer of Hugging Face's tokenizers with the
 * special token {@code <|endoftext|>} and the whole byte alphabet. As there, {@code <|endoftext|>}
 * within a text is counted as the text it is spelled with.
 */
public final class BytePairTrainer implements TokenizerTrainer {
  /** What a vocabulary has before the first merge. */
  public static final int LEAST_VOCABULARY = 1 + 256;

  private final TrainingSize size;
  private final WordCounts words = new WordCounts();

  /**
   * A trainer without texts yet.
   *
   * @throws InputException when the vocabulary is smaller than {@link #LEAST_VOCABULARY}
   */
  public BytePairTrainer(TrainingSize size) {
    if (size.vocabulary() < LEAST_VOCABULARY) {
      throw new InputException(
          "train-tokenizer: vocabulary: %d tokens; expected at least %d, %s and the 256 bytes."
                  .formatted(size.vocabulary(), LEAST_VOCABULARY, BytePairTokenizer.END_OF_TEXT)
              + " Ask for more.");
    }
    this.size = size;
  }

  @Override
  public void add(String text) {
    int at = 0;
    while (at < text.length()) {
      int end = Gpt2Words.end(text, at, text.length());
      words.add(text.substring(at, end));
      at = end;
    }
  }

  @Override
  public void add(String word, long count) {
    words.add(word, count);
  }

  @Override
  public <E extends Exception> void forEachWord(Each<E> each) throws E {
    words.forEach(each);
  }

  @Override
  public int words() {
    return words.size();
  }

  @Override
  public TrainedTokenizer train(IntConsumer progress) {
    words.requireSome();
    Symbols symbols = new Symbols();
    symbols.id(BytePairTokenizer.END_OF_TEXT);
    // The reference sorts the alphabet by the spelling of the bytes, not by the bytes.
    IntStream.range(0, 256)
        .map(ByteAlphabet::toChar)
        .sorted()
        .forEach(c -> symbols.id(String.valueOf((char) c)));
    PairLearner learner = new PairLearner(symbols, "");
    words.forEach((word, count) -> learner.word(symbols(word, symbols), count));
    List<BytePairMerges.Pair> merges =
        learner.learn(size.vocabulary(), size.minFrequency(), progress);
    return TrainedTokenizer.bytePair(symbols.spellings(), merges);
  }

  private static int[] symbols(String word, Symbols symbols) {
    byte[] utf8 = Utf8Cursor.encode(word);
    int[] ids = new int[utf8.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = symbols.id(String.valueOf(ByteAlphabet.toChar(utf8[i] & 0xff)));
    }
    return ids;
  }
}

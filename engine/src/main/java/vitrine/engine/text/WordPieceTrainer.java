package vitrine.engine.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import vitrine.engine.InputException;

/**
 * Learns the pieces of a BERT vocabulary: the special tokens, the characters of the texts, the
 * characters that continue a word, and what the most frequent pairs of pieces make.
 *
 * <p>So does the WordPieceTrainer of Hugging Face's tokenizers: it merges by frequency, as
 * byte-pair encoding does, not by likelihood as Wu et al. (2016) describe. The order of the
 * characters that continue a word is there that of a hash table, different from run to run, and
 * with it which of two equally frequent pairs comes first. Here they stand in the order of their
 * code points, as the other characters do in both.
 */
public final class WordPieceTrainer implements TokenizerTrainer {
  /** How many characters a vocabulary has at most, where nothing else is said. */
  public static final int USUAL_ALPHABET = 1000;

  static final String PREFIX = "##";

  /** In the order of BERT's own vocabularies. */
  static final List<Role> SPECIAL =
      List.of(Role.PAD, Role.UNKNOWN, Role.CLASSIFICATION, Role.SEPARATOR, Role.MASK);

  private final TrainingSize size;
  private final Casing casing;
  private final int alphabet;
  private final BertNormalizer normalizer;
  private final WordCounts words = new WordCounts();

  /** A trainer without texts yet. */
  public WordPieceTrainer(TrainingSize size, Casing casing) {
    this(size, casing, USUAL_ALPHABET);
  }

  /**
   * A trainer without texts yet.
   *
   * @param alphabet how many characters the vocabulary has at most: the most frequent ones, and of
   *     equally frequent ones those with the smaller code points. Words with others become unknown
   */
  public WordPieceTrainer(TrainingSize size, Casing casing, int alphabet) {
    if (alphabet < 1) {
      throw new InputException(
          "train-tokenizer: alphabet: %d characters; expected at least 1.".formatted(alphabet));
    }
    this.size = size;
    this.casing = casing;
    this.alphabet = alphabet;
    normalizer = BertNormalizer.of(casing);
  }

  @Override
  public void add(String text) {
    AlignedText normalized = normalizer.normalize(text, 0, text.length());
    BertWords.split(
        normalized,
        0,
        normalized.length(),
        (from, to) -> words.add(normalized.subSequence(from, to)));
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
    SPECIAL.forEach(role -> symbols.id(WordPieceTokenizer.usualSpecial(role)));
    Set<Integer> characters = alphabet();
    characters.forEach(c -> symbols.id(Character.toString(c)));
    TreeSet<Integer> continuing = new TreeSet<>();
    words.forEach((word, count) ->
        word.codePoints().skip(1).filter(characters::contains).forEach(continuing::add));
    continuing.forEach(c -> symbols.id(PREFIX + Character.toString(c)));
    if (symbols.size() > size.vocabulary()) {
      throw new InputException(
          "train-tokenizer: vocabulary: %d tokens; expected at least %d, the special tokens and the"
                  .formatted(size.vocabulary(), symbols.size())
              + " characters of the texts. Ask for more, or for a smaller alphabet.");
    }
    PairLearner learner = new PairLearner(symbols, PREFIX);
    words.forEach((word, count) -> learner.word(symbols(word, symbols), count));
    learner.learn(size.vocabulary(), size.minFrequency(), progress);
    return TrainedTokenizer.wordPiece(symbols.spellings(), casing);
  }

  /** The characters that the vocabulary has, by code point. */
  private Set<Integer> alphabet() {
    Map<Integer, Long> counts = new HashMap<>();
    words.forEach(
        (word, count) -> word.codePoints().forEach(c -> counts.merge(c, count, Long::sum)));
    List<Integer> byCount = new ArrayList<>(new TreeSet<>(counts.keySet()));
    byCount.sort(Comparator.comparing(counts::get, Comparator.reverseOrder()));
    return new TreeSet<>(byCount.subList(0, Math.min(alphabet, byCount.size())));
  }

  /** A word's characters; one that is not in the vocabulary is left out, as in the reference. */
  private static int[] symbols(String word, Symbols symbols) {
    int[] characters = word.codePoints().toArray();
    int[] ids = new int[characters.length];
    int length = 0;
    for (int i = 0; i < characters.length; i++) {
      String character = Character.toString(characters[i]);
      if (symbols.has(character)) {
        ids[length++] = symbols.id(i == 0 ? character : PREFIX + character);
      }
    }
    return Arrays.copyOf(ids, length);
  }
}

package vitrine.engine.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** What holds whatever a tokenizer is trained on. */
final class TokenizerTrainingPropertiesTest {

  /** Any whole characters, many of them the same. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<Integer> any =
        Arbitraries.integers().between(0, 0x10ffff).filter(c -> c < 0xd800 || c > 0xdfff);
    Arbitrary<Integer> few =
        Arbitraries.of(List.of((int) 'a', (int) 'b', (int) ' ', 0xe9, 0x1f642));
    return Arbitraries.oneOf(few, few, few, any)
        .list()
        .ofMaxSize(60)
        .map(points -> {
          StringBuilder text = new StringBuilder();
          points.forEach(text::appendCodePoint);
          return text.toString();
        });
  }

  /** Counted words of the symbols 0 to 3, long enough to hold runs and overlaps. */
  @Provide
  Arbitrary<List<Word>> words() {
    Arbitrary<List<Integer>> ids = Arbitraries.integers().between(0, 3).list().ofMaxSize(12);
    Arbitrary<Integer> counts = Arbitraries.integers().between(1, 4);
    return Combinators.combine(ids, counts).as(Word::new).list().ofMinSize(1).ofMaxSize(12);
  }

  record Word(List<Integer> ids, int count) {
    int[] symbols() {
      return ids.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  @Property(tries = 200)
  void should_return_any_text_when_a_trained_byte_pair_encoding_decodes_what_it_encoded(
      @ForAll("texts") String trained,
      @ForAll("texts") String text,
      @ForAll @IntRange(min = 257, max = 320) int vocabulary) {
    Assume.that(!trained.isEmpty());
    BytePairTrainer trainer = new BytePairTrainer(new TrainingSize(vocabulary, 1));
    trainer.add(trained);
    Tokenizer tokenizer = trainer.train(tokens -> {}).tokenizer();
    for (String each : List.of(trained, text)) {
      assertEquals(each, tokenizer.decode(tokenizer.encode(each).ids()));
    }
  }

  @Property(tries = 200)
  void should_know_every_word_when_pieces_are_trained_on_the_text(
      @ForAll("texts") String trained, @ForAll Casing casing) {
    WordPieceTrainer trainer = new WordPieceTrainer(new TrainingSize(300, 1), casing);
    trainer.add(trained);
    Assume.that(trainer.words() > 0);
    Tokenizer tokenizer = trainer.train(tokens -> {}).tokenizer();
    assertFalse(tokenizer.encode(trained).tokens().contains("[UNK]"), trained);
  }

  @Property(tries = 2000)
  void should_merge_as_the_plain_algorithm_does_when_any_words(
      @ForAll("words") List<Word> words,
      @ForAll @IntRange(min = 4, max = 14) int size,
      @ForAll @IntRange(min = 1, max = 4) int least) {
    Symbols symbols = new Symbols();
    List.of("a", "b", "c", "d").forEach(symbols::id);
    PairLearner learner = new PairLearner(symbols, "");
    words.forEach(word -> learner.word(word.symbols(), word.count()));
    List<BytePairMerges.Pair> merges = learner.learn(size, least, tokens -> {});
    assertEquals(plain(words, size, least), merges);
    assertEquals(4 + merges.size(), symbols.size());
  }

  /** Sennrich et al. (2016), algorithm 1: counts anew before each merge. */
  private static List<BytePairMerges.Pair> plain(List<Word> words, int size, int least) {
    List<String> spellings = new ArrayList<>(List.of("a", "b", "c", "d"));
    List<List<Integer>> texts = new ArrayList<>();
    words.forEach(word -> texts.add(word.ids()));
    List<BytePairMerges.Pair> merges = new ArrayList<>();
    while (spellings.size() < size) {
      // Sorted by the two ids; the first with the largest count wins.
      Map<Long, Integer> counts = new TreeMap<>();
      for (int w = 0; w < texts.size(); w++) {
        List<Integer> ids = texts.get(w);
        for (int i = 0; i + 1 < ids.size(); i++) {
          long key = (long) ids.get(i) << 32 | ids.get(i + 1);
          counts.merge(key, words.get(w).count(), Integer::sum);
        }
      }
      @Nullable Long best = null;
      int most = least - 1;
      for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
        if (entry.getValue() > most) {
          best = entry.getKey();
          most = entry.getValue();
        }
      }
      if (best == null) {
        break;
      }
      int left = (int) (best >> 32);
      int right = best.intValue();
      merges.add(new BytePairMerges.Pair(spellings.get(left), spellings.get(right)));
      texts.replaceAll(ids -> joined(ids, left, right, spellings.size()));
      spellings.add(spellings.get(left) + spellings.get(right));
    }
    return merges;
  }

  private static List<Integer> joined(List<Integer> ids, int left, int right, int product) {
    List<Integer> joined = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      boolean both = i + 1 < ids.size() && ids.get(i) == left && ids.get(i + 1) == right;
      joined.add(both ? product : ids.get(i));
      i += both ? 1 : 0;
    }
    return joined;
  }
}

package vitrine.engine.bundled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class WordVocabularyTest {
  private final WordVocabulary vocabulary = new WordVocabulary(Words.all());

  @Test
  void should_number_tokens_without_gaps_when_merges_are_added() {
    int expected = 0;
    for (Map.Entry<String, Integer> token : vocabulary.ids().entrySet()) {
      assertEquals(expected, token.getValue(), token.getKey());
      expected++;
    }
    assertEquals(expected - 1, vocabulary.ids().get(WordVocabulary.END_OF_TEXT));
  }

  @Test
  void should_begin_as_gpt2_does_when_the_bytes_are_numbered() {
    assertEquals(0, vocabulary.ids().get("!"));
    assertEquals(93, vocabulary.ids().get("~"));
    assertEquals(94, vocabulary.ids().get("\u00a1"));
    assertEquals(188, vocabulary.ids().get("\u0100"));
    assertEquals(220, vocabulary.ids().get("\u0120"));
    assertEquals(255, vocabulary.ids().get("\u0143"));
  }

  @Test
  void should_have_each_word_with_and_without_its_space_when_taught() {
    for (String word : Words.all()) {
      assertTrue(vocabulary.ids().containsKey(word), word);
      assertTrue(vocabulary.ids().containsKey("\u0120" + word), word);
    }
    assertEquals(new TreeSet<>(Words.all()).size(), Words.all().size(), "a word is listed twice");
  }

  @Test
  void should_join_only_known_tokens_when_merges_are_read_in_order() {
    HashSet<String> known = new HashSet<>(List.copyOf(vocabulary.ids().keySet()).subList(0, 256));
    for (String merge : vocabulary.merges()) {
      String[] pair = merge.split(" ", -1);
      assertEquals(2, pair.length, merge);
      assertTrue(known.contains(pair[0]) && known.contains(pair[1]), merge);
      known.add(pair[0] + pair[1]);
    }
    assertEquals(vocabulary.ids().size() - 1, known.size());
  }
}

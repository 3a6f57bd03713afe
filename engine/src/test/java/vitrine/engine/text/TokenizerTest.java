package vitrine.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;

/** Behaviour that the reference's fixtures do not show. */
final class TokenizerTest {
  private static final Path FIXTURES =
      Path.of("src", "test", "resources", "vitrine", "engine", "text");

  private static final List<String> SMALL =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##known", "##s", ",", "a");

  private static Tokenizer fixture(String name) {
    return Tokenizers.load(FIXTURES.resolve(name));
  }

  @Test
  void should_cut_words_greedily_when_the_vocabulary_is_made_in_code() {
    Tokenizer tokenizer = WordPieceTokenizer.of(SMALL, Casing.UNCASED);
    Encoding encoding = tokenizer.encode("UNKNOWNS, a", "zzz");
    assertEquals(
        List.of("[CLS]", "un", "##known", "##s", ",", "a", "[SEP]", "[UNK]", "[SEP]"),
        encoding.tokens());
    assertArrayEquals(new int[] {0, 0, 2, 7, 8, 10, 0, 0, 0}, encoding.starts());
    assertArrayEquals(new int[] {0, 2, 7, 8, 9, 11, 0, 3, 0}, encoding.ends());
    assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 0, 1, 1}, encoding.typeIds());
    assertEquals("[CLS] unknowns, a [SEP] [UNK] [SEP]", tokenizer.decode(encoding.ids()));
  }

  @Test
  void should_keep_case_when_cased() {
    Tokenizer tokenizer = WordPieceTokenizer.of(SMALL, Casing.CASED);
    assertEquals(List.of("[CLS]", "[UNK]", "a", "[SEP]"), tokenizer.encode("Un a").tokens());
  }

  @Test
  void should_know_roles_when_bert() {
    Tokenizer tokenizer = WordPieceTokenizer.of(SMALL, Casing.CASED);
    assertEquals(OptionalInt.of(0), tokenizer.pad());
    assertEquals(OptionalInt.of(1), tokenizer.unknown());
    assertEquals(OptionalInt.of(2), tokenizer.classification());
    assertEquals(OptionalInt.of(3), tokenizer.separator());
    assertEquals(OptionalInt.of(4), tokenizer.mask());
    assertEquals(OptionalInt.empty(), tokenizer.endOfText());
    assertTrue(tokenizer.isSpecial(4));
    assertEquals(10, tokenizer.size());
  }

  @Test
  void should_know_roles_when_gpt2() {
    Tokenizer tokenizer = fixture("gpt2");
    assertEquals(tokenizer.id("<|endoftext|>"), tokenizer.endOfText());
    assertEquals(OptionalInt.empty(), tokenizer.pad());
    String message =
        String.valueOf(
            assertThrows(InputException.class, () -> tokenizer.padding(Side.LEFT)).getMessage());
    assertTrue(message.contains("pad_token"), message);
    assertEquals(fixture("gpt2-configured").id("<pad>"), fixture("gpt2-configured").pad());
  }

  @Test
  void should_join_in_the_order_learned_when_the_merges_are_made_in_code() {
    Map<String, Integer> vocabulary = new HashMap<>();
    for (String token : List.of("a", "b", "c", "bc", "ab", "abc", "<|endoftext|>")) {
      vocabulary.put(token, vocabulary.size());
    }
    Tokenizer tokenizer = BytePairTokenizer.of(vocabulary, List.of("b c", "a b", "ab c"));
    assertEquals(List.of("a", "bc", "ab"), tokenizer.encode("abcab").tokens());
    assertEquals(List.of("<|endoftext|>", "c"), tokenizer.encode("<|endoftext|>c").tokens());
    assertEquals("abcab", tokenizer.decode(tokenizer.encode("abcab").ids()));
  }

  @Test
  void should_leave_bytes_out_when_the_vocabulary_lacks_them() {
    Tokenizer tokenizer = BytePairTokenizer.of(Map.of("a", 0, "b", 1, "ab", 2), List.of("a b"));
    Encoding encoding = tokenizer.encode("xaxb!");
    assertEquals(List.of("ab"), encoding.tokens());
    assertArrayEquals(new int[] {0}, encoding.starts());
    assertEquals(0, tokenizer.encode("xyz").length());
  }

  @Test
  void should_cover_the_whole_character_when_a_token_is_part_of_it() {
    Encoding encoding = fixture("gpt2").encode("x🙂y");
    assertTrue(encoding.length() > 3, encoding.toString());
    for (int i = 1; i < encoding.length() - 1; i++) {
      assertEquals(1, encoding.start(i), encoding.toString());
      assertEquals(3, encoding.end(i), encoding.toString());
    }
  }

  @Test
  void should_show_the_replacement_when_a_character_is_not_complete() {
    Tokenizer tokenizer = fixture("gpt2");
    int[] ids = tokenizer.encode("é").ids();
    assertEquals("é", tokenizer.decode(ids));
    int first = tokenizer.id("Ã").orElseThrow();
    assertEquals("\ufffda", tokenizer.decode(first, tokenizer.id("a").orElseThrow()));
  }

  @Test
  void should_say_which_when_an_id_has_no_token() {
    Tokenizer tokenizer = fixture("gpt2");
    for (int id : new int[] {-1, tokenizer.size()}) {
      String message =
          String.valueOf(
              assertThrows(InputException.class, () -> tokenizer.decode(0, id)).getMessage());
      assertTrue(message.contains("id " + id), message);
    }
  }

  @Test
  void should_say_so_when_special_tokens_do_not_fit() {
    Tokenizer tokenizer = fixture("bert-uncased");
    assertEquals(2, tokenizer.encode("the room", 2).length());
    assertThrows(InputException.class, () -> tokenizer.encode("the room", 1));
    assertThrows(InputException.class, () -> tokenizer.encode("the", "room", 2));
  }

  @Test
  void should_keep_the_end_when_truncated_left() {
    Tokenizer tokenizer = fixture("gpt2");
    Encoding whole = tokenizer.encode("the glass case stands");
    Encoding cut =
        tokenizer.encode(
            "the glass case stands",
            new Truncation(2, Side.LEFT, Truncation.Strategy.LONGEST_FIRST));
    assertEquals(whole.tokens().subList(whole.length() - 2, whole.length()), cut.tokens());
    assertEquals(whole.start(whole.length() - 1), cut.start(1));
  }

  @Test
  void should_cut_one_text_only_when_asked() {
    Tokenizer tokenizer = fixture("gpt2");
    Truncation first = new Truncation(4, Side.RIGHT, Truncation.Strategy.ONLY_FIRST);
    Truncation second = new Truncation(4, Side.RIGHT, Truncation.Strategy.ONLY_SECOND);
    assertEquals(List.of("1", "2", "3", "9"), tokenizer.encode("1234567", "9", first).tokens());
    assertEquals(List.of("9", "1", "2", "3"), tokenizer.encode("9", "1234567", second).tokens());
    assertThrows(InputException.class, () -> tokenizer.encode("9", "1234567", first));
    assertThrows(InputException.class, () -> tokenizer.encode("1234567", second));
  }

  @Test
  void should_be_quick_when_a_word_is_long() {
    String word = "reading".repeat(15_000);
    StringBuilder marks = new StringBuilder("e");
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      marks.append((char) (0x300 + random.nextInt(0x60)));
    }
    for (String name : List.of("gpt2", "gpt2-json", "bert-uncased", "bert-cased")) {
      Tokenizer tokenizer = fixture(name);
      for (String text :
          List.of(word, marks.toString(), " ".repeat(100_000), "[".repeat(100_000))) {
        assertTimeout(Duration.ofSeconds(5), () -> tokenizer.encode(text), name);
      }
    }
  }
}

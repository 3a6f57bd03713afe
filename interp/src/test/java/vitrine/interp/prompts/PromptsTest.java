package vitrine.interp.prompts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.text.BytePairTokenizer;
import vitrine.engine.text.Tokenizer;

/** With the bundled model's tokenizer, which has six of the names and few plurals. */
final class PromptsTest {
  private static final Tokenizer TOKENIZER = new InductionModel().tokenizer();

  @ParameterizedTest
  @EnumSource(PromptKind.class)
  void should_fit_the_tokenizer_when_prompts_are_made(PromptKind kind) {
    Prompts prompts = Prompts.of(kind, TOKENIZER, 40, 3);
    assertEquals(40, prompts.pairs().size());
    assertEquals(40, new HashSet<>(prompts.pairs()).size(), "none twice");
    for (TextPair pair : prompts.pairs()) {
      assertEquals(
          TOKENIZER.encode(pair.clean()).length(), TOKENIZER.encode(pair.corrupted()).length());
      assertNotEquals(pair.clean(), pair.corrupted());
      assertNotEquals(pair.answer(), pair.wrong());
      for (String answer : List.of(pair.answer(), pair.wrong())) {
        assertEquals(1, TOKENIZER.encode(answer).length(), answer);
        assertTrue(answer.startsWith(" "), answer);
      }
    }
  }

  @Test
  void should_be_the_same_prompts_when_the_seed_is() {
    Prompts one = Prompts.of(PromptKind.IOI, TOKENIZER, 20, 5);
    assertEquals(one, Prompts.of(PromptKind.IOI, TOKENIZER, 20, 5));
    assertNotEquals(one.pairs(), Prompts.of(PromptKind.IOI, TOKENIZER, 20, 6).pairs());
    // More prompts begin with the same ones.
    assertEquals(one.pairs(), Prompts.of(PromptKind.IOI, TOKENIZER, 30, 5).pairs().subList(0, 20));
  }

  @Test
  void should_ask_for_the_name_that_comes_once_when_ioi() {
    Set<String> orders = new HashSet<>();
    for (TextPair pair : Prompts.of(PromptKind.IOI, TOKENIZER, 60, 0).pairs()) {
      assertEquals(1, count(pair.clean(), pair.answer().strip()));
      assertEquals(2, count(pair.clean(), pair.wrong().strip()));
      // The swap makes the other one the answer.
      assertEquals(2, count(pair.corrupted(), pair.answer().strip()));
      assertEquals(1, count(pair.corrupted(), pair.wrong().strip()));
      boolean first =
          pair.clean().indexOf(pair.answer().strip()) < pair.clean().indexOf(pair.wrong().strip());
      orders.add(first ? "ABBA" : "BABA");
    }
    assertEquals(Set.of("ABBA", "BABA"), orders);
  }

  private static int count(String text, String word) {
    return text.split("\\b" + word + "\\b", -1).length - 1;
  }

  @Test
  void should_agree_with_the_subject_when_agreement() {
    Set<String> ones = Set.of(" is", " was", " has");
    for (TextPair pair : Prompts.of(PromptKind.AGREEMENT, TOKENIZER, 30, 0).pairs()) {
      boolean plural = pair.clean().matches("The (\\w+s|men|women) .*");
      assertEquals(plural, !ones.contains(pair.answer()), pair.toString());
      assertEquals(plural, ones.contains(pair.wrong()), pair.toString());
    }
  }

  @Test
  void should_count_what_is_left_out_when_words_are_several_tokens() {
    Prompts prompts = Prompts.of(PromptKind.IOI, TOKENIZER, 10, 0);
    assertEquals(34, prompts.wordsLeftOut(), "of 40 names six are words of the vocabulary");
    Prompts agreement = Prompts.of(PromptKind.AGREEMENT, TOKENIZER, 10, 0);
    assertTrue(agreement.pairsLeftOut() > 0, "boys is two tokens, boy is one");
  }

  @Test
  void should_end_with_fewer_when_there_are_no_more() {
    int found = Prompts.of(PromptKind.AGREEMENT, TOKENIZER, 100_000, 0).pairs().size();
    assertTrue(found > 100 && found < 100_000, found + " pairs");
  }

  @Test
  void should_say_so_when_no_name_is_a_token() {
    InductionModel model = new InductionModel();
    var bytes = new LinkedHashMap<String, Integer>();
    model
        .vocabulary()
        .forEach((token, id) -> {
          if (token.length() == 1) {
            bytes.put(token, bytes.size());
          }
        });
    Tokenizer plain = BytePairTokenizer.of(bytes, List.of());
    InputException none =
        assertThrows(InputException.class, () -> Prompts.of(PromptKind.IOI, plain, 5, 0));
    assertTrue(String.valueOf(none.getMessage()).contains("; expected two answers"));
  }

  @Test
  void should_say_how_it_is_spelled_when_a_word_is_several_tokens() {
    InputException several =
        assertThrows(
            InputException.class, () -> SingleToken.require(TOKENIZER, " boys", "patch: answer"));
    assertEquals(
        "patch: answer: ' boys': 2 tokens (Ġboy s); expected a single token. Choose another word",
        several.getMessage());
    assertEquals(
        TOKENIZER.id("Ġcat").getAsInt(), SingleToken.require(TOKENIZER, " cat", "patch: answer"));
    for (String spelled : List.of("Ġcat", "<|endoftext|>")) {
      assertEquals(
          TOKENIZER.id(spelled).getAsInt(),
          SingleToken.require(TOKENIZER, spelled, "patch: answer"),
          spelled);
    }
  }
}

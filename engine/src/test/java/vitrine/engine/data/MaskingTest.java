package vitrine.engine.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;

final class MaskingTest {
  private static final int VOCABULARY = 200;
  private static final int MASK = 3;
  private static final int LENGTH = 128;

  private static Masking masking() {
    BitSet special = new BitSet();
    special.set(0, 5);
    return new Masking(MASK, special, VOCABULARY, 0.15);
  }

  /** [CLS] text [SEP]. */
  private static Example plain(int seed) {
    int[] ids = new int[LENGTH];
    for (int t = 0; t < LENGTH; t++) {
      ids[t] = 5 + Draw.below(Draw.next(seed, t), VOCABULARY - 5);
    }
    ids[0] = 1;
    ids[LENGTH - 1] = 2;
    return Example.of(ids);
  }

  private static int[] labels(Example example) {
    return example.labels() instanceof Labels.Many many ? many.values() : new int[0];
  }

  @Test
  void should_choose_and_replace_at_the_rates_of_the_paper_when_there_are_many() {
    Masking masking = masking();
    long all = 0;
    long chosen = 0;
    long masked = 0;
    long kept = 0;
    for (int i = 0; i < 4000; i++) {
      Example before = plain(i);
      Example after = masking.apply(before, Draw.key(1, Draw.Use.MASKING, i));
      int[] labels = labels(after);
      for (int t = 0; t < LENGTH; t++) {
        boolean special = before.ids()[t] < 5;
        all += special ? 0 : 1;
        if (labels[t] == -100) {
          assertEquals(before.ids()[t], after.ids()[t]);
          continue;
        }
        assertFalse(special, "a special token was chosen");
        assertEquals(before.ids()[t], labels[t]);
        assertTrue(after.ids()[t] == MASK || after.ids()[t] >= 5, "a special token was put in");
        chosen++;
        masked += after.ids()[t] == MASK ? 1 : 0;
        kept += after.ids()[t] == before.ids()[t] ? 1 : 0;
      }
    }
    // Five standard deviations: 75,000 are chosen of 500,000.
    assertEquals(0.15, (double) chosen / all, 0.0026);
    assertEquals(0.8, (double) masked / chosen, 0.0074);
    assertEquals(0.1 + 0.1 / (VOCABULARY - 5), (double) kept / chosen, 0.0056);
  }

  @Test
  void should_be_the_same_for_a_key_and_another_for_another_when_applied() {
    Masking masking = masking();
    Example plain = plain(1);
    assertArrayEquals(masking.apply(plain, 5).ids(), masking.apply(plain, 5).ids());
    assertFalse(Arrays.equals(masking.apply(plain, 5).ids(), masking.apply(plain, 6).ids()));
    assertEquals(1, plain.ids()[0]); // the example itself stays as it is
  }

  @Test
  void should_choose_one_when_chance_chooses_none() {
    Masking masking = masking();
    for (long key = 0; key < 200; key++) {
      Example after = masking.apply(Example.of(1, 7, 8, 2), key);
      long chosen = Arrays.stream(labels(after)).filter(label -> label != -100).count();
      assertTrue(chosen >= 1, "none at key " + key);
    }
  }

  /** As where the text has none of the tokenizer's characters for a whole block. */
  @Test
  void should_ask_nothing_when_one_example_is_of_special_tokens_only() {
    Examples blocks = new TokenBlocks(TokenIds.of(1, 2, 1, 2, 7, 8, 1, 1), Frame.NONE, 2);
    Examples masked = masking().of(blocks);
    for (int i = 0; i < 4; i++) {
      int[] labels = labels(masked.get(i, 5));
      boolean asks = Arrays.stream(labels).anyMatch(label -> label != -100);
      assertEquals(i == 2, asks, "block " + i);
      if (!asks) {
        assertArrayEquals(blocks.get(i, 5).ids(), masked.get(i, 5).ids());
      }
    }
  }

  @Test
  void should_refuse_when_nothing_can_be_hidden() {
    Examples empty = new TokenBlocks(TokenIds.of(0, 1, 2, 1, 0, 1), Frame.NONE, 2);
    String message =
        String.valueOf(assertThrows(InputException.class, () -> masking().of(empty)).getMessage());
    assertTrue(message.contains("every example is of special tokens only"), message);
    assertThrows(InputException.class, () -> Masking.of(TestTokenizers.gpt2(), 0.15));
    assertThrows(InputException.class, () -> new Masking(0, new BitSet(), 5, 0));
  }

  @Test
  void should_know_the_special_tokens_when_made_of_a_tokenizer() {
    Examples blocks =
        new TokenBlocks(TokenIds.of(10, 11, 12, 13, 14, 15), Frame.of(TestTokenizers.bert()), 8);
    Examples masked = Masking.of(TestTokenizers.bert(), 1).of(blocks);
    assertEquals(blocks.size(), masked.size());
    int[] labels = labels(masked.get(0, 3));
    assertEquals(-100, labels[0]);
    assertEquals(-100, labels[7]);
    assertArrayEquals(new int[] {10, 11, 12, 13, 14, 15}, Arrays.copyOfRange(labels, 1, 7));
    assertFalse(masked.fingerprint().equals(blocks.fingerprint()));
  }
}

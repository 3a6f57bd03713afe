package vitrine.engine.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;

final class TokenBlocksTest {
  private static TokenIds ids(int count) {
    return TokenIds.of(IntStream.range(0, count).toArray());
  }

  @Test
  void should_hold_every_token_once_when_cut() {
    TokenBlocks blocks = new TokenBlocks(ids(14), Frame.NONE, 4);
    assertEquals(4, blocks.size());
    assertArrayEquals(new int[] {4, 5, 6, 7}, blocks.get(1, 0).ids());
    assertArrayEquals(new int[] {12, 13}, blocks.get(3, 0).ids());
    assertEquals(4, blocks.longest());
  }

  @Test
  void should_leave_out_a_single_token_when_it_is_left_over() {
    assertEquals(3, new TokenBlocks(ids(13), Frame.NONE, 4).size());
    assertEquals(1, new TokenBlocks(ids(3), Frame.NONE, 4).size());
    assertEquals(3, new TokenBlocks(ids(3), Frame.NONE, 4).longest());
  }

  @Test
  void should_stand_between_special_tokens_when_framed() {
    Frame frame = new Frame(new int[] {101}, new int[] {102});
    TokenBlocks blocks = new TokenBlocks(ids(7), frame, 5);
    assertEquals(2, blocks.size());
    assertArrayEquals(new int[] {101, 3, 4, 5, 102}, blocks.get(1, 0).ids());
  }

  @Test
  void should_have_another_fingerprint_when_anything_differs() {
    String one = new TokenBlocks(ids(9000), Frame.NONE, 4).fingerprint();
    assertEquals(one, new TokenBlocks(ids(9000), Frame.NONE, 4).fingerprint());
    assertNotEquals(one, new TokenBlocks(ids(8999), Frame.NONE, 4).fingerprint());
    assertNotEquals(one, new TokenBlocks(ids(9000), Frame.NONE, 5).fingerprint());
    int[] other = IntStream.range(0, 9000).toArray();
    other[5000] = 0;
    assertNotEquals(one, new TokenBlocks(TokenIds.of(other), Frame.NONE, 4).fingerprint());
  }

  @Test
  void should_keep_ids_of_any_size_when_the_vocabulary_is_large() {
    TokenBlocks blocks = new TokenBlocks(TokenIds.of(70_000, 3, 65_536), Frame.NONE, 8);
    assertArrayEquals(new int[] {70_000, 3, 65_536}, blocks.get(0, 0).ids());
  }

  @Test
  void should_refuse_when_there_is_too_little() {
    assertTrue(message(1, 4).contains("1 token; expected at least 2"));
    assertTrue(message(9, 1).contains("length: 1 tokens"));
  }

  private static String message(int tokens, int length) {
    return String.valueOf(
        assertThrows(InputException.class, () -> new TokenBlocks(ids(tokens), Frame.NONE, length))
            .getMessage());
  }

  @Test
  void should_part_all_examples_when_split() {
    TokenBlocks blocks = new TokenBlocks(ids(100), Frame.NONE, 2);
    Split tail = Split.tail(blocks, 0.1);
    assertEquals(45, tail.train().size());
    assertEquals(5, tail.validation().size());
    assertArrayEquals(new int[] {90, 91}, tail.validation().get(0, 0).ids());
    Split drawn = Split.drawn(blocks, 0.1, 3);
    boolean[] seen = new boolean[50];
    for (Examples part : new Examples[] {drawn.train(), drawn.validation()}) {
      for (int i = 0; i < part.size(); i++) {
        int block = part.get(i, 0).ids()[0] / 2;
        assertTrue(!seen[block], "twice: " + block);
        seen[block] = true;
      }
    }
    assertEquals(50, drawn.train().size() + drawn.validation().size());
    assertNotEquals(
        drawn.validation().fingerprint(), Split.drawn(blocks, 0.1, 4).validation().fingerprint());
    assertThrows(InputException.class, () -> Split.tail(blocks, 0.999));
    assertThrows(InputException.class, () -> Split.tail(blocks, 1));
  }
}

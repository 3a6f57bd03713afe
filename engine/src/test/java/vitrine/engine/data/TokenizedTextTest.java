package vitrine.engine.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.text.Tokenizer;

final class TokenizedTextTest {
  @TempDir private Path directory;

  private Path file(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int[] read(Tokenizer tokenizer, Path... files) {
    TokenIds ids = TokenizedText.read(List.of(files), tokenizer, (file, chars, tokens) -> {});
    int[] all = new int[ids.size()];
    Arrays.setAll(all, ids::get);
    return all;
  }

  /** Words, runs of blanks and line ends, marks, letters of several bytes; longer than a piece. */
  private static String text(int words) {
    SplittableRandom random = new SplittableRandom(3);
    String[] parts = {"the", "an", "It's", "é中", "12", "…", "?!", "🙂a", "x", "-", "\u00a0"};
    String[] gaps = {" ", " ", " ", "\n", "\n\n", "  ", " \n ", "", "\t"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(parts[random.nextInt(parts.length)]).append(gaps[random.nextInt(gaps.length)]);
    }
    return text.toString();
  }

  @Test
  void should_give_the_tokens_of_the_whole_when_read_in_pieces() {
    String text = text(60_000);
    assertTrue(text.length() > 150_000, "pieces: " + text.length());
    Path file = file("text", text);
    Tokenizer gpt2 = TestTokenizers.gpt2();
    assertArrayEquals(gpt2.encode(text).ids(), read(gpt2, file));
    Tokenizer bert = TestTokenizers.bert();
    int[] framed = bert.encode(text).ids();
    assertArrayEquals(Arrays.copyOfRange(framed, 1, framed.length - 1), read(bert, file));
  }

  /**
   * Texts without a letter of ASCII: with blanks, with line ends, with neither; one line and many.
   */
  @Test
  void should_give_the_tokens_of_the_whole_when_no_character_is_ascii() {
    SplittableRandom random = new SplittableRandom(5);
    String[] parts = {
      "中文", "字。", "日本、", "ไทย", "é", "ñandú", "🙂", "。。", "，", "٣٤", "\u00a0", "\u3000"
    };
    for (String gap : List.of(" ", "\n", "", "\u3000")) {
      StringBuilder built = new StringBuilder();
      while (built.length() < 200_000) {
        built.append(parts[random.nextInt(parts.length)]);
        built.append(random.nextInt(3) == 0 ? gap : "");
      }
      String text = built.toString();
      for (Tokenizer each : List.of(TestTokenizers.gpt2(), TestTokenizers.bert())) {
        List<Long> ends = new ArrayList<>(List.of(0L));
        TokenIds ids =
            TokenizedText.read(
                List.of(file("text", text)), each, (file, chars, tokens) -> ends.add(chars));
        int[] all = new int[ids.size()];
        Arrays.setAll(all, ids::get);
        assertArrayEquals(plain(each, text), all);
        long longest =
            IntStream.range(1, ends.size())
                .mapToLong(i -> ends.get(i) - ends.get(i - 1))
                .max()
                .orElseThrow();
        assertEquals((long) text.length(), ends.getLast());
        assertTrue(longest <= 1 << 15, "a piece of " + longest + " characters");
      }
    }
  }

  /** Nothing is cut where that could change tokens. */
  @Test
  void should_be_one_piece_when_a_text_has_no_place_for_a_cut() {
    String word = "é".repeat(100_000) + " the " + " ".repeat(50_000) + "an";
    List<Long> ends = new ArrayList<>();
    Tokenizer bert = TestTokenizers.bert();
    TokenizedText.read(List.of(file("word", word)), bert, (file, chars, tokens) -> ends.add(chars));
    assertEquals(List.of(100_000L, 100_004L, 150_007L), ends);
    assertArrayEquals(plain(bert, word), read(bert, file("word", word)));
  }

  @Test
  void should_need_no_line_ends_when_a_line_is_long() {
    String text = "the an ".repeat(150_000);
    Tokenizer gpt2 = TestTokenizers.gpt2();
    assertArrayEquals(gpt2.encode(text).ids(), read(gpt2, file("long", text)));
  }

  @Test
  void should_stand_between_documents_when_files_or_marks_part_them() {
    Tokenizer gpt2 = TestTokenizers.gpt2();
    Tokenizer bert = TestTokenizers.bert();
    Path one = file("one", "the<|endoftext|>an");
    Path two = file("two", "an the");
    int end = gpt2.endOfText().orElseThrow();
    assertArrayEquals(
        joined(end, gpt2.encode("the").ids(), gpt2.encode("an").ids(), gpt2.encode("an the").ids()),
        read(gpt2, one, two));
    int separator = bert.separator().orElseThrow();
    assertArrayEquals(
        joined(separator, plain(bert, "the"), plain(bert, "an"), plain(bert, "an the")),
        read(bert, one, two));
  }

  private static int[] plain(Tokenizer tokenizer, String text) {
    int[] framed = tokenizer.encode(text).ids();
    int around = Frame.of(tokenizer).length() / 2;
    return Arrays.copyOfRange(framed, around, framed.length - around);
  }

  private static int[] joined(int between, int[]... documents) {
    List<Integer> ids = new ArrayList<>();
    for (int[] document : documents) {
      if (!ids.isEmpty()) {
        ids.add(between);
      }
      Arrays.stream(document).forEach(ids::add);
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void should_tell_how_far_it_is_when_it_reads() {
    List<Long> chars = new ArrayList<>();
    String text = "the an ".repeat(30_000);
    TokenIds ids =
        TokenizedText.read(
            List.of(file("a", text)),
            TestTokenizers.gpt2(),
            (file, read, tokens) -> chars.add(read));
    assertTrue(chars.size() >= 2, chars.toString());
    assertEquals((long) text.length(), chars.getLast());
    assertTrue(ids.size() > 0);
  }

  @Test
  void should_know_what_stands_around_a_text() {
    assertEquals(0, Frame.of(TestTokenizers.gpt2()).length());
    Tokenizer tokenizer = TestTokenizers.bert();
    Frame bert = Frame.of(tokenizer);
    assertArrayEquals(new int[] {tokenizer.classification().orElseThrow()}, bert.before());
    assertArrayEquals(new int[] {tokenizer.separator().orElseThrow()}, bert.after());
  }

  @Test
  void should_refuse_when_a_file_is_empty_or_not_utf_8() throws IOException {
    Tokenizer gpt2 = TestTokenizers.gpt2();
    assertTrue(message(() -> read(gpt2, file("none", ""))).contains("empty"));
    Path bad = Files.write(directory.resolve("bad"), new byte[] {'a', (byte) 0xff});
    assertTrue(message(() -> read(gpt2, bad)).contains("not UTF-8 at byte 1"));
    assertTrue(message(() -> read(gpt2)).contains("no files"));
  }

  private static String message(Runnable action) {
    return String.valueOf(assertThrows(InputException.class, action::run).getMessage());
  }
}

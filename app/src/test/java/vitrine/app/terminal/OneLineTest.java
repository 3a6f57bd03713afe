package vitrine.app.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class OneLineTest {
  @Test
  void should_keep_the_text_when_nothing_is_unsafe() {
    String text = "naïve \uD83D\uDE00 日本語 \\n";
    assertEquals(text, OneLine.escape(text));
  }

  @Test
  void should_escape_when_a_character_could_break_the_line_or_the_terminal() {
    assertEquals("a\\nb\\r\\t\\u001b", OneLine.escape("a\nb\r\t\u001b"));
    assertEquals("\\ud800x\\udc00", OneLine.escape("\ud800x\udc00"));
    assertEquals("\\u2028\\u202e\\ufeff", OneLine.escape("\u2028\u202e\ufeff"));
    assertEquals("\\u{e0001}", OneLine.escape(Character.toString(0xE0001)));
  }

  @Test
  void should_keep_lines_when_asked() {
    assertEquals("a\n\tb\\u001b", OneLine.escapeKeepingLines("a\n\tb\u001b"));
  }

  @Test
  void should_keep_both_ends_when_an_operand_is_long() {
    String operand = OneLine.operand("start" + "\u0001".repeat(100_000) + "end");
    assertTrue(operand.startsWith("start") && operand.endsWith("end"), operand);
    assertEquals(80, operand.length());
  }

  @Test
  void should_not_cut_a_pair_when_it_shortens() {
    for (int lead = 0; lead < 4; lead++) {
      String text = "x".repeat(lead) + "\uD83D\uDE00".repeat(200);
      assertEquals(OneLine.operand(text), OneLine.escape(OneLine.operand(text)));
    }
  }
}

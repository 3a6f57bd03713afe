package vitrine.engine.conllu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;

final class ConlluFileTest {
  private static final String FRENCH =
      """
      # sent_id = fr-1
      # text = Il vient du nord.
      1\tIl\til\tPRON\t_\tNumber=Sing|Person=3\t2\tnsubj\t_\t_
      2\tvient\tvenir\tVERB\t_\t_\t0\troot\t_\t_
      2.1\tvient\tvenir\tVERB\t_\t_\t_\t_\t0:root\t_
      3-4\tdu\t_\t_\t_\t_\t_\t_\t_\t_
      3\tde\tde\tADP\t_\t_\t5\tcase\t_\tSpaceAfter=No
      4\tle\tle\tDET\t_\t_\t5\tdet\t_\t_
      5\tnord\tnord\tNOUN\t_\t_\t2\tobl\t_\tSpaceAfter=No
      6\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_

      """;

  @TempDir Path directory;

  private Path file(String text) {
    try {
      return Files.writeString(directory.resolve("a.conllu"), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String nodes(String... rows) {
    StringBuilder text = new StringBuilder();
    for (String row : rows) {
      String[] parts = row.split(" ", -1);
      text.append("%s\t%s\t_\t_\t_\t_\t%s\t_\t_\t_%n".formatted(parts[0], parts[1], parts[2]));
    }
    return text.toString().replace("\r", "");
  }

  private void refused(String text, String... fragments) {
    InputException refused = assertThrows(InputException.class, () -> ConlluFile.read(file(text)));
    String message = String.valueOf(refused.getMessage());
    for (String fragment : fragments) {
      assertTrue(message.contains(fragment), message);
    }
    assertEquals(1, message.lines().count());
  }

  @Test
  void should_tell_tokens_from_words_when_one_is_several() {
    Sentence sentence = ConlluFile.read(file(FRENCH)).getFirst();
    assertEquals("Il vient du nord.", sentence.text());
    assertEquals(sentence.comment("text"), Optional.of(sentence.text()));
    assertEquals(Optional.of("fr-1"), sentence.id());
    assertEquals(
        List.of("Il", "vient", "du", "nord", "."),
        sentence.tokens().stream().map(Token::form).toList());
    assertEquals(
        List.of("Il", "vient", "de", "le", "nord", "."),
        sentence.words().stream().map(Word::form).toList());
    Token du = sentence.tokens().get(2);
    assertTrue(du.isMultiword());
    assertEquals("du", sentence.text().substring(du.start(), du.end()));
    assertEquals(1, sentence.emptyNodes());
    assertEquals(Optional.of("3"), sentence.words().getFirst().feature("Person"));
    assertEquals(Optional.empty(), sentence.words().getFirst().feature("Case"));
    assertEquals(OptionalInt.of(5), sentence.words().get(3).head());
  }

  @Test
  void should_end_a_sentence_when_the_file_ends_or_a_line_is_blank() {
    String two = nodes("1 a 0") + "\n\n" + nodes("1 b 0", "2 c _");
    List<Sentence> sentences = ConlluFile.read(file(two));
    assertEquals(List.of("a", "b c"), sentences.stream().map(Sentence::text).toList());
    assertTrue(sentences.get(1).where().endsWith("line 4"), sentences.get(1).where());
  }

  @Test
  void should_name_the_line_when_it_is_wrong() {
    refused("1\ta\t_\n", "line 1: 3 columns; expected 10");
    refused(nodes("1 a 0") + nodes("3 c 0"), "line 2: ID 3; expected ID 2");
    refused(nodes("x a 0"), "ID \"x\"");
    refused(nodes("1 a 2"), "line 1: HEAD 2; expected 0 to 1");
    refused(nodes("1 a 1"), "HEAD 1", "not itself");
    refused(nodes("1 a z"), "HEAD \"z\"");
    refused(nodes("2-3 a _"), "the range 2-3; expected one that begins with the next word, 1");
    refused(nodes("1-2 a _", "1 b 0") + "\n", "within a multiword token");
    refused(nodes("1-2 a _", "1 b 0", "2-3 c _"), "overlaps no other");
    refused(nodes("1 a 0", "1.2 b _"), "the empty node 1.2; expected 1.1");
    refused(nodes("1 a 0") + "# late\n", "line 2: a comment within a sentence");
    refused("# only\n\n", "without a word");
    refused(nodes("1 a 0").replace("\t_\n", "\t\n"), "column 10 is empty");
    refused(nodes("1 a 0").replace("\n", "\r\n"), "carriage return");
    refused("\n\n", "no sentence");
  }

  @Test
  void should_name_the_line_when_heads_make_no_tree() {
    refused(nodes("1 a 0", "2 b 3", "3 c 4", "4 d 2"), "line 2: HEAD 3, in a cycle", "word 2");
    refused(nodes("1 a 2", "2 b 1"), "line 1: HEAD 2, in a cycle");
    refused(nodes("1 a 0", "2 b 1", "3 c 0"), "line 3: HEAD 0, a second root beside word 1");
    refused(
        nodes("1 a 2", "2 b 3", "3 c 2"),
        "line 2: HEAD 3, in a cycle through word 2".replace("cycle", "cycle of heads"));
    List<Sentence> some = ConlluFile.read(file(nodes("1 a _", "2 b 1", "3 c 2")));
    assertEquals(3, some.getFirst().words().size());
  }
}

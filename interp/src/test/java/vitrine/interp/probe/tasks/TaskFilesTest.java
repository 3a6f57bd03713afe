package vitrine.interp.probe.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.interp.rows.Passage;

final class TaskFilesTest {
  private static final String SENTENCE =
      """
      1\tHe\the\tPRON\tPRP\tNumber=Sing\t4\tnsubj\t_\t_
      2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
      2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\t_
      3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
      4\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_
      5-6\tdu\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
      5\tde\tde\tADP\tIN\t_\t7\tcase\t_\t_
      6\tle\tle\tDET\tDT\tNumber=Sing\t7\tdet\t_\t_
      7\tX\tX\tX\t_\tNumber=Plur\t4\tobl\t_\t_

      """;

  @TempDir Path directory;

  private Path file(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void refused(Runnable reading, String... fragments) {
    InputException refused = assertThrows(InputException.class, reading::run);
    String message = String.valueOf(refused.getMessage());
    for (String fragment : fragments) {
      assertTrue(message.contains(fragment), message);
    }
    assertEquals(1, message.lines().count());
  }

  private Labelled treebank(String task) {
    return Treebank.read(file("a.conllu", SENTENCE), WordTask.of(task)).texts().getFirst();
  }

  private static List<String> spelled(Labelled labelled) {
    return labelled.passage().words().stream()
        .map(span -> labelled.passage().text().substring(span.start(), span.end()))
        .toList();
  }

  @Test
  void should_give_each_word_its_part_when_a_token_is_several() {
    Labelled upos = treebank("upos");
    assertEquals("He don't go duX", upos.passage().text());
    assertEquals(List.of("He", "do", "n't", "go", "du", "du", "X"), spelled(upos));
    assertEquals(List.of("He", "do", "n't", "go", "de", "le", "X"), upos.forms());
    assertEquals(List.of("PRON", "AUX", "PART", "VERB", "ADP", "DET", "X"), upos.labels());
  }

  @Test
  void should_leave_words_out_when_they_have_no_such_label() {
    assertEquals(List.of("Sing", "Sing", "Plur"), treebank("feature:Number").labels());
    assertEquals(List.of("He", "du", "X"), spelled(treebank("feature:Number")));
    assertEquals(6, treebank("xpos").labels().size());
    assertEquals(List.of("3", "2", "1", "2", "1", "-3"), treebank("head-distance").labels());
    assertEquals(List.of("1", "1", "1", "0", "2", "2", "1"), treebank("depth").labels());
    refused(() -> treebank("feature:Case"), "a.conllu: nothing with such a label");
    refused(() -> treebank("pos"), "--task: pos; expected upos");
  }

  @Test
  void should_read_entities_when_columns_have_tabs_or_blanks() {
    Labelled numbered =
        EntityFile.read(
                file(
                    "n.iob2",
                    """
                    # sent_id = 1
                    # text = in New York, then
                    1\tin\tO\t-\t-
                    2\tNew\tB-LOC\t-\tx
                    3\tYork\tI-LOC\t-\t-
                    4\t,\tO\t-\t-
                    5\tthen\tO\t-\t-
                    """))
            .texts()
            .getFirst();
    assertEquals("in New York, then", numbered.passage().text());
    assertEquals(List.of("in", "New", "York", ",", "then"), spelled(numbered));
    assertEquals(List.of("O", "B-LOC", "I-LOC", "O", "O"), numbered.labels());
    List<Labelled> plain =
        EntityFile.read(
                file("p.txt", "-DOCSTART- -X- O O\n\nNew NNP B-LOC\nYork NNP I-LOC\n\nx O\n# O\n"))
            .texts();
    assertEquals(
        Stream.of("New York", "x #").toList(),
        plain.stream().map(each -> each.passage().text()).toList());
    refused(
        () -> EntityFile.read(file("b.txt", "a O\nb X-LOC\n")), "b.txt line 2: the tag \"X-LOC\"");
    refused(() -> EntityFile.read(file("c.txt", "alone\n")), "c.txt line 1: one column");
  }

  @Test
  void should_read_sentences_when_in_any_of_the_forms() {
    SentenceFile.Parts two = SentenceFile.read(file("x.txt", "a cat\tI\nthe dog\tO\n"));
    assertEquals(null, two.test());
    assertEquals(List.of("I"), two.train().texts().getFirst().labels());
    assertEquals(List.of("a", "cat"), spelled(two.train().texts().getFirst()));
    SentenceFile.Parts parts =
        SentenceFile.read(file("s.txt", "tr\t1\ta\nte\t0\tb\nva\t1\tc\ntr\t0\td\n"));
    assertEquals(2, parts.train().texts().size());
    assertEquals("b", Objects.requireNonNull(parts.test()).texts().getFirst().passage().text());
    SentenceFile.Parts header =
        SentenceFile.read(file("g.tsv", "label\tsentence\n1\tfine\n0\tbad\n"));
    assertEquals("fine", header.train().texts().getFirst().passage().text());
    refused(
        () -> SentenceFile.read(file("w.txt", "a\tb\nc\n")), "w.txt line 2: 1 columns; expected 2");
    refused(() -> SentenceFile.read(file("v.txt", "a\tb\tc\td\n")), "line 1: 4 columns");
    refused(() -> SentenceFile.read(file("e.txt", "a\t\n")), "line 1: an empty label");
  }

  @Test
  void should_name_both_lengths_when_labels_are_of_another() {
    Path texts = file("t.txt", "a\nb\nc\n");
    assertEquals(3, SentenceFile.read(texts, file("l.txt", "1\n2\n1\n")).texts().size());
    refused(() -> SentenceFile.read(texts, file("l.txt", "1\n2\n")), "l.txt: 2 labels; expected 3");
  }

  @Test
  void should_split_by_the_seed_when_there_is_no_file_to_test_with() {
    TaskData all = SentenceFile.read(file("x.txt", "a\t1\nb\t2\nc\t1\nd\t2\ne\t1\n")).train();
    List<TaskData> parts = all.split(0.4, 3);
    assertEquals(3, parts.get(0).texts().size());
    assertEquals(2, parts.get(1).texts().size());
    assertEquals(
        List.of("a", "b", "c", "d", "e"),
        parts.stream()
            .flatMap(part -> part.texts().stream())
            .map(text -> text.passage().text())
            .sorted()
            .toList());
    assertEquals(parts, all.split(0.4, 3));
    refused(() -> all.split(0.05, 3), "5 texts");
    assertEquals(new Passage.Span(0, 1), all.texts().getFirst().passage().words().getFirst());
  }
}

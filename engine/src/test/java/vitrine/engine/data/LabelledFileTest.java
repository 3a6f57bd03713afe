package vitrine.engine.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.text.Tokenizer;

final class LabelledFileTest {
  private static final Tokenizer BERT = TestTokenizers.bert();

  @TempDir private Path directory;

  private Path file(String text) {
    try {
      return Files.writeString(directory.resolve("data"), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private LabelledFile read(String text, LabelledTask task) {
    return LabelledFile.read(file(text), task, Columns.known());
  }

  private LabelledExamples examples(String text, LabelledTask task) {
    LabelledFile file = read(text, task);
    return new LabelledExamples(file, file.labels(), BERT, 32, TooLong.REFUSE);
  }

  private static double one(Example example) {
    return example.labels() instanceof Labels.One one ? one.value() : Double.NaN;
  }

  private static int[] many(Example example) {
    return example.labels() instanceof Labels.Many many ? many.values() : new int[0];
  }

  private static void refused(Runnable action, String... fragments) {
    String message = String.valueOf(assertThrows(InputException.class, action::run).getMessage());
    assertTrue(message.contains("; expected "), message);
    assertEquals(1, message.lines().count(), message);
    for (String fragment : fragments) {
      assertTrue(message.contains(fragment), fragment + " in: " + message);
    }
  }

  @Test
  void should_read_texts_when_tab_separated_with_a_header() {
    LabelledExamples read =
        examples("sentence\tlabel\nthe an \t1\nan\t0\r\n\nthe\t1", LabelledTask.CLASSES);
    assertEquals(3, read.size());
    assertArrayEquals(BERT.encode("the an").ids(), read.get(0, 0).ids());
    assertEquals(1, one(read.get(0, 0)));
    assertEquals(0, one(read.get(1, 0)));
    assertEquals(BERT.encode("the an").length(), read.longest());
  }

  @Test
  void should_read_pairs_and_values_when_the_header_names_them() {
    String text = "index\tsentence1\tsentence2\tscore\n7\tthe\tan\t3.5\n8\tan\tthe\t0\n";
    LabelledExamples read = examples(text, LabelledTask.VALUE);
    assertEquals(3.5, one(read.get(0, 0)));
    assertArrayEquals(BERT.encode("the", "an").ids(), read.get(0, 0).ids());
    assertArrayEquals(BERT.encode("the", "an").typeIds(), read.get(0, 0).typeIds());
  }

  @Test
  void should_read_json_lines_when_lines_are_objects() {
    String text =
        """
        {"text":"the","pair":"an","label":"yes","id":4}
        {"text":"an","label":"no"}
        {"pair":null,"text":"an an","label":"maybe"}
        """;
    LabelledFile file = read(text, LabelledTask.CLASSES);
    assertEquals(List.of("maybe", "no", "yes"), file.labels().names());
    LabelledExamples read = new LabelledExamples(file, file.labels(), BERT, 32, TooLong.REFUSE);
    assertEquals(2, one(read.get(0, 0)));
    assertEquals(0, one(read.get(2, 0)));
    assertArrayEquals(BERT.encode("an").ids(), read.get(1, 0).ids());
  }

  @Test
  void should_read_the_columns_asked_for_when_they_are_named_or_numbered() {
    String text = "gj04\t1\t\tthe an\ngj04\t0\t*\tan\n";
    LabelledFile numbered =
        LabelledFile.read(file(text), LabelledTask.CLASSES, new Columns.Numbered(4, null, 2));
    assertEquals(2, numbered.rows().size());
    LabelledFile named =
        LabelledFile.read(
            file("a\tb\tc\nthe\tx\tan\nan\ty\tthe\n"),
            LabelledTask.CLASSES,
            new Columns.Named("c", "a", "b"));
    assertEquals(List.of("x", "y"), named.labels().names());
  }

  @Test
  void should_sort_labels_by_number_when_all_are_numbers() {
    assertEquals(List.of("2", "9", "10"), LabelSet.of(List.of("10", "9", "2")).names());
    assertEquals(List.of("10", "9", "a"), LabelSet.of(List.of("a", "9", "10")).names());
    assertEquals(List.of("b", "a"), LabelSet.ofConfig(Map.of(1, "a", 0, "b")).names());
  }

  @Test
  void should_label_the_first_piece_of_a_word_when_words_have_labels() {
    String text =
        """
        {"tokens":["an","a","An"],"labels":["B-X","O","B-Y"]}
        {"tokens":["an"],"labels":["O"]}
        """;
    LabelledExamples read = examples(text, LabelledTask.WORDS);
    assertEquals(4, BERT.encode("an").length(), "two pieces");
    int ignored = -100;
    assertArrayEquals(
        new int[] {ignored, 0, ignored, 2, 1, ignored, ignored}, many(read.get(0, 0)));
    assertArrayEquals(BERT.encode("an a An").ids(), read.get(0, 0).ids());
  }

  @Test
  void should_find_the_tokens_of_an_answer_when_it_stands_in_the_context() {
    String text =
        "{\"question\":\"the\",\"context\":\"🙂 an the an\",\"answer\":\"the an\",\"start\":5}\n";
    LabelledExamples read = examples(text, LabelledTask.ANSWERS);
    int[] span = many(read.get(0, 0));
    int[] ids = read.get(0, 0).ids();
    assertEquals(BERT.encode("the").ids()[1], ids[span[0]]);
    assertEquals(BERT.encode("an").ids()[2], ids[span[1]]);
    assertEquals(ids.length - 2, span[1]);
    refused(() -> read(text.replace(":5", ":4"), LabelledTask.ANSWERS), "line 1", "at character 4");
    refused(() -> read(text.replace(":5", ":99"), LabelledTask.ANSWERS), "line 1");
  }

  @Test
  void should_name_the_file_when_it_has_nothing_to_learn() throws IOException {
    refused(() -> read("", LabelledTask.CLASSES), "empty");
    refused(() -> read("sentence\tlabel\n", LabelledTask.CLASSES), "data: no examples");
    refused(
        () -> read("sentence\tlabel\na\t1\nb\t1\n", LabelledTask.CLASSES).labels(),
        "every label is \"1\"");
    Path latin =
        Files.write(
            directory.resolve("latin"),
            "sentence\tlabel\ncafé\t1\n".getBytes(StandardCharsets.ISO_8859_1));
    refused(() -> LabelledFile.read(latin, LabelledTask.CLASSES, Columns.known()), "not UTF-8");
  }

  @Test
  void should_name_the_line_when_one_is_wrong() {
    String head = "sentence\tlabel\nthe\t1\n";
    refused(() -> read(head + "an\n", LabelledTask.CLASSES), "line 3: 1 column");
    refused(() -> read(head + "an\tb\tc\n", LabelledTask.CLASSES), "line 3: 3 columns");
    refused(() -> read(head + " \t1\n", LabelledTask.CLASSES), "line 3: an empty text");
    refused(() -> read(head + "an\t\n", LabelledTask.CLASSES), "line 3: no label");
    refused(() -> read("a\tb\nthe\t1\n", LabelledTask.CLASSES), "line 1", "sentence, label");
    refused(() -> read("sentence\tb\nthe\t1\n", LabelledTask.CLASSES), "has no label");
    refused(
        () -> read("{\"text\":\"the\",\"label\":1}\n{\"text\":1}\n", LabelledTask.CLASSES),
        "line 2");
    refused(() -> read("{\"text\":\"the\",\"label\":1}\nx\n", LabelledTask.CLASSES), "line 2");
    refused(
        () -> read("{\"tokens\":[\"a\"],\"labels\":[]}", LabelledTask.WORDS),
        "1 tokens and 0 labels");
    refused(() -> read("a b\n", LabelledTask.WORDS), "not a JSON object");
  }

  @Test
  void should_name_the_line_when_a_label_or_a_text_does_not_fit() {
    LabelledFile file = read("sentence\tlabel\nthe\tyes\nan\tmaybe\n", LabelledTask.CLASSES);
    refused(
        () ->
            new LabelledExamples(file, LabelSet.of(List.of("yes", "no")), BERT, 32, TooLong.REFUSE),
        "line 3: label \"maybe\"",
        "no, yes");
    LabelledFile values = read("sentence\tscore\nthe\tlots\n", LabelledTask.VALUE);
    refused(
        () -> new LabelledExamples(values, LabelSet.NONE, BERT, 32, TooLong.REFUSE),
        "line 2: value \"lots\"");
    LabelledFile text =
        read("sentence\tlabel\nthe\ta\n" + "an ".repeat(40) + "\tb\n", LabelledTask.CLASSES);
    int whole = BERT.encode("an ".repeat(40)).length();
    refused(
        () -> new LabelledExamples(text, text.labels(), BERT, 32, TooLong.REFUSE),
        "line 3: " + whole + " tokens",
        "at most 32");
    LabelledExamples cut = new LabelledExamples(text, text.labels(), BERT, 32, TooLong.CUT);
    assertEquals(32, cut.get(1, 0).ids().length);
    assertEquals(32, cut.longest());
  }
}

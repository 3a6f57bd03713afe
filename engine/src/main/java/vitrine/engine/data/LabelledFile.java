package vitrine.engine.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;

/**
 * A file of texts with labels, read and checked: tab-separated with a header as GLUE has it, or
 * JSON lines, plain or gzip. Blank lines are passed over.
 *
 * <pre>
 * sentence&lt;TAB&gt;label                          CLASSES, VALUE: tab-separated; see {@link Columns}
 * {"text":"…","pair":"…","label":"…"}            CLASSES, VALUE: the pair may be left out
 * {"tokens":["…",…],"labels":["…",…]}            WORDS
 * {"question":"…","context":"…","answer":"…","start":17}   ANSWERS: start counts characters
 * </pre>
 */
public final class LabelledFile {
  private final Path path;
  private final LabelledTask task;
  private final List<Row> rows;
  private final List<String> notes;

  private LabelledFile(Path path, LabelledTask task, List<Row> rows, List<String> notes) {
    this.path = path;
    this.task = task;
    this.rows = rows;
    this.notes = List.copyOf(notes);
  }

  /**
   * Reads a file.
   *
   * @throws InputException naming the line when it is not such a file
   */
  public static LabelledFile read(Path file, LabelledTask task, Columns columns) {
    LineParser parser = new LineParser(file, task, columns);
    TextFile.forEachLine("data", file, parser::line);
    List<Row> rows = parser.rows();
    if (rows.isEmpty()) {
      throw new InputException(
          "data: " + file + ": no examples; expected at least one. Give a file that has some.");
    }
    return new LabelledFile(file, task, rows, parser.notes());
  }

  public LabelledTask task() {
    return task;
  }

  /** One sentence for each thing worth knowing, such as a header that was read as an example. */
  public List<String> notes() {
    return notes;
  }

  /** How often each label occurs, in order; of values and answers that means nothing. */
  public static Map<String, Integer> counts(List<LabelledFile> files) {
    Map<String, Integer> counts = new TreeMap<>();
    for (LabelledFile file : files) {
      for (Row row : file.rows) {
        switch (row) {
          case Row.Texts texts -> counts.merge(texts.label(), 1, Integer::sum);
          case Row.Words words ->
              words.labels().forEach(each -> counts.merge(each, 1, Integer::sum));
          case Row.Answer _ -> {}
        }
      }
    }
    return counts;
  }

  List<Row> rows() {
    return rows;
  }

  /** The error that something is wrong with a line. */
  InputException wrong(Row row, String actual, String expected) {
    return wrong(path, row.line(), actual, expected);
  }

  static InputException wrong(Path file, int line, String actual, String expected) {
    return new InputException(
        "data: " + file + ": line " + line + ": " + actual + "; expected " + expected);
  }

  /**
   * The classes that occur in some files of one task, in order; of values and answers none.
   *
   * @throws InputException when there is only one: there is nothing to learn
   */
  public static LabelSet labels(List<LabelledFile> files) {
    LabelledTask task = files.getFirst().task;
    if (task == LabelledTask.VALUE || task == LabelledTask.ANSWERS) {
      return LabelSet.NONE;
    }
    Set<String> found = counts(files).keySet();
    if (found.size() == 1) {
      throw new InputException(
          "data: "
              + files.stream().map(file -> file.path.toString()).collect(Collectors.joining(", "))
              + ": every label is "
              + quoted(found.iterator().next())
              + "; expected at least two different ones. Is a file sorted and cut, or the label"
              + " column another?");
    }
    return LabelSet.of(new ArrayList<>(found));
  }

  /** The classes of this file alone, as {@link #labels(List)} has them. */
  public LabelSet labels() {
    return labels(List.of(this));
  }

  static String quoted(String text) {
    String brief = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    StringBuilder safe = new StringBuilder("\"");
    brief.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c));
    return safe.append('"').toString();
  }
}

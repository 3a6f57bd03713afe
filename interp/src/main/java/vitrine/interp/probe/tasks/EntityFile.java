package vitrine.interp.probe.tasks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.interp.rows.Passage;
import vitrine.interp.rows.Unit;

/**
 * Words with entities in IOB2: a line a word, blank lines between sentences. Either columns with
 * tabs, an index first, then the word and its tag (Universal NER), or columns with blanks, the word
 * first and its tag last (CoNLL 2003).
 */
public final class EntityFile {
  private static final Pattern TAG = Pattern.compile("O|[BI]-\\S+");
  private static final String TEXT = "text =";

  private final Path file;
  private final List<Labelled> texts = new ArrayList<>();
  private int number;
  private int first;
  private @Nullable String given;
  private List<String> words = new ArrayList<>();
  private List<String> tags = new ArrayList<>();

  private EntityFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws InputException at the first line that is wrong, naming it
   */
  public static TaskData read(Path file) {
    EntityFile reader = new EntityFile(file);
    TextFile.forEachLine("probe", file, reader::line);
    reader.finish();
    return new TaskData(file.toString(), Unit.WORD, TaskData.Scheme.ENTITIES, reader.texts);
  }

  private void line(String raw) {
    number++;
    String line = raw.strip();
    if (line.isEmpty()) {
      finish();
    } else if (line.startsWith("#") && !line.contains("\t") && words.isEmpty()) {
      String comment = line.substring(1).strip();
      given = comment.startsWith(TEXT) ? comment.substring(TEXT.length()).strip() : given;
    } else if (!line.startsWith("-DOCSTART-")) {
      word(line);
    }
  }

  private void word(String line) {
    String[] columns = line.split("\t", -1);
    boolean numbered = columns.length >= 3 && columns[0].matches("[0-9]{1,6}");
    String[] cells = numbered ? columns : line.split("\\s+");
    if (cells.length < 2) {
      throw wrong("one column", "a word and its tag");
    }
    String tag = numbered ? cells[2] : cells[cells.length - 1];
    if (!TAG.matcher(tag).matches()) {
      throw wrong("the tag \"" + shown(tag) + '"', "O, or B- or I- with the kind of entity");
    }
    if (words.isEmpty()) {
      first = number;
    }
    words.add(numbered ? cells[1] : cells[0]);
    tags.add(tag);
  }

  private static String shown(String text) {
    String one = text.replaceAll("\\p{Cntrl}", "?");
    return one.length() > 20 ? one.substring(0, 20) + "..." : one;
  }

  private void finish() {
    if (!words.isEmpty()) {
      String where = file + " line " + first;
      Passage passage = given == null ? null : within(where, given, words);
      texts.add(new Labelled(passage == null ? joined(where, words) : passage, tags, words));
      words = new ArrayList<>();
      tags = new ArrayList<>();
    }
    given = null;
  }

  /** The words in the text that the file gives; null where they do not stand there in order. */
  private static @Nullable Passage within(String where, String text, List<String> words) {
    List<Passage.Span> spans = new ArrayList<>();
    int at = 0;
    for (String word : words) {
      int start = text.indexOf(word, at);
      if (start < 0 || !text.substring(at, start).isBlank()) {
        return null;
      }
      at = start + word.length();
      spans.add(new Passage.Span(start, at));
    }
    return new Passage(where, text, spans);
  }

  /** With a blank between. */
  private static Passage joined(String where, List<String> words) {
    List<Passage.Span> spans = new ArrayList<>();
    int at = 0;
    for (String word : words) {
      spans.add(new Passage.Span(at, at + word.length()));
      at += word.length() + 1;
    }
    return new Passage(where, String.join(" ", words), spans);
  }

  private InputException wrong(String actual, String expected) {
    return new InputException(
        "probe: %s line %d: %s; expected %s. Mend the line"
            .formatted(file, number, actual, expected));
  }
}

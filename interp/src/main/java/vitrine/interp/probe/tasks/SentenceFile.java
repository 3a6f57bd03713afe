package vitrine.interp.probe.tasks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.interp.rows.Passage;
import vitrine.interp.rows.Unit;

/**
 * Texts with a label each, a line a text, columns with tabs: text and label (xprobe); part, label
 * and text, the part being tr, va or te (SentEval); or with a header that names a column
 * <i>sentence</i> or <i>text</i> and one <i>label</i> (GLUE). Or texts in one file and labels in
 * another, line by line.
 */
public final class SentenceFile {
  private static final Set<String> PARTS = Set.of("tr", "va", "te");
  private static final Set<String> TEXTS = Set.of("sentence", "text");
  private static final String LABEL = "label";

  private final Path file;
  private final List<Labelled> train = new ArrayList<>();
  private final List<Labelled> test = new ArrayList<>();
  private int number;
  private int columns;
  private int text;
  private int label = 1;

  private SentenceFile(Path file) {
    this.file = file;
  }

  /**
   * What a file holds.
   *
   * @param train all of it, where it names no parts
   * @param test the part {@code te}; null where the file names no parts
   */
  public record Parts(TaskData train, @Nullable TaskData test) {}

  /**
   * Reads a file.
   *
   * @throws InputException at the first line that is wrong, naming it
   */
  public static Parts read(Path file) {
    SentenceFile reader = new SentenceFile(file);
    TextFile.forEachLine("probe", file, reader::line);
    return new Parts(
        data(file.toString(), reader.train),
        reader.columns == 3 && reader.text == 2 ? data(file + " (te)", reader.test) : null);
  }

  private static TaskData data(String operand, List<Labelled> texts) {
    return new TaskData(operand, Unit.SENTENCE, TaskData.Scheme.CLASSES, texts);
  }

  private void line(String raw) {
    number++;
    String line = raw.replaceAll("[\\r\\n]+$", "");
    if (line.isBlank()) {
      return;
    }
    String[] cells = line.split("\t", -1);
    if (columns == 0) {
      columns = cells.length;
      if (isHeader(cells)) {
        return;
      }
      if (columns == 3 && PARTS.contains(cells[0])) {
        text = 2;
      } else if (columns != 2) {
        throw wrong(
            columns + " columns",
            "text and label; tr, va or te, label and text; or a header with sentence and label");
      }
    }
    if (cells.length != columns) {
      throw wrong(cells.length + " columns", columns + ", as in the first line");
    }
    add(cells);
  }

  private boolean isHeader(String[] cells) {
    int texts = -1;
    int labels = -1;
    for (int i = 0; i < cells.length; i++) {
      texts = TEXTS.contains(cells[i].strip()) ? i : texts;
      labels = cells[i].strip().equals(LABEL) ? i : labels;
    }
    if (texts < 0 || labels < 0) {
      return false;
    }
    text = texts;
    label = labels;
    return true;
  }

  private void add(String[] cells) {
    String spelled = cells[text].strip();
    String own = cells[label].strip();
    if (spelled.isEmpty() || own.isEmpty()) {
      throw wrong("an empty " + (own.isEmpty() ? LABEL : "text"), "both");
    }
    Labelled labelled = of(file + " line " + number, spelled, own);
    boolean parts = columns == 3 && text == 2;
    if (!parts || cells[0].equals("tr")) {
      train.add(labelled);
    } else if (cells[0].equals("te")) {
      test.add(labelled);
    } else if (!PARTS.contains(cells[0])) {
      throw wrong("the part \"" + cells[0] + '"', "tr, va or te");
    }
  }

  private static Labelled of(String where, String text, String label) {
    return new Labelled(Passage.of(where, text), List.of(label), List.of(text));
  }

  /**
   * Reads texts and, from another file, their labels.
   *
   * @throws InputException when one file has more lines than the other
   */
  public static TaskData read(Path texts, Path labels) {
    List<String> ofTexts = lines(texts);
    List<String> ofLabels = lines(labels);
    if (ofTexts.size() != ofLabels.size()) {
      throw new InputException(
          "probe: %s: %d labels; expected %d, one a line of %s. Align the files"
              .formatted(labels, ofLabels.size(), ofTexts.size(), texts));
    }
    List<Labelled> all = new ArrayList<>();
    for (int i = 0; i < ofTexts.size(); i++) {
      String where = "%s line %d".formatted(texts, i + 1);
      if (ofTexts.get(i).isEmpty() || ofLabels.get(i).isEmpty()) {
        throw new InputException(
            "probe: %s: an empty %s; expected both. Leave the line out of both files"
                .formatted(where, ofTexts.get(i).isEmpty() ? "text" : LABEL));
      }
      all.add(of(where, ofTexts.get(i), ofLabels.get(i)));
    }
    return data(texts.toString(), all);
  }

  private static List<String> lines(Path file) {
    List<String> lines = new ArrayList<>();
    TextFile.forEachLine("probe", file, line -> lines.add(line.strip()));
    return lines;
  }

  private InputException wrong(String actual, String expected) {
    return new InputException(
        "probe: %s line %d: %s; expected %s. Mend the line"
            .formatted(file, number, actual, expected));
  }
}

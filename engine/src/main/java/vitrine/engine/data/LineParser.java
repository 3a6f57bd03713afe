package vitrine.engine.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;

/** Makes rows of lines; the first line that is not blank tells which form the file has. */
final class LineParser {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final LabelledTask task;
  private final Columns columns;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private int number;
  private @Nullable Form form;

  /** What a line is. */
  private sealed interface Form {
    /** A JSON object. */
    record Objects() implements Form {}

    /**
     * Columns.
     *
     * @param names of the header, for messages; empty for a file without one
     * @param pair null for one text
     */
    record Table(int width, List<String> names, int text, @Nullable Integer pair, int label)
        implements Form {}
  }

  LineParser(Path file, LabelledTask task, Columns columns) {
    this.file = file;
    this.task = task;
    this.columns = columns;
  }

  List<Row> rows() {
    return rows;
  }

  /** What is worth knowing of the lines. */
  List<String> notes() {
    return notes;
  }

  void line(String withEnd) {
    number++;
    String line = chomp(withEnd);
    if (line.isBlank()) {
      return;
    }
    Form known = form;
    if (known == null) {
      form = first(number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line);
    } else {
      row(known, line);
    }
  }

  private static String chomp(String line) {
    int end = line.length();
    if (end > 0 && line.charAt(end - 1) == '\n') {
      end--;
    }
    if (end > 0 && line.charAt(end - 1) == '\r') {
      end--;
    }
    return line.substring(0, end);
  }

  private Form first(String line) {
    if (line.stripLeading().startsWith("{")) {
      Form objects = new Form.Objects();
      row(objects, line);
      return objects;
    }
    if (task == LabelledTask.WORDS || task == LabelledTask.ANSWERS) {
      throw wrong(
          "not a JSON object",
          task == LabelledTask.WORDS
              ? "lines such as {\"tokens\":[…],\"labels\":[…]}."
              : "lines such as {\"question\":…,\"context\":…,\"answer\":…,\"start\":…}.");
    }
    List<String> header = Arrays.asList(line.split("\t", -1));
    return switch (columns) {
      case Columns.Known _ -> {
        Columns.Named found = known(header);
        yield table(header, found);
      }
      case Columns.Named named -> table(header, named);
      case Columns.Numbered numbered -> {
        Form.Table table = numbered(header.size(), numbered);
        if (looksKnown(header)) {
          notes.add(
              "%s: line %d reads like a header (%s) and is taken as an example; columns by name leave it out"
                  .formatted(file, number, String.join(", ", header)));
        }
        row(table, line);
        yield table;
      }
    };
  }

  private Columns.Named known(List<String> header) {
    for (Columns.Named texts : Columns.Known.TEXTS) {
      if (header.contains(texts.text())
          && (texts.pair() == null || header.contains(texts.pair()))) {
        for (String label : Columns.Known.LABELS) {
          if (header.contains(label)) {
            return new Columns.Named(texts.text(), texts.pair(), label);
          }
        }
        throw wrong(
            "header " + LabelledFile.quoted(String.join(", ", header)) + " has no label",
            "a column named one of " + String.join(", ", Columns.Known.LABELS) + ".");
      }
    }
    throw wrong(
        "no header with known columns: " + LabelledFile.quoted(String.join(", ", header)),
        "tab-separated columns such as sentence, label; or sentence1, sentence2, label. Name the"
            + " file's own (--columns, as in 4,2).");
  }

  private Form.Table table(List<String> header, Columns.Named named) {
    String pair = named.pair();
    return new Form.Table(
        header.size(),
        header,
        index(header, named.text()),
        pair == null ? null : Integer.valueOf(index(header, pair)),
        index(header, named.label()));
  }

  private int index(List<String> header, String name) {
    int index = header.indexOf(name);
    if (index < 0) {
      throw wrong(
          "header " + LabelledFile.quoted(String.join(", ", header)),
          "a column " + LabelledFile.quoted(name) + ".");
    }
    return index;
  }

  private Form.Table numbered(int width, Columns.Numbered numbered) {
    Integer pair = numbered.pair();
    return new Form.Table(
        width,
        List.of(),
        inside(width, numbered.text()),
        pair == null ? null : Integer.valueOf(inside(width, pair)),
        inside(width, numbered.label()));
  }

  private static boolean looksKnown(List<String> header) {
    return Columns.Known.TEXTS.stream().anyMatch(texts -> header.contains(texts.text()))
        && Columns.Known.LABELS.stream().anyMatch(header::contains);
  }

  private int inside(int width, int column) {
    if (column < 1 || column > width) {
      throw wrong(width + " columns", "a column " + column + ", counted from 1.");
    }
    return column - 1;
  }

  private void row(Form form, String line) {
    rows.add(
        switch (form) {
          case Form.Objects _ -> object(line);
          case Form.Table table -> columns(table, line);
        });
  }

  private Row columns(Form.Table table, String line) {
    String[] cells = line.split("\t", -1);
    if (cells.length != table.width()) {
      throw wrong(
          cells.length + (cells.length == 1 ? " column" : " columns"),
          table.width()
              + ", as the first line has"
              + (table.names().isEmpty() ? "" : " (" + String.join(", ", table.names()) + ")")
              + ".");
    }
    Integer pair = table.pair();
    return texts(
        cells[table.text()], pair == null ? null : cells[pair], cells[table.label()].strip());
  }

  private Row.Texts texts(String text, @Nullable String pair, String label) {
    if (text.isBlank() || (pair != null && pair.isBlank())) {
      throw wrong("an empty text", "some text.");
    }
    if (label.isEmpty()) {
      throw wrong("no label", "one.");
    }
    return new Row.Texts(number, text, pair, label);
  }

  private Row object(String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JacksonException e) {
      throw wrong(
          "not valid JSON (" + LabelledFile.quoted(e.getOriginalMessage()) + ")",
          "a JSON object a line.");
    }
    if (!node.isObject()) {
      throw wrong("not a JSON object", "one a line.");
    }
    return switch (task) {
      case CLASSES, VALUE -> texts(node);
      case WORDS -> words(node);
      case ANSWERS -> answer(node);
    };
  }

  private Row texts(JsonNode node) {
    Columns.Named named =
        columns instanceof Columns.Named given ? given : known(List.copyOf(node.propertyNames()));
    String pair = named.pair();
    JsonNode second = pair == null ? null : node.get(pair);
    return texts(
        text(node, named.text()),
        pair == null || second == null || second.isNull() ? null : text(node, pair),
        label(node.get(named.label()), named.label()));
  }

  private String label(@Nullable JsonNode node, String key) {
    if (node == null || !(node.isString() || node.isNumber() || node.isBoolean())) {
      throw wrong(LabelledFile.quoted(key) + " is " + shown(node), "a label: a text or a number.");
    }
    return node.isString() ? node.stringValue() : node.asString();
  }

  private Row words(JsonNode node) {
    List<String> words = strings(node, "tokens");
    List<String> labels = strings(node, "labels");
    if (words.isEmpty() || words.size() != labels.size()) {
      throw wrong(
          words.size() + " tokens and " + labels.size() + " labels",
          "at least one token, and a label for each.");
    }
    return new Row.Words(number, words, labels);
  }

  private List<String> strings(JsonNode node, String key) {
    JsonNode list = node.get(key);
    if (list == null || !list.isArray()) {
      throw wrong(LabelledFile.quoted(key) + " is " + shown(list), "a list.");
    }
    List<String> strings = new ArrayList<>();
    for (JsonNode each : list) {
      strings.add(label(each, key));
    }
    return strings;
  }

  private Row answer(JsonNode node) {
    String context = text(node, "context");
    String answer = text(node, "answer");
    JsonNode start = node.get("start");
    if (start == null || !start.isInt() || start.intValue() < 0 || answer.isEmpty()) {
      throw wrong(
          "\"start\" is " + shown(start) + ", \"answer\" " + LabelledFile.quoted(answer),
          "where in the context the answer begins, in characters from 0.");
    }
    int characters = context.codePointCount(0, context.length());
    int from =
        start.intValue() > characters
            ? context.length()
            : context.offsetByCodePoints(0, start.intValue());
    if (!context.startsWith(answer, from)) {
      throw wrong(
          "the context does not have "
              + LabelledFile.quoted(answer)
              + " at character "
              + start.intValue(),
          "the answer to stand there.");
    }
    return new Row.Answer(number, text(node, "question"), context, from, from + answer.length());
  }

  private String text(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isString()) {
      throw wrong(LabelledFile.quoted(key) + " is " + shown(value), "a text.");
    }
    return value.stringValue();
  }

  private static String shown(@Nullable JsonNode node) {
    return node == null ? "missing" : LabelledFile.quoted(node.toString());
  }

  private InputException wrong(String actual, String expected) {
    return LabelledFile.wrong(file, number, actual, expected);
  }
}

package vitrine.engine.conllu;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import vitrine.engine.InputException;

/** Puts lines together to sentences. */
final class SentenceReader {
  private static final int COLUMNS = 10;
  private static final int ID = 0;
  private static final int FORM = 1;
  private static final int HEAD = 6;
  private static final int MISC = 9;

  private final String file;
  private final Consumer<Sentence> sentences;

  private int number;
  private int found;
  private int firstLine;
  private List<String> comments = new ArrayList<>();
  private List<Word> words = new ArrayList<>();
  private List<Token> tokens = new ArrayList<>();
  private List<Integer> headLines = new ArrayList<>();
  private StringBuilder text = new StringBuilder();
  private int emptyNodes;

  /** The last empty node's number behind its word. */
  private int emptyBehind;

  /** The last word of the multiword token that is under way; 0 when none is. */
  private int until;

  /** Whether the next token stands right behind the last. */
  private boolean joined = true;

  SentenceReader(String file, Consumer<Sentence> sentences) {
    this.file = file;
    this.sentences = sentences;
  }

  /** The next line, with its line feed. */
  void line(String raw) {
    number++;
    String line = raw.endsWith("\n") ? raw.substring(0, raw.length() - 1) : raw;
    if (line.endsWith("\r")) {
      throw wrong("ends with a carriage return", "lines that end with a line feed alone");
    }
    if (line.isEmpty()) {
      finish();
    } else if (line.startsWith("#")) {
      if (hasNodes()) {
        throw wrong("a comment within a sentence", "comments before its first word");
      }
      begin();
      comments.add(line.substring(1).strip());
    } else {
      begin();
      node(line);
    }
  }

  /** Nothing follows. */
  void end() {
    number++;
    finish();
    if (found == 0) {
      throw new InputException(
          "conllu: " + file + ": no sentence; expected a treebank in CoNLL-U. Check the file");
    }
  }

  private boolean hasNodes() {
    return !words.isEmpty() || emptyNodes > 0 || until > 0;
  }

  private void begin() {
    if (firstLine == 0) {
      firstLine = number;
    }
  }

  private void node(String line) {
    String[] columns = line.split("\t", -1);
    if (columns.length != COLUMNS) {
      throw wrong(
          columns.length + " columns",
          "10 with tabs between: ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC");
    }
    for (int i = 0; i < COLUMNS; i++) {
      if (columns[i].isBlank()) {
        throw wrong("column " + (i + 1) + " is empty", "_ for what is not given");
      }
    }
    String id = columns[ID];
    if (id.matches("[0-9]{1,6}")) {
      word(columns);
    } else if (id.matches("[0-9]{1,6}-[0-9]{1,6}")) {
      range(columns);
    } else if (id.matches("[0-9]{1,6}\\.[0-9]{1,6}")) {
      emptyNode(id);
    } else {
      throw wrong("ID " + quoted(id), "1, 2, ..., a range as 3-4, or an empty node as 5.1");
    }
  }

  private void word(String[] columns) {
    int id = Integer.parseInt(columns[ID]);
    if (id != words.size() + 1) {
      throw wrong("ID " + id, "ID " + (words.size() + 1) + ", as words count from 1 without gaps");
    }
    words.add(
        new Word(
            id,
            columns[FORM],
            columns[2],
            columns[3],
            columns[4],
            columns[5],
            head(columns[HEAD]),
            columns[7],
            columns[8],
            columns[MISC]));
    headLines.add(number);
    emptyBehind = 0;
    if (until == 0) {
      token(columns, id, id);
    } else if (id == until) {
      until = 0;
    }
  }

  private OptionalInt head(String column) {
    if (column.equals("_")) {
      return OptionalInt.empty();
    }
    if (!column.matches("[0-9]{1,6}")) {
      throw wrong("HEAD " + quoted(column), "the ID of a word, 0 for the root, or _");
    }
    return OptionalInt.of(Integer.parseInt(column));
  }

  private void range(String[] columns) {
    String[] ends = columns[ID].split("-", -1);
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[1]);
    if (first != words.size() + 1 || last <= first || until > 0) {
      throw wrong(
          "the range " + columns[ID],
          "one that begins with the next word, %d, and overlaps no other"
              .formatted(words.size() + 1));
    }
    token(columns, first, last);
    until = last;
  }

  /** Of {@code 5.1}: behind word 5, the first there. */
  private void emptyNode(String id) {
    int point = id.indexOf('.');
    int behind = Integer.parseInt(id.substring(0, point));
    int count = Integer.parseInt(id.substring(point + 1));
    if (behind != words.size() || count != emptyBehind + 1) {
      throw wrong("the empty node " + id, "%d.%d here".formatted(words.size(), emptyBehind + 1));
    }
    emptyBehind = count;
    emptyNodes++;
  }

  private void token(String[] columns, int first, int last) {
    if (!joined) {
      text.append(' ');
    }
    int start = text.length();
    text.append(columns[FORM]);
    tokens.add(new Token(columns[FORM], first, last, start, text.length()));
    joined = Word.attribute(columns[MISC], "SpaceAfter").filter("No"::equals).isPresent();
  }

  private void finish() {
    if (firstLine == 0) {
      return;
    }
    if (words.isEmpty()) {
      throw wrong("a sentence without a word", "one word or more before the blank line");
    }
    if (until > 0) {
      throw wrong("the sentence ends within a multiword token", "its words up to " + until);
    }
    for (int i = 0; i < words.size(); i++) {
      int head = words.get(i).head().orElse(0);
      if (head > words.size() || head == i + 1) {
        number = headLines.get(i);
        throw wrong(
            "HEAD " + head, "0 to " + words.size() + ", the sentence's words, and not itself");
      }
    }
    requireTree();
    sentences.accept(
        new Sentence(
            file + " line " + firstLine, comments, text.toString(), tokens, words, emptyNodes));
    found++;
    firstLine = 0;
    comments = new ArrayList<>();
    words = new ArrayList<>();
    tokens = new ArrayList<>();
    headLines = new ArrayList<>();
    text = new StringBuilder();
    emptyNodes = 0;
    emptyBehind = 0;
    joined = true;
  }

  /**
   * One root at most, and no cycle. A sentence without a root has a cycle, unless a word has no
   * head.
   */
  private void requireTree() {
    int root = 0;
    for (Word word : words) {
      if (word.head().orElse(1) == 0) {
        if (root > 0) {
          number = headLines.get(word.id() - 1);
          throw wrong("HEAD 0, a second root beside word " + root, "one root a sentence");
        }
        root = word.id();
      }
    }
    requireNoCycle();
  }

  private void requireNoCycle() {
    int[] seen = new int[words.size() + 1]; // the word from which this one was reached first
    for (int start = 1; start <= words.size(); start++) {
      int at = start;
      while (at != 0 && seen[at] == 0) {
        seen[at] = start;
        at = words.get(at - 1).head().orElse(0);
      }
      if (at != 0 && seen[at] == start) {
        number = headLines.get(at - 1);
        throw wrong(
            "HEAD "
                + words.get(at - 1).head().orElse(0)
                + ", in a cycle of heads through word "
                + at,
            "heads that lead to the root");
      }
    }
  }

  /** Within one line, whatever it holds. */
  private static String quoted(String text) {
    String shown = text.replaceAll("\\p{Cntrl}", "?");
    return '"' + (shown.length() > 20 ? shown.substring(0, 20) + "..." : shown) + '"';
  }

  private InputException wrong(String actual, String expected) {
    return new InputException(
        "conllu: "
            + file
            + " line "
            + number
            + ": "
            + actual
            + "; expected "
            + expected
            + ". Mend the line");
  }
}

package vitrine.engine.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import vitrine.engine.InputException;

/** Reads the files that list a vocabulary or its merges. */
final class VocabularyFiles {
  private VocabularyFiles() {}

  /** A vocabulary.txt: a token a line, its id the line's number from 0. */
  static Map<String, Integer> lines(Path file, List<String> notes) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    int id = 0;
    for (String line : textLines(file)) {
      Integer earlier = vocabulary.put(line, id);
      if (earlier != null) {
        notes.add(
            "%s: \"%s\" stands on lines %d and %d; the last one counts, as in the reference"
                .formatted(file.getFileName(), line, earlier + 1, id + 1));
      }
      id++;
    }
    if (vocabulary.isEmpty()) {
      throw new InputException(
          "tokenizer: %s: empty; expected a token a line.".formatted(file.getFileName()));
    }
    return vocabulary;
  }

  /**
   * Ids from here on are refused: no vocabulary comes near, and a table of tokens goes up to the
   * largest id.
   */
  static final int MOST_IDS = 1 << 24;

  /**
   * A JSON object from tokens to ids; ids are unique. Gaps stay, as in the reference: ids without a
   * token.
   */
  static Map<String, Integer> ids(JsonView vocabulary) {
    Map<String, Integer> ids = new HashMap<>();
    BitSet used = new BitSet();
    vocabulary
        .members()
        .forEach((token, value) -> {
          int id = value.integer();
          if (id >= MOST_IDS) {
            throw new InputException(
                "tokenizer: %s: \"%s\" has id %d; expected ids below %d."
                    .formatted(vocabulary.where(), token, id, MOST_IDS));
          }
          if (used.get(id)) {
            throw new InputException(
                "tokenizer: %s: \"%s\" has id %d, which another token has;"
                        .formatted(vocabulary.where(), token, id)
                    + " expected an id of its own.");
          }
          used.set(id);
          ids.put(token, id);
        });
    if (ids.isEmpty()) {
      throw new InputException(
          "tokenizer: %s: empty; expected tokens with ids.".formatted(vocabulary.where()));
    }
    return ids;
  }

  /** A merges.txt: two tokens a line, in the order they were learned, after a version line. */
  static List<BytePairMerges.Pair> merges(Path file) {
    List<BytePairMerges.Pair> pairs = new ArrayList<>();
    List<String> lines = textLines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      int number = i + 1;
      if (!line.isEmpty() && !line.startsWith("#version")) {
        pairs.add(pair(line, () -> "%s: line %d".formatted(file.getFileName(), number)));
      }
    }
    return pairs;
  }

  /** The merges of a tokenizer.json: strings with a blank, or lists of two. */
  static List<BytePairMerges.Pair> merges(JsonView merges) {
    List<BytePairMerges.Pair> pairs = new ArrayList<>();
    for (JsonView merge : merges.list()) {
      if (merge.node().isArray()) {
        List<JsonView> two = merge.list();
        if (two.size() != 2) {
          throw merge.expected("two tokens");
        }
        pairs.add(new BytePairMerges.Pair(two.getFirst().text(), two.getLast().text()));
      } else {
        pairs.add(pair(merge.text(), merge::where));
      }
    }
    return pairs;
  }

  /**
   * Cuts a merge in two.
   *
   * @param where it stands, asked for when it is not what it should be
   */
  private static BytePairMerges.Pair pair(String merge, Supplier<String> where) {
    int blank = merge.indexOf(' ');
    if (blank <= 0 || blank != merge.lastIndexOf(' ') || blank == merge.length() - 1) {
      String brief = merge.length() > 80 ? merge.substring(0, 80) + "…" : merge;
      throw new InputException(
          "tokenizer: %s: \"%s\"; expected two tokens with a blank between."
              .formatted(where.get(), brief));
    }
    return new BytePairMerges.Pair(merge.substring(0, blank), merge.substring(blank + 1));
  }

  private static List<String> textLines(Path file) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(JsonView.bytes(file)))
              .toString();
    } catch (CharacterCodingException e) {
      throw new InputException(
          "tokenizer: %s: not UTF-8; expected a text file. Fetch the file again."
              .formatted(file.getFileName()),
          e);
    }
    List<String> lines = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      int stop = end < 0 ? text.length() : end;
      int cut = stop > at && text.charAt(stop - 1) == '\r' ? stop - 1 : stop;
      lines.add(text.substring(at, cut));
      at = stop + 1;
    }
    return lines;
  }
}

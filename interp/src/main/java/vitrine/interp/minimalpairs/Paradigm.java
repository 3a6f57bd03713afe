package vitrine.interp.minimalpairs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;

/**
 * Pairs of one kind.
 *
 * @param name of the kind, for people
 * @param pairs at least one
 */
public record Paradigm(String name, List<Pair> pairs) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String GOOD = "sentence_good";
  private static final String BAD = "sentence_bad";

  /**
   * Two sentences that differ in one thing.
   *
   * @param good the grammatical one
   * @param bad the other
   */
  public record Pair(String good, String bad) {}

  public Paradigm {
    pairs = List.copyOf(pairs);
    if (pairs.isEmpty()) {
      throw new InputException(
          "minimal pairs: %s: no pairs; expected at least one. Give other data.".formatted(name));
    }
  }

  /**
   * Reads BLiMP's form: a JSON object a line, with the strings {@code sentence_good} and {@code
   * sentence_bad}; other keys are passed over, blank lines too. The name is the file's without its
   * ending.
   *
   * @throws InputException at the first line that is none
   */
  public static Paradigm read(Path file) {
    List<Pair> pairs = new ArrayList<>();
    int[] number = {0};
    TextFile.forEachLine(
        "minimal pairs",
        file,
        line -> {
          number[0]++;
          if (!line.isBlank()) {
            pairs.add(pair(file, number[0], line));
          }
        });
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.jsonl?(\\.gz)?$", "");
    return new Paradigm(name, pairs);
  }

  private static Pair pair(Path file, int number, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JacksonException e) {
      throw new InputException(wrong(file, number, "not JSON"), e);
    }
    return new Pair(sentence(node, GOOD, file, number), sentence(node, BAD, file, number));
  }

  private static String sentence(JsonNode node, String key, Path file, int number) {
    JsonNode sentence = node.path(key);
    if (!sentence.isString() || sentence.stringValue().isBlank()) {
      throw new InputException(wrong(file, number, "no sentence under " + key));
    }
    return sentence.stringValue();
  }

  private static String wrong(Path file, int number, String found) {
    return "minimal pairs: %s line %d: %s; expected an object with \"%s\" and \"%s\". Mend the line."
        .formatted(file, number, found, GOOD, BAD);
  }

  /** The first so many pairs, or all where there are no more. */
  public Paradigm first(int count) {
    return new Paradigm(name, pairs.subList(0, Math.min(count, pairs.size())));
  }
}

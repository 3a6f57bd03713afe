package vitrine.engine.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vitrine.weights.AtomicFile;

/**
 * A tokenizer as it comes from training: ready for use, and as the files of a Hugging Face model
 * directory, which {@link Tokenizers#load} and transformers' AutoTokenizer read back.
 */
public final class TrainedTokenizer {
  private final Tokenizer tokenizer;
  private final Map<String, String> files;

  private TrainedTokenizer(Tokenizer tokenizer, Map<String, String> files) {
    this.tokenizer = tokenizer;
    this.files = files;
  }

  /**
   * GPT-2's kind.
   *
   * @param tokens by id
   */
  static TrainedTokenizer bytePair(List<String> tokens, List<BytePairMerges.Pair> merges) {
    List<String> lines = new ArrayList<>();
    merges.forEach(pair -> lines.add(pair.left() + " " + pair.right()));
    return new TrainedTokenizer(
        BytePairTokenizer.of(ids(tokens), lines), TokenizerWriter.bytePair(tokens, lines));
  }

  /**
   * BERT's kind.
   *
   * @param tokens by id
   */
  static TrainedTokenizer wordPiece(List<String> tokens, Casing casing) {
    return new TrainedTokenizer(
        WordPieceTokenizer.of(tokens, casing), TokenizerWriter.wordPiece(tokens, casing));
  }

  private static Map<String, Integer> ids(List<String> tokens) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    tokens.forEach(token -> ids.put(token, ids.size()));
    return ids;
  }

  /** The tokenizer itself. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** How many tokens it has. */
  public int size() {
    return tokenizer.size();
  }

  /** The names and contents of its files, in the order in which to write them. */
  public Map<String, byte[]> files() {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return bytes;
  }

  /**
   * Writes the files into a directory that is there, each whole or not at all.
   *
   * @throws vitrine.weights.WeightsException when one cannot be written
   */
  public void write(Path directory) {
    files.forEach((name, text) -> AtomicFile.write(directory.resolve(name), text));
  }
}

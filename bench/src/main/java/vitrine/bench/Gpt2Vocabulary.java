package vitrine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import vitrine.weights.AtomicFile;

/**
 * A byte-level BPE vocabulary of GPT-2's size without a text to learn it from: 256 bytes, then
 * 50,000 merges of two bytes each, and the token that ends a text. Reading it costs what reading
 * GPT-2's own costs.
 */
final class Gpt2Vocabulary {
  static final int SIZE = 50257;
  static final int END = SIZE - 1;
  private static final int BYTES = 256;

  private Gpt2Vocabulary() {}

  static void write(Path directory) {
    List<String> alphabet = alphabet();
    Map<String, Integer> ids = new LinkedHashMap<>();
    alphabet.forEach(symbol -> ids.put(symbol, ids.size()));
    StringBuilder merges = new StringBuilder("#version: 0.2\n");
    for (int pair = 0; ids.size() < END; pair++) {
      String left = alphabet.get(pair / BYTES);
      String right = alphabet.get(pair % BYTES);
      merges.append(left).append(' ').append(right).append('\n');
      ids.put(left + right, ids.size());
    }
    ids.put("<|endoftext|>", END);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    put(directory, "vocab.json", new JsonMapper().writeValueAsString(ids));
    put(directory, "merges.txt", merges.toString());
    put(directory, "tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\"}\n");
  }

  private static void put(Path directory, String name, String text) {
    AtomicFile.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The characters that GPT-2 writes bytes with: printable ones as they are, others from 256 on.
   */
  private static List<String> alphabet() {
    List<String> plain = new ArrayList<>();
    List<String> moved = new ArrayList<>();
    for (int b = 0; b < BYTES; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      if (printable) {
        plain.add(Character.toString(b));
      } else {
        moved.add(Character.toString(BYTES + moved.size()));
      }
    }
    plain.addAll(moved);
    return plain;
  }
}

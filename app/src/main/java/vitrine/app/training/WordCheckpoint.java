package vitrine.app.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.text.TokenizerTrainer;
import vitrine.interp.io.Json;
import vitrine.weights.AtomicFile;

/**
 * The words that a tokenizer's training has counted so far, in OUT/checkpoint/words.jsonl: which
 * texts they are of, then a line a word. Written whole between texts, so that a training that was
 * killed goes on with the next; gone when it is done.
 */
public final class WordCheckpoint {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FOLDER = "checkpoint";
  private static final String FILE = "words.jsonl";

  private final Path out;
  private final String counting;

  /** What was made that was not there, the last first. */
  private final Deque<Path> made = new ArrayDeque<>();

  /**
   * @param out the directory that the tokenizer is for
   * @param counting how words are made of texts: other words are not gone on with
   */
  public WordCheckpoint(Path out, String counting) {
    this.out = out;
    this.counting = counting;
  }

  /** Whether a training was begun in the directory and did not end. */
  public boolean isBegun() {
    return Files.isDirectory(folder());
  }

  /** Makes the place for it: from here on the training can be resumed. */
  public void begin() throws IOException {
    make(folder().toAbsolutePath());
  }

  private Path folder() {
    return out.resolve(FOLDER);
  }

  /**
   * Gives a trainer the words that were counted before.
   *
   * @param texts of which the first ones have to be those that were read before
   * @return how many of them were
   * @throws InputException when it was begun with others, or is no such checkpoint
   */
  public int restore(TokenizerTrainer trainer, List<Path> texts) throws IOException {
    Path file = folder().resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return 0; // killed within the first text
    }
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      JsonNode before = json(reader.readLine());
      require("kind", before.path("kind").asString(""), counting);
      int done = before.path("texts").size();
      require(
          "texts",
          before.path("texts").toString(),
          described(texts.subList(0, Math.min(done, texts.size()))).toString());
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode word = json(line);
        trainer.add(word.path(0).asString(), word.path(1).asLong());
      }
      return done;
    }
  }

  private JsonNode json(@Nullable String line) {
    try {
      return JSON.readTree(line == null ? "" : line);
    } catch (JacksonException e) {
      InputException failure =
          wrong("checkpoint/words.jsonl is damaged", "one as it was left. Remove it");
      failure.initCause(e);
      throw failure;
    }
  }

  private void require(String what, String before, String now) {
    if (!before.equals(now)) {
      throw wrong(
          what + ": " + OneLine.operand(now),
          OneLine.operand(before)
              + ", as the training was begun. Resume with the same texts, unchanged, and options");
    }
  }

  private InputException wrong(String actual, String expected) {
    return new InputException(
        "train-tokenizer: --resume: "
            + OneLine.operand(out.toString())
            + ": "
            + actual
            + "; expected "
            + expected);
  }

  private static ArrayNode described(List<Path> texts) throws IOException {
    ArrayNode all = Json.array();
    for (Path text : texts) {
      ObjectNode each = Json.object().put("text", text.toString());
      if (Files.isRegularFile(text)) {
        each.put("bytes", Files.size(text));
        each.put("modified", Files.getLastModifiedTime(text).toString());
      }
      all.add(each);
    }
    return all;
  }

  /** Keeps all words that were counted, of these texts. */
  public void write(TokenizerTrainer trainer, List<Path> texts) throws IOException {
    begin();
    ObjectNode header = Json.object().put("kind", counting);
    header.set("texts", described(texts));
    AtomicFile.write(
        folder().resolve(FILE),
        stream -> {
          stream.write((header + "\n").getBytes(StandardCharsets.UTF_8));
          trainer.forEachWord((word, count) -> {
            // As a list: a word may have any character in it.
            String line = Json.line(Json.array().add(word).add(count)) + "\n";
            stream.write(line.getBytes(StandardCharsets.UTF_8));
          });
        });
  }

  private void make(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path p = directory; p != null && !Files.exists(p); p = p.getParent()) {
      missing.push(p);
    }
    for (Path each : missing) {
      Files.createDirectory(each);
      made.push(each);
    }
  }

  /** Removes the checkpoint, and what a process that was killed was writing beside it. */
  public void remove() throws IOException {
    removeAll(folder());
    made.remove(folder().toAbsolutePath());
  }

  /** Removes what an earlier process staged in the directory and could not put in its place. */
  public void sweep() throws IOException {
    try (Stream<Path> entries = Files.list(out)) {
      for (Path each : entries.toList()) {
        if (String.valueOf(each.getFileName()).matches("\\.vitrine-\\d+-\\d+")) {
          removeAll(each);
        }
      }
    }
  }

  private static void removeAll(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path each : entries.toList()) {
          Files.deleteIfExists(each);
        }
      }
      Files.deleteIfExists(folder);
    }
  }

  /** Removes all that this process made, where it cannot end well. */
  public void discard() throws IOException {
    if (made.contains(folder().toAbsolutePath())) {
      remove();
      for (Path each : made) {
        try (Stream<Path> entries = Files.list(each)) {
          if (entries.findAny().isPresent()) {
            return;
          }
        }
        Files.delete(each);
      }
    }
  }
}

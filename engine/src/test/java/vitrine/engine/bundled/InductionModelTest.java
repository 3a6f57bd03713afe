package vitrine.engine.bundled;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

final class InductionModelTest {
  /**
   * Of the tensors as made on x86-64 Linux; a different one means that the model is no longer the
   * same model.
   */
  private static final String HASH =
      "07aae3e4dd333a20251d3c24bcc8fa770af6509f9788404a804f88c76dfaa227";

  private final InductionModel model = new InductionModel();
  private final Checkpoint made = Checkpoints.inMemory(model.tensors());

  @Test
  void should_have_the_recorded_bits_when_made() {
    assertEquals(HASH, made.hash());
  }

  @Test
  void should_leave_mean_zero_and_one_norm_when_token_and_position_are_added() {
    float[] tokens = made.floats("transformer.wte.weight");
    float[] positions = made.floats("transformer.wpe.weight");
    int d = Subspace.TOTAL;
    double largestMean = 0;
    double largestError = 0;
    for (int token = 0; token < tokens.length / d; token++) {
      for (int t = 0; t < InductionWeights.POSITIONS; t++) {
        double sum = 0;
        double square = 0;
        for (int i = 0; i < d; i++) {
          double x = tokens[token * d + i] + positions[t * d + i];
          sum += x;
          square += x * x;
        }
        largestMean = Math.max(largestMean, Math.abs(sum / d));
        largestError = Math.max(largestError, Math.abs(square - 192));
      }
    }
    assertEquals(0, largestMean, 1e-9);
    assertEquals(0, largestError, 1e-5);
  }

  @Test
  void should_read_back_the_same_when_written(@TempDir Path directory) throws Exception {
    Path target = directory.resolve("made/here");
    model.write(target);
    try (Checkpoint read = Checkpoints.open(target)) {
      assertEquals(made.names(), read.names());
      for (String name : read.names()) {
        assertArrayEquals(made.floats(name), read.floats(name), name);
      }
    }
    JsonNode vocabulary = new JsonMapper().readTree(target.resolve("vocab.json").toFile());
    assertEquals(model.vocabulary().size(), vocabulary.size());
    model.vocabulary().forEach((token, id) -> assertEquals(id, vocabulary.get(token).intValue()));
    List<String> merges = Files.readAllLines(target.resolve("merges.txt"));
    assertEquals(model.merges(), merges.subList(1, merges.size()));
    assertEquals(model.config(), Files.readString(target.resolve("config.json")));
  }
}

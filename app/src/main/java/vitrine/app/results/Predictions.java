package vitrine.app.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Head;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.io.Json;
import vitrine.kernels.Tensor;

/**
 * What the logits say: for each row of the batch, a list of the largest for each position that has
 * logits of its own.
 *
 * @param rows empty when there are none; else one a row of the batch: position to its largest; a
 *     head with one output for the whole text has position 0
 * @param per whether positions are the text's, or the one of the whole text
 */
public record Predictions(List<SequencedMap<Integer, List<TopRow.Entry>>> rows, Per per) {
  /** Where a model has logits. */
  public enum Per {
    POSITION,
    TEXT
  }

  /** Of heads without logits that rank anything. */
  public static final Predictions NONE = new Predictions(List.of(), Per.TEXT);

  public Predictions {
    rows = List.copyOf(rows);
  }

  /** Whether a head's logits rank tokens or classes; an answer's start and end rank positions. */
  public static boolean madeBy(Head head) {
    return switch (head) {
      case LANGUAGE, MASKED, PRETRAINING, NEXT_SENTENCE, SEQUENCE, TOKENS -> true;
      case NONE, QUESTION -> false;
    };
  }

  /** How the entries of a head's logits are spelled; null where nothing spells them. */
  public static IntFunction<@Nullable String> spelling(
      Head head, Optional<Tokenizer> tokenizer, Map<Integer, String> labels) {
    return switch (head) {
      case LANGUAGE, MASKED, PRETRAINING -> id -> Spelling.of(tokenizer, id);
      case NEXT_SENTENCE -> id -> id == 0 ? "next" : "random";
      case SEQUENCE, TOKENS -> labels::get;
      case NONE, QUESTION -> id -> null;
    };
  }

  /**
   * The largest at every real position.
   *
   * @param logits (B,T,V), (B,T,C) or (B,C)
   * @param count how many a position
   */
  public static Predictions of(
      Tensor logits, Batch batch, int count, IntFunction<@Nullable String> spelling) {
    boolean perPosition = logits.shape().rank() == 3;
    int positions = perPosition ? logits.shape().dim(1) : 1;
    int width = logits.shape().dim(-1);
    List<SequencedMap<Integer, List<TopRow.Entry>>> rows = new ArrayList<>();
    float[] row = new float[width];
    for (int b = 0; b < batch.batch(); b++) {
      SequencedMap<Integer, List<TopRow.Entry>> tops = new LinkedHashMap<>();
      for (int t = 0; t < positions; t++) {
        if (!perPosition || batch.real(b, t)) {
          logits.download(((long) b * positions + t) * width, row, 0, width);
          tops.put(t, TopRow.of(row, count, spelling));
        }
      }
      rows.add(tops);
    }
    return new Predictions(rows, perPosition ? Per.POSITION : Per.TEXT);
  }

  /** Position to its list; for a file of inputs a list of these. */
  public JsonNode json(Form form) {
    ArrayNode all = Json.array();
    for (SequencedMap<Integer, List<TopRow.Entry>> row : rows) {
      ObjectNode object = all.addObject();
      row.forEach((position, entries) -> object.set(position.toString(), TopRow.json(entries)));
    }
    return switch (form) {
      case ONE -> all.isEmpty() ? Json.object() : all.get(0);
      case LIST -> all;
    };
  }
}

package vitrine.bench.workers;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What an engine is asked to do; the same for every engine, token by token. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Work.Forward.class, name = "forward"),
  @JsonSubTypes.Type(value = Work.Reading.class, name = "reading"),
  @JsonSubTypes.Type(value = Work.Decode.class, name = "decode"),
  @JsonSubTypes.Type(value = Work.Gradient.class, name = "gradient"),
  @JsonSubTypes.Type(value = Work.Training.class, name = "training")
})
@SuppressWarnings("ArrayRecordComponent") // handed through, compared by no one
public sealed interface Work {
  /** Which rows of a language model's logits are wanted. */
  enum Rows {
    ALL,
    LAST
  }

  /**
   * A forward pass. Out: of GPT-2 the logits, (B,T,V) or (B,V); of BERT the last block's output,
   * (B,T,D).
   *
   * @param ids (B,T)
   */
  record Forward(int[][] ids, Rows rows) implements Work {}

  /**
   * A forward pass that keeps values at some sites; all of them where the list says {@code every}.
   * Out: as above.
   */
  record Reading(int[][] ids, List<String> sites) implements Work {}

  /**
   * One token after another from a cache of keys and values; filling the cache is not timed. Out:
   * the logits after each, (steps, V).
   *
   * @param context fed first, all at once
   * @param next the tokens that follow, each a step
   */
  record Decode(int[] context, int[] next) implements Work {}

  /**
   * Loss, and its gradient to the token embeddings alone. Out: (B,T,D).
   *
   * @param labels (B,T), -100 where nothing is asked; of GPT-2 the ids themselves
   */
  record Gradient(int[][] ids, int[][] labels) implements Work {}

  /**
   * One step of training: forward, backward, AdamW at 1e-4 with a weight decay of 0.01 on matrices
   * and embeddings, no dropout. Out: the losses of the first steps.
   */
  record Training(int[][] ids, int[][] labels) implements Work {
    /** How many losses are compared before any time counts. */
    public static final int COMPARED_STEPS = 3;
  }
}

package vitrine.engine.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import vitrine.engine.InputException;
import vitrine.engine.models.Decoder;
import vitrine.engine.models.Model;

/** Continues a sequence of tokens with a causal model. */
public final class Generator {
  private Generator() {}

  /**
   * @param ids the new tokens, without the prompt; the end-of-text token is the last one where it
   *     was what stopped it
   * @param stop why it ended
   */
  public record Result(List<Integer> ids, Stop stop) {
    public Result {
      ids = List.copyOf(ids);
    }
  }

  /** Why generation ended. */
  public enum Stop {
    /** As many new tokens as asked for. */
    LENGTH,
    /** An end-of-text token. */
    END_OF_TEXT,
    /** The model's last position. */
    POSITIONS
  }

  /**
   * Decodes with a key-value cache.
   *
   * @param prompt at least one id
   * @param most how many new tokens at most
   * @param endOfText ids that end the text; empty to ignore them
   * @param each told of every new id as it comes
   * @throws InputException when the prompt is empty, too long, or holds an id outside the
   *     vocabulary
   */
  public static Result generate(
      Model model,
      int[] prompt,
      int most,
      Sampling sampling,
      Set<Integer> endOfText,
      IntConsumer each) {
    int positions = model.architecture().positions();
    List<Integer> ids = new ArrayList<>();
    if (most == 0) {
      return new Result(ids, Stop.LENGTH);
    }
    Sampler sampler = new Sampler(sampling);
    int capacity = (int) Math.min(positions, (long) prompt.length + most);
    try (Decoder decoder = model.decoder(capacity)) {
      float[] logits = decoder.feed(prompt);
      while (true) {
        int next = sampler.pick(logits);
        ids.add(next);
        each.accept(next);
        if (endOfText.contains(next)) {
          return new Result(ids, Stop.END_OF_TEXT);
        }
        if (ids.size() == most) {
          return new Result(ids, Stop.LENGTH);
        }
        if (decoder.length() == positions) {
          return new Result(ids, Stop.POSITIONS);
        }
        logits = decoder.feed(next);
      }
    }
  }
}

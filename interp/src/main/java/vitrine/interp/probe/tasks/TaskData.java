package vitrine.interp.probe.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.interp.rows.Unit;

/**
 * Labelled texts of one file.
 *
 * @param operand what errors and results call them
 * @param unit what has a label: a word or a sentence
 * @param scheme what labels are
 */
public record TaskData(String operand, Unit unit, Scheme scheme, List<Labelled> texts) {
  /** What labels are. */
  public enum Scheme {
    /** Classes, each by itself. */
    CLASSES,
    /** Entities in IOB2: what counts is whole ones. */
    ENTITIES
  }

  public TaskData {
    texts = List.copyOf(texts);
    if (texts.isEmpty()) {
      throw new InputException(
          "probe: %s: nothing with such a label; expected at least one. Check the file and the task"
              .formatted(operand));
    }
  }

  /** As many texts as are asked for at most, from the first. */
  public TaskData first(int most) {
    return new TaskData(operand, unit, scheme, texts.subList(0, Math.min(most, texts.size())));
  }

  /** The texts in an order that the seed decides: prefixes are then like the whole. */
  public TaskData shuffled(long seed) {
    int[] order = Permutation.of(texts.size(), Draw.key(seed, Draw.Use.ORDER));
    return new TaskData(operand, unit, scheme, Arrays.stream(order).mapToObj(texts::get).toList());
  }

  /**
   * Two parts, drawn by the seed: the texts to train with, and those to test with.
   *
   * @param share of the texts that are for the test, in (0, 1)
   */
  public List<TaskData> split(double share, long seed) {
    int test = (int) Math.round(share * texts.size());
    if (test < 1 || test >= texts.size()) {
      throw new InputException(
          "probe: %s: %d texts, %s of them to test with; expected at least one on both sides. Give a file to test with"
              .formatted(operand, texts.size(), share));
    }
    int[] order = Permutation.of(texts.size(), Draw.key(seed, Draw.Use.SPLIT));
    List<Labelled> ofTest = new ArrayList<>();
    List<Labelled> ofTrain = new ArrayList<>();
    for (int i = 0; i < order.length; i++) {
      (i < test ? ofTest : ofTrain).add(texts.get(order[i]));
    }
    return List.of(
        new TaskData(operand + " (to train)", unit, scheme, ofTrain),
        new TaskData(operand + " (to test)", unit, scheme, ofTest));
  }
}

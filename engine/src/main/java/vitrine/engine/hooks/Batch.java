package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.kernels.AttentionMask;

/**
 * The inputs of a run, checked against a model and padded at the right to one length.
 *
 * @param batch B
 * @param length T
 * @param ids (B*T), row by row
 * @param typeIds (B*T)
 * @param real (B*T) false at padding; null when every token is real
 * @param examples what the rows were made from
 */
@SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
public record Batch(
    int batch,
    int length,
    int[] ids,
    int[] typeIds,
    boolean @Nullable [] real,
    List<Example> examples) {

  /**
   * @param padding the token id that fills rows; one outside the vocabulary, as configs have it, is
   *     replaced by 0, since the mask hides what fills
   */
  public static Batch of(Inputs inputs, Architecture model, int padding) {
    List<Example> examples = inputs.examples();
    int length = examples.stream().mapToInt(example -> example.ids().length).max().orElseThrow();
    if (length > model.positions()) {
      throw new InputException(
          "input: "
              + length
              + " tokens; expected at most the model's "
              + model.positions()
              + " positions. Shorten the text or ask for truncation (--truncate).");
    }
    int filler = padding >= 0 && padding < model.vocabulary() ? padding : 0;
    int[] ids = new int[Math.multiplyExact(examples.size(), length)];
    int[] typeIds = new int[ids.length];
    boolean[] real = new boolean[ids.length];
    boolean padded = false;
    for (int b = 0; b < examples.size(); b++) {
      Example example = examples.get(b);
      for (int t = 0; t < length; t++) {
        int at = b * length + t;
        if (t < example.ids().length) {
          ids[at] = id(example.ids()[t], b, t, model);
          typeIds[at] = typeId(example.typeIds(), b, t, model);
          boolean[] mask = example.mask();
          real[at] = mask == null || mask[t];
        } else {
          ids[at] = filler;
        }
        padded |= !real[at];
      }
    }
    return new Batch(examples.size(), length, ids, typeIds, padded ? real : null, examples);
  }

  private static int id(int id, int row, int position, Architecture model) {
    if (id < 0 || id >= model.vocabulary()) {
      throw new InputException(
          "input: ids: "
              + id
              + " at position "
              + position
              + " of example "
              + row
              + "; expected ids from 0 to "
              + (model.vocabulary() - 1)
              + ", the model's vocabulary.");
    }
    return id;
  }

  private static int typeId(int @Nullable [] typeIds, int row, int position, Architecture model) {
    if (typeIds == null) {
      return 0;
    }
    int type = typeIds[position];
    int most = Math.max(model.segments() - 1, 0);
    if (type < 0 || type > most) {
      throw new InputException(
          "input: type_ids: "
              + type
              + " at position "
              + position
              + " of example "
              + row
              + "; expected "
              + (most == 0 ? "0 only: this model has no segments." : "0 to " + most + "."));
    }
    return type;
  }

  /** This batch so many times over, one after the other. */
  public Batch repeated(int times) {
    int[] allIds = new int[Math.multiplyExact(ids.length, times)];
    int[] allTypeIds = new int[allIds.length];
    boolean[] allReal = new boolean[real == null ? 0 : allIds.length];
    List<Example> allExamples = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      System.arraycopy(ids, 0, allIds, i * ids.length, ids.length);
      System.arraycopy(typeIds, 0, allTypeIds, i * ids.length, ids.length);
      if (real != null) {
        System.arraycopy(real, 0, allReal, i * ids.length, ids.length);
      }
      allExamples.addAll(examples);
    }
    return new Batch(
        Math.multiplyExact(batch, times),
        length,
        allIds,
        allTypeIds,
        real == null ? null : allReal,
        allExamples);
  }

  /** Which positions see which, in a pass over the whole batch. */
  public AttentionMask mask(AttentionMask.Causality causality) {
    return new AttentionMask(batch, length, length, causality, real);
  }

  /** Whether the token is real rather than padding. */
  public boolean real(int row, int position) {
    return real == null || real[row * length + position];
  }

  /** The last real position of a row; 0 when there is none. */
  public int lastReal(int row) {
    for (int t = length - 1; t > 0; t--) {
      if (real(row, t)) {
        return t;
      }
    }
    return 0;
  }
}

package vitrine.engine.hooks;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * One text, as token ids.
 *
 * @param ids (T), taken as they are
 * @param typeIds (T) segment of each token; null for all 0
 * @param mask (T) whether a token is real; null when all are
 * @param labels what the loss {@code labels} needs; null without
 */
@SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
public record Example(
    int[] ids, int @Nullable [] typeIds, boolean @Nullable [] mask, @Nullable Labels labels) {
  public Example {
    if (ids.length == 0) {
      throw new InputException("input: ids: no token; expected at least one.");
    }
    if (typeIds != null && typeIds.length != ids.length) {
      throw new InputException(
          "input: type_ids: "
              + typeIds.length
              + " of them; expected one a token, "
              + ids.length
              + ".");
    }
    if (mask != null && mask.length != ids.length) {
      throw new InputException(
          "input: mask: " + mask.length + " flags; expected one a token, " + ids.length + ".");
    }
  }

  public static Example of(int... ids) {
    return new Example(ids, null, null, null);
  }

  /** Other tokens in the same places, without labels. */
  public Example withIds(int... others) {
    return new Example(others, typeIds, mask, null);
  }

  /** The first so many tokens, without labels. */
  public Example first(int length) {
    return taking(IntStream.range(0, length).toArray());
  }

  /** All tokens but one, without labels; those behind it move up. */
  public Example without(int position) {
    return taking(IntStream.range(0, ids.length).filter(t -> t != position).toArray());
  }

  private Example taking(int... positions) {
    int[] taken = new int[positions.length];
    int[] types = typeIds == null ? null : new int[positions.length];
    boolean[] real = mask == null ? null : new boolean[positions.length];
    for (int i = 0; i < positions.length; i++) {
      taken[i] = ids[positions[i]];
      if (types != null && typeIds != null) {
        types[i] = typeIds[positions[i]];
      }
      if (real != null && mask != null) {
        real[i] = mask[positions[i]];
      }
    }
    return new Example(taken, types, real, null);
  }

  public Example withTypeIds(int... typeIds) {
    return new Example(ids, typeIds, mask, labels);
  }

  public Example withMask(boolean... mask) {
    return new Example(ids, typeIds, mask, labels);
  }

  public Example withLabels(Labels labels) {
    return new Example(ids, typeIds, mask, labels);
  }
}

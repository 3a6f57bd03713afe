package vitrine.engine.hooks;

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

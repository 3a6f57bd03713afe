package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import vitrine.engine.InputException;

/**
 * Which indices of an axis, or which layers: {@code 5}, {@code 2..5} (5 excluded), {@code {1,4}};
 * negatives count from the end.
 */
public sealed interface Indices {
  /** One index. */
  record One(int index) implements Indices {
    @Override
    public String toString() {
      return Integer.toString(index);
    }
  }

  /** From {@code from} up to but excluding {@code to}. */
  record Range(int from, int to) implements Indices {
    @Override
    public String toString() {
      return from + ".." + to;
    }
  }

  /** These, in this order. */
  record Listed(List<Integer> indices) implements Indices {
    public Listed {
      indices = List.copyOf(indices);
      if (indices.isEmpty()) {
        throw new InputException("site: {}: an empty list; expected at least one index.");
      }
    }

    @Override
    public String toString() {
      return indices.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }
  }

  /** One index. */
  static Indices of(int index) {
    return new One(index);
  }

  /** From {@code from} up to but excluding {@code to}. */
  static Indices range(int from, int to) {
    return new Range(from, to);
  }

  /** These, in this order. */
  static Indices list(int... indices) {
    return new Listed(Arrays.stream(indices).boxed().toList());
  }

  /**
   * Reads {@code 5}, {@code 2..5}, {@code {1,4}}.
   *
   * @param what operation and operand for the error
   */
  static Indices parse(String text, String what) {
    OptionalInt single = Text.integer(text);
    if (single.isPresent()) {
      return of(single.getAsInt());
    }
    int dots = text.indexOf("..");
    if (dots > 0) {
      OptionalInt from = Text.integer(text.substring(0, dots));
      OptionalInt to = Text.integer(text.substring(dots + 2));
      if (from.isPresent() && to.isPresent()) {
        return range(from.getAsInt(), to.getAsInt());
      }
    }
    if (text.startsWith("{") && text.endsWith("}") && text.length() > 2) {
      return listed(text.substring(1, text.length() - 1), text, what);
    }
    throw unreadable(text, what);
  }

  private static Indices listed(String inner, String text, String what) {
    List<Integer> indices = new ArrayList<>();
    for (String item : inner.split(",", -1)) {
      indices.add(Text.integer(item).orElseThrow(() -> unreadable(text, what)));
    }
    return new Listed(indices);
  }

  private static InputException unreadable(String text, String what) {
    return new InputException(
        what
            + ": "
            + Text.quote(text)
            + "; expected an index (5), a range (2..5, the end excluded) or a list ({1,4});"
            + " negatives count from the end.");
  }

  /**
   * The indices, each in {@code [0, length)}, none twice, at least one.
   *
   * @param what operation and operand for the error: {@code site: blocks.0.attn.z[head=12]: head}
   * @throws InputException when one is out of range or given twice, or a range is empty
   */
  default int[] resolve(int length, String what) {
    return resolve(length, what, Integer::toString);
  }

  /**
   * As above.
   *
   * @param name of what has one index: an error tells the nearest one that there is
   */
  default int[] resolve(int length, String what, IntFunction<String> name) {
    return switch (this) {
      case One one -> new int[] {inRange(one.index(), length, what, name)};
      case Range range -> {
        int from = inRange(range.from(), length, what, name);
        // The end is excluded, so the length itself is a fine end.
        int to = range.to() == length ? length : inRange(range.to(), length, what, name);
        if (from >= to) {
          throw new InputException(
              what
                  + " "
                  + range
                  + ": an empty range; expected its end (excluded) after its start.");
        }
        int[] all = new int[to - from];
        Arrays.setAll(all, i -> from + i);
        yield all;
      }
      case Listed listed -> {
        int[] all = new int[listed.indices().size()];
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < all.length; i++) {
          all[i] = inRange(listed.indices().get(i), length, what, name);
          if (!seen.add(all[i])) {
            throw new InputException(
                what + " " + listed + ": " + all[i] + " twice; expected each index once.");
          }
        }
        yield all;
      }
    };
  }

  private static int inRange(int index, int length, String what, IntFunction<String> name) {
    // A long, because the most negative int plus a length must not wrap.
    long counted = index < 0 ? (long) index + length : index;
    if (counted < 0 || counted >= length) {
      throw new InputException(
          what
              + " "
              + index
              + ": out of range; expected 0 to "
              + (length - 1)
              + " (or -"
              + length
              + " to -1, from the end). Nearest: "
              + name.apply(counted < 0 ? 0 : length - 1)
              + ".");
    }
    return (int) counted;
  }
}

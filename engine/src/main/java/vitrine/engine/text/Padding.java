package vitrine.engine.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * How sequences of different lengths are made equal.
 *
 * @param side where the padding goes
 * @param length how long the sequences become
 * @param multipleOf the length is rounded up to a multiple of this; 1 leaves it
 * @param id the padding token's id
 * @param typeId its type id
 * @param token its spelling
 */
public record Padding(Side side, Length length, int multipleOf, int id, int typeId, String token) {

  /** What length is padded to; nothing is ever cut. */
  public sealed interface Length {
    /** The longest sequence at hand. */
    record Longest() implements Length {}

    /** A given number of tokens. */
    record Fixed(int tokens) implements Length {}
  }

  public Padding {
    if (multipleOf < 1) {
      throw new IllegalArgumentException(
          "padding: multiple of " + multipleOf + "; expected 1 or more");
    }
  }

  /** Pads to a given length instead. */
  public Padding to(int tokens) {
    return new Padding(side, new Length.Fixed(tokens), multipleOf, id, typeId, token);
  }

  /** The encodings, all of one length unless one is longer than the fixed length. */
  public List<Encoding> pad(List<Encoding> encodings) {
    int target =
        switch (length) {
          case Length.Longest longest ->
              encodings.stream().mapToInt(Encoding::length).max().orElse(0);
          case Length.Fixed(int tokens) -> tokens;
        };
    int rounded = Math.multiplyExact(Math.ceilDiv(target, multipleOf), multipleOf);
    List<Encoding> padded = new ArrayList<>();
    for (Encoding encoding : encodings) {
      padded.add(pad(encoding, rounded));
    }
    return padded;
  }

  private Encoding pad(Encoding encoding, int target) {
    int missing = target - encoding.length();
    if (missing <= 0) {
      return encoding;
    }
    List<String> tokens = new ArrayList<>(encoding.tokens());
    tokens.addAll(side == Side.LEFT ? 0 : tokens.size(), Collections.nCopies(missing, token));
    return new Encoding(
        tokens,
        pad(encoding.ids(), target, id),
        pad(encoding.starts(), target, 0),
        pad(encoding.ends(), target, 0),
        pad(encoding.typeIds(), target, typeId),
        pad(encoding.mask(), target, 0));
  }

  private int[] pad(int[] values, int target, int with) {
    int[] padded = new int[target];
    Arrays.fill(padded, with);
    int at = side == Side.LEFT ? target - values.length : 0;
    System.arraycopy(values, 0, padded, at, values.length);
    return padded;
  }
}

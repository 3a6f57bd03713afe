package vitrine.engine.text;

/**
 * How a sequence that is too long is cut.
 *
 * @param maxLength the most tokens that remain, special ones included
 * @param side where tokens are dropped
 * @param strategy which sequence of a pair loses them
 */
public record Truncation(int maxLength, Side side, Strategy strategy) {

  /** Which sequence of a pair is cut. */
  public enum Strategy {
    /** The longer one until both are equal, then both. */
    LONGEST_FIRST,
    ONLY_FIRST,
    ONLY_SECOND
  }

  public Truncation {
    if (maxLength < 0) {
      throw new IllegalArgumentException(
          "truncation: " + maxLength + " tokens; expected 0 or more");
    }
  }

  /** The usual one: drops tokens at the end, longest sequence first. */
  public static Truncation to(int maxLength) {
    return new Truncation(maxLength, Side.RIGHT, Strategy.LONGEST_FIRST);
  }
}

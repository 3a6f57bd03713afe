package vitrine.engine.bundled;

/**
 * What each of the residual stream's 256 coordinates is for. Every subspace holds plus-minus
 * patterns that sum to zero, so the stream has mean zero wherever one looks.
 */
enum Subspace {
  /**
   * The code of the token that stands at this position; at the end, plus the code of the token to
   * come.
   */
  TOKEN(0, Codes.LENGTH),
  /** The code of the token one position earlier. Empty until the previous-token head fills it. */
  PREVIOUS(Codes.LENGTH, Codes.LENGTH),
  /** The code of this position t. */
  POSITION(2 * Codes.LENGTH, Codes.LENGTH),
  /** The code of position t-1: what the previous-token head looks for. */
  PREDECESSOR(3 * Codes.LENGTH, Codes.LENGTH),
  /**
   * The time, as (l, m, -l, -m) with l rising linearly from -1 to almost 1 and m = sqrt(1 - l^2),
   * so of constant norm.
   */
  CLOCK(4 * Codes.LENGTH, 4),
  /** Whether the text starts here: (1, -1, 1, -1) at position 0, the negative of it elsewhere. */
  START(4 * Codes.LENGTH + 4, 4);

  /** d_model. */
  static final int TOTAL = 256;

  /** Its first coordinate. */
  final int offset;

  /** How many coordinates it has. */
  final int length;

  Subspace(int offset, int length) {
    this.offset = offset;
    this.length = length;
  }
}

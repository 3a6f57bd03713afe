package vitrine.interp.saliency;

/** How finely a path is walked. */
public sealed interface Steps {
  /** As many as that. */
  record Fixed(int count) implements Steps {
    public Fixed {
      if (count < 1) {
        throw new IllegalArgumentException("saliency: " + count + " steps");
      }
    }
  }

  /**
   * Twice as many again and again, until the scores add up.
   *
   * @param tolerance the largest gap of completeness, as a share of what is to be explained
   * @param most steps at most
   */
  record Until(double tolerance, int most) implements Steps {
    public Until {
      if (!(tolerance > 0) || most < FIRST) {
        throw new IllegalArgumentException(
            "saliency: steps until " + tolerance + ", at most " + most);
      }
    }

    /** With how many it begins. */
    static final int FIRST = 16;
  }

  /** What is usual: a gap of a thousandth. */
  static Steps usual() {
    return new Until(1e-3, 1024);
  }
}

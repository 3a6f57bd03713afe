package vitrine.engine.training;

/** How fast steps go: a mean in which the last ones count most. */
final class Pace {
  private static final double KEPT = 0.9;

  private double tokens;
  private double seconds;
  private double steps;

  void add(long ofTokens, double ofSeconds) {
    tokens = KEPT * tokens + ofTokens;
    seconds = KEPT * seconds + ofSeconds;
    steps = KEPT * steps + 1;
  }

  double tokensPerSecond() {
    return seconds > 0 ? tokens / seconds : 0;
  }

  /** How long some more steps will take. */
  double secondsFor(int more) {
    return steps > 0 ? more * seconds / steps : 0;
  }
}

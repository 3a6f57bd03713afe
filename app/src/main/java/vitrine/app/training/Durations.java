package vitrine.app.training;

/** Times for people. */
public final class Durations {
  private Durations() {}

  /** As in {@code 2 h 5 min}, {@code 3 min 20 s}, {@code 45 s}. */
  public static String of(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "?";
    }
    long all = Math.round(Math.max(0, seconds));
    if (all >= 3600) {
      return all / 3600 + " h " + all / 60 % 60 + " min";
    }
    return all >= 60 ? all / 60 + " min " + all % 60 + " s" : all + " s";
  }
}

package vitrine.interp.heads;

import java.util.Locale;
import vitrine.interp.pictures.Grid;

/**
 * What a head may be named after: where its queries look, in a text that says the same random
 * tokens twice.
 */
public enum Looking {
  /** At the token before (Elhage et al. 2021; Vig and Belinkov 2019). */
  PREVIOUS("previous-token", "the token before"),
  /** At the token behind, of a model that sees it (Clark et al. 2019, section 3.1). */
  NEXT("next-token", "the token behind"),
  /** At the other occurrence of the same token (Wang et al. 2022, duplicate-token heads). */
  DUPLICATE("duplicate-token", "the other occurrence of the same token"),
  /**
   * At what followed the token's earlier occurrence: the prefix-matching score of Olsson et al.
   * 2022. Of a model that sees no later tokens only, where it is how repetitions are continued.
   */
  INDUCTION("induction", "the token that followed the earlier occurrence");

  private final String label;
  private final String at;

  Looking(String label, String at) {
    this.label = label;
    this.at = at;
  }

  /** As in {@code previous-token}. */
  public String label() {
    return label;
  }

  /** Its name in JSON, tables and arrays: {@code previous_token}. */
  public String key() {
    return label.replace('-', '_').toLowerCase(Locale.ROOT);
  }

  /** Where it looks, for people. */
  String at() {
    return at;
  }

  /**
   * The mean probability, over the queries that have such a key, that a head gives to it.
   *
   * @param pattern of one head, queries by keys
   * @param from where the first of the repeated tokens stands
   * @param length how many tokens are said twice, R: from..from+R and again from+R..from+2R
   * @param sight whether a query sees later keys too
   */
  double score(Grid pattern, int from, int length, Sight sight) {
    int end = from + 2 * length;
    int again = from + length;
    return switch (this) {
      case PREVIOUS -> diagonal(pattern, from + 1, end, -1);
      case NEXT -> diagonal(pattern, from, end - 1, 1);
      case DUPLICATE ->
          switch (sight) {
            case BACK -> diagonal(pattern, again, end, -length);
            case BOTH_WAYS ->
                (diagonal(pattern, again, end, -length) + diagonal(pattern, from, again, length))
                    / 2;
          };
      case INDUCTION -> diagonal(pattern, again, end, 1 - length);
    };
  }

  /** What queries see. */
  enum Sight {
    BACK,
    BOTH_WAYS
  }

  /** Whether there is such a thing in a model. */
  boolean in(Sight sight) {
    return switch (this) {
      case PREVIOUS, DUPLICATE -> true;
      case NEXT -> sight == Sight.BOTH_WAYS;
      case INDUCTION -> sight == Sight.BACK;
    };
  }

  private static double diagonal(Grid pattern, int from, int to, int offset) {
    double sum = 0;
    for (int query = from; query < to; query++) {
      sum += pattern.at(query, query + offset);
    }
    return sum / (to - from);
  }
}

package vitrine.app.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;

/** The largest entries of one row of logits. */
public final class TopRow {
  /**
   * One of them.
   *
   * @param id index in the row: a token or a class
   * @param token how it is spelled; null when nothing spells it
   * @param prob softmax over the row
   */
  public record Entry(int id, @Nullable String token, float logit, float prob) {}

  private TopRow() {}

  /**
   * The {@code count} largest, the largest first, equal ones by id; NaN counts as the smallest.
   *
   * @param spelling the token or class of an index, null when nothing spells it
   */
  public static List<Entry> of(float[] row, int count, IntFunction<@Nullable String> spelling) {
    Comparator<Integer> smallestFirst =
        Comparator.<Integer>comparingDouble(id -> rank(row[id]))
            .thenComparing(Comparator.reverseOrder());
    PriorityQueue<Integer> best = new PriorityQueue<>(smallestFirst);
    for (int id = 0; id < row.length; id++) {
      // Among equal ones the first stays, so that nearly every entry is settled by one comparison.
      if (best.size() == count && !(rank(row[id]) > rank(row[best.element()]))) {
        continue;
      }
      best.add(id);
      if (best.size() > count) {
        best.remove();
      }
    }
    double max = max(row);
    double sum = sum(row, max);
    List<Entry> entries = new ArrayList<>();
    while (!best.isEmpty()) {
      int id = best.remove();
      float prob = (float) (Math.exp(row[id] - max) / sum);
      entries.addFirst(new Entry(id, spelling.apply(id), row[id], prob));
    }
    return entries;
  }

  /** Their JSON: {@code [{"id":..,"token":..,"logit":..,"prob":..},..]}. */
  public static ArrayNode json(List<Entry> entries) {
    ArrayNode array = Json.array();
    for (Entry entry : entries) {
      ObjectNode object = array.addObject().put("id", entry.id()).put("token", entry.token());
      object.set("logit", Json.number(entry.logit()));
      object.set("prob", Json.number(entry.prob()));
    }
    return array;
  }

  private static double rank(float logit) {
    return Float.isNaN(logit) ? Double.NEGATIVE_INFINITY : logit;
  }

  private static double max(float[] row) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : row) {
      max = Math.max(max, logit);
    }
    return max;
  }

  /** The softmax's denominator, every exponent less the largest. */
  private static double sum(float[] row, double max) {
    double sum = 0;
    for (float logit : row) {
      sum += Math.exp(logit - max);
    }
    return sum;
  }
}

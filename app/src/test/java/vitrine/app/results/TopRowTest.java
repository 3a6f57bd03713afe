package vitrine.app.results;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TopRowTest {
  private static List<Integer> ids(float[] row, int count) {
    return TopRow.of(row, count, id -> null).stream().map(TopRow.Entry::id).toList();
  }

  @Test
  void should_agree_with_a_full_sort_when_rows_are_random() {
    Random random = new Random(5);
    for (int trial = 0; trial < 200; trial++) {
      float[] row = new float[1 + random.nextInt(60)];
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextInt(20) - 10; // many ties
      }
      List<Integer> sorted =
          IntStream.range(0, row.length)
              .boxed()
              .sorted(Comparator.<Integer>comparingDouble(id -> -row[id]).thenComparing(id -> id))
              .toList();
      int count = 1 + random.nextInt(70);
      assertEquals(sorted.subList(0, Math.min(count, row.length)), ids(row, count));
    }
  }

  @Test
  void should_put_what_is_no_number_last_and_write_null_for_it() {
    float[] row = {Float.NaN, 1, Float.NEGATIVE_INFINITY, 2};
    assertEquals(List.of(3, 1), ids(row, 2));
    assertEquals(
        "[{\"id\":3,\"token\":null,\"logit\":2.0,\"prob\":null}]",
        TopRow.json(TopRow.of(row, 1, id -> null)).toString());
  }

  @Test
  void should_not_overflow_when_logits_are_large() {
    List<TopRow.Entry> entries = TopRow.of(new float[] {1e30f, 1e30f, -1e30f}, 3, id -> null);
    assertEquals(List.of(0.5f, 0.5f, 0f), entries.stream().map(TopRow.Entry::prob).toList());
  }
}

package vitrine.interp.probe.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import vitrine.interp.stats.Interval;

final class EntitiesTest {
  private static List<Entities.Entity> of(String tags) {
    return Entities.of(List.of(tags.split(" ")));
  }

  /** The cases in which schemes differ; as CoNLL's conlleval decides them. */
  @Test
  void should_be_what_conlleval_finds_when_tags_are_read() {
    assertEquals(List.of(), of("O O"));
    assertEquals(
        List.of(new Entities.Entity("PER", 0, 1), new Entities.Entity("PER", 2, 2)),
        of("B-PER I-PER B-PER O"));
    assertEquals(List.of(new Entities.Entity("LOC", 1, 2)), of("O I-LOC I-LOC"));
    assertEquals(
        List.of(new Entities.Entity("PER", 0, 0), new Entities.Entity("LOC", 1, 2)),
        of("B-PER I-LOC I-LOC"));
    assertEquals(List.of(new Entities.Entity("ORG", 2, 2)), of("O O B-ORG"));
  }

  @Test
  void should_count_whole_entities_when_compared() {
    List<List<String>> own =
        List.of(List.of("B-PER", "I-PER", "O"), List.of("B-LOC", "O"), List.of("O", "O"));
    List<List<String>> said =
        List.of(List.of("B-PER", "O", "O"), List.of("B-LOC", "O"), List.of("O", "B-ORG"));
    Entities counts = Entities.of(own, said);
    assertEquals(List.of(0, 1, 0), Arrays.stream(counts.right()).boxed().toList());
    Interval f1 = counts.f1(1);
    assertEquals(2.0 * 1 / (2 + 3), f1.estimate(), 1e-12);
    Entities perfect = Entities.of(own, own);
    assertEquals(1, perfect.f1(1).estimate(), 1e-12);
    double difference = perfect.difference(counts, new boolean[3]);
    assertEquals(1 - 0.4, difference, 1e-12);
    boolean[] all = {true, true, true};
    assertEquals(-difference, perfect.difference(counts, all), 1e-12);
  }

  @Test
  void should_have_one_label_a_type_when_drawn_for_control() {
    List<String> forms = IntStream.range(0, 4000).mapToObj(i -> "w" + i % 2000).toList();
    int[] drawn = Control.classes(forms, 4, 7);
    int[] counts = new int[4];
    for (int i = 0; i < 2000; i++) {
      assertEquals(drawn[i], drawn[i + 2000]);
      counts[drawn[i]]++;
    }
    for (int count : counts) {
      assertTrue(count > 400 && count < 600, Arrays.toString(counts));
    }
    assertNotEquals(
        Arrays.toString(drawn), Arrays.toString(Control.classes(forms, 4, 8)), "another seed");
  }
}

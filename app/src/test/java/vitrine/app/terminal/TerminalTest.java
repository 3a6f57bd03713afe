package vitrine.app.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.EditDistance;
import vitrine.interp.io.Json;

/** Json, Table and NearestName. */
final class TerminalTest {
  @Test
  void should_write_the_shortest_number_that_reads_back_when_it_is_a_float() {
    ObjectNode document = Json.object();
    document.set("a", Json.number(0.1f));
    document.set("b", Json.number(Float.MIN_VALUE));
    document.set("c", Json.number(16777216f));
    document.set("d", Json.number(1e20f));
    assertEquals("{\"a\":0.1,\"b\":1.4E-45,\"c\":1.6777216E7,\"d\":1.0E20}", Json.line(document));
  }

  @Test
  void should_write_null_when_a_number_is_not_finite() {
    ObjectNode document = Json.object();
    document.set("a", Json.number(Float.NEGATIVE_INFINITY));
    document.set("b", Json.number(Float.NaN));
    document.set("c", Json.number(Double.POSITIVE_INFINITY));
    assertEquals("{\"a\":null,\"b\":null,\"c\":null}", Json.line(document));
  }

  @Test
  void should_escape_a_lone_surrogate_and_nothing_else_when_a_string_has_one() {
    ObjectNode document = Json.object().put("a", "\ud83d\ude00\ud800é\udc00\ud83d\ude00\ud800");
    assertEquals("{\"a\":\"\ud83d\ude00\\ud800é\\udc00\ud83d\ude00\\ud800\"}", Json.line(document));
  }

  @Test
  void should_align_numbers_to_the_right_when_a_column_has_only_numbers() {
    String table = new Table("name", "n", "x").row("a", 5, "b\n").row("longer", 1000, "c").render();
    assertEquals("name       n  x\na          5  b\\n\nlonger  1000  c\n", table);
  }

  @Test
  void should_find_the_nearest_when_few_edits_lie_between() {
    List<String> names = List.of("run", "inspect", "tokenize");
    assertEquals(Optional.of("run"), NearestName.of("rnu", names));
    assertEquals(Optional.of("inspect"), NearestName.of("inspct", names));
    assertEquals(Optional.empty(), NearestName.of("banana", names));
    assertEquals(1, EditDistance.between("rnu", "run"));
    assertEquals(3, EditDistance.between("kitten", "sitting"));
    assertEquals(6, EditDistance.between("", "banana"));
  }
}

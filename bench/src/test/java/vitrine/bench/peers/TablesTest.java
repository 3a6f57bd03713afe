package vitrine.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.bench.Machine;
import vitrine.bench.peers.Report.Measured;
import vitrine.bench.peers.Report.Result;

final class TablesTest {
  private static final List<Double> CALM = Collections.nCopies(4, 0.01);

  @Test
  void should_have_medians_and_ratios_when_measured() {
    String table =
        Tables.of(
            report(
                List.of(
                    result(EngineKind.VITRINE, List.of(10.0, 20.0, 20.0, 90.0), CALM, null),
                    result(EngineKind.PYTORCH, List.of(40.0, 40.0, 40.0, 40.0), CALM, null))));
    assertTrue(table.contains("| Forward | Vitrine, ms | PyTorch, ms | ratio |"), table);
    assertTrue(table.contains("| a case | 20.0 | 40.0 | 2.00 ("), table);
    assertTrue(table.contains("| forward, BERT-base | 1 | 1 | 1.00 **[>= 1.20 wanted]** |"), table);
  }

  @Test
  void should_show_what_is_wanted_when_a_ratio_has_a_goal() {
    // Of a machine without AVX-512.
    assertTrue(forward(75).contains(") [>= 0.75 wanted] |"), forward(75));
    assertTrue(forward(74).contains(") **[>= 0.75 wanted]** |"), forward(74));
  }

  private static String forward(double theirs) {
    return Tables.of(
        report(
            List.of(
                result(EngineKind.VITRINE, Collections.nCopies(4, 100.0), CALM, null),
                result(EngineKind.PYTORCH, Collections.nCopies(4, theirs), CALM, null))));
  }

  @Test
  void should_have_the_samples_in_short_when_written_and_be_read_back() {
    Report report =
        report(
            List.of(
                result(EngineKind.VITRINE, List.of(10.0, 20.0, 20.0, 90.0), CALM, null),
                result(EngineKind.PYTORCH, List.of(40.0, 41.0, 42.0, 43.0), CALM, null),
                result(EngineKind.ONNXRUNTIME, List.of(), List.of(), "no such library")));
    JsonMapper json = new JsonMapper();
    String written = json.writeValueAsString(report);
    JsonNode results = json.readTree(written).get("results");
    assertEquals(1, results.size());
    assertEquals(
        List.of("name", "threads", "ours", "pytorch"), List.copyOf(results.get(0).propertyNames()));
    assertEquals(90.0, results.get(0).get("ours").get(3).doubleValue());
    assertEquals(43.0, results.get(0).get("pytorch").get(3).doubleValue());
    assertEquals(Tables.of(report), Tables.of(json.readValue(written, Report.class)));
  }

  @Test
  void should_say_so_when_a_peer_is_absent() {
    String table =
        Tables.of(
            report(
                List.of(
                    result(EngineKind.VITRINE, List.of(1.0, 1.0, 1.0, 1.0), CALM, null),
                    result(EngineKind.ONNXRUNTIME, List.of(), List.of(), "no such library"))));
    assertTrue(table.contains("| a case | 1.00 | absent |"), table);
    assertTrue(table.contains("a case, ONNX Runtime: absent: no such library"), table);
  }

  @Test
  void should_leave_rounds_out_when_others_were_busy() {
    Measured measured =
        report(
                List.of(
                    result(
                        EngineKind.VITRINE,
                        List.of(1.0, 1.0, 500.0, 1.0),
                        List.of(0.0, 0.0, 0.5, 0.0),
                        null)))
            .cases()
            .getFirst();
    assertEquals(List.of(0, 1, 3), measured.calmRounds());
    assertTrue(measured.isCalm());
  }

  @Test
  void should_mark_the_case_when_hardly_any_round_was_calm() {
    Report busy =
        report(
            List.of(
                result(
                    EngineKind.VITRINE,
                    List.of(1.0, 1.0, 1.0, 1.0),
                    List.of(0.5, 0.5, 0.5, 0.0),
                    null)));
    assertFalse(busy.cases().getFirst().isCalm());
    assertTrue(Tables.of(busy).contains("| a case * |"));
  }

  @Test
  void should_be_the_same_when_read_back_from_json() {
    Report report =
        report(List.of(result(EngineKind.VITRINE, List.of(1.0, 2.0, 3.0, 4.0), CALM, null)));
    JsonMapper json = new JsonMapper();
    assertEquals(report, json.readValue(json.writeValueAsString(report), Report.class));
  }

  private static Result result(
      EngineKind engine, List<Double> ms, List<Double> others, @Nullable String absence) {
    Long peak = absence == null ? 1L << 20 : null;
    return new Result(engine.label(), engine, 2, absence, null, ms, others, peak);
  }

  private static Report report(List<Result> results) {
    return new Report(
        "2026-01-01",
        "abc",
        new Machine("A processor", List.of("avx2"), 2, 1L << 34, "Linux", "25", 0.1),
        new Report.Settings(2, 4, 1, 1e-3),
        Map.of("vitrine", "lanes"),
        List.of(new Measured(Group.FORWARD, "a case", Case.ModelKind.BERT, 3, 0.1, 0.99, results)));
  }
}

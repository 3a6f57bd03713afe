package vitrine.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import vitrine.bench.Machine;

/**
 * All that was measured; what a table says is computed from it.
 *
 * @param commit of the engine's repository
 * @param versions of the engines
 */
record Report(
    String date,
    String commit,
    Machine machine,
    Settings settings,
    Map<String, String> versions,
    List<Measured> cases) {
  /** A share of the machine's processors that others may have in a round that counts. */
  static final double DISTURBANCE = 0.1;

  Report {
    versions = Map.copyOf(versions);
    cases = List.copyOf(cases);
  }

  /**
   * How it was measured.
   *
   * @param tolerance how far outputs may be from ours, as a share of the largest element
   */
  record Settings(int threads, int rounds, double warmSeconds, double tolerance) {}

  /**
   * A case.
   *
   * @param repeat runs in a round; a sample is their median
   * @param load of the minute before
   * @param idle share of the processors that nobody used in the second before
   */
  record Measured(
      Group group,
      String name,
      Case.ModelKind model,
      int repeat,
      double load,
      double idle,
      List<Result> results) {
    Measured {
      results = List.copyOf(results);
    }

    /** Rounds in which others took little; all of them when there are hardly any such. */
    List<Integer> calmRounds() {
      List<Integer> all = new ArrayList<>();
      List<Integer> calm = new ArrayList<>();
      int rounds = results.getFirst().ms().size();
      for (int round = 0; round < rounds; round++) {
        int i = round;
        all.add(round);
        if (results.stream()
            .allMatch(result -> result.ms().isEmpty() || result.others().get(i) <= DISTURBANCE)) {
          calm.add(round);
        }
      }
      return 2 * calm.size() >= rounds ? calm : all;
    }

    /** Whether the rounds that count were calm. */
    boolean isCalm() {
      List<Integer> rounds = calmRounds();
      return results.stream()
          .allMatch(result ->
              result.ms().isEmpty()
                  || rounds.stream().allMatch(round -> result.others().get(round) <= DISTURBANCE));
    }
  }

  /**
   * What one of them did.
   *
   * @param absence why it was not measured; null when it was
   * @param error the largest difference of its output from the first one's, as a share of the
   *     largest element; null for the first
   * @param ms a sample a round
   * @param others share of the processors that others had meanwhile, stolen time included
   * @param peakBytes the most memory resident so far, of a process that did such work only
   */
  record Result(
      String label,
      EngineKind engine,
      int threads,
      @Nullable String absence,
      @Nullable Double error,
      List<Double> ms,
      List<Double> others,
      @Nullable Long peakBytes) {
    Result {
      ms = List.copyOf(ms);
      others = List.copyOf(others);
    }

    static Result absent(Case.Entrant entrant, String why) {
      return new Result(
          entrant.label(),
          entrant.engine(),
          entrant.threads(),
          why,
          null,
          List.of(),
          List.of(),
          null);
    }

    double[] samples(List<Integer> rounds) {
      return rounds.stream().mapToDouble(ms::get).toArray();
    }
  }
}

package vitrine.bench.peers;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    versions = Collections.unmodifiableMap(new TreeMap<>(versions)); // the same order always
    cases = List.copyOf(cases);
  }

  /**
   * The samples once more, in the short form that scripts read: {@code
   * {"name","threads","ours":[ms],"pytorch":[ms],"onnxruntime":[ms],"djl":[ms]}}, one entry for
   * each of our own entrants with the peers that had as many threads. Lists of an entry are equally
   * long and paired in time; of who was absent there is none. Written, and passed over when read.
   */
  @JsonProperty(value = "results", access = JsonProperty.Access.READ_ONLY)
  List<Map<String, Object>> results() {
    return cases.stream().flatMap(one -> one.paired().stream()).toList();
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

    private List<Map<String, Object>> paired() {
      List<Result> ours =
          results.stream()
              .filter(result -> result.engine() == EngineKind.VITRINE && !result.ms().isEmpty())
              .toList();
      List<Map<String, Object>> entries = new ArrayList<>();
      for (Result own : ours) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", ours.size() == 1 ? name : name + ", " + own.label());
        entry.put("threads", own.threads());
        entry.put("ours", own.ms());
        for (Result peer : results) {
          if (peer.engine() != EngineKind.VITRINE
              && peer.threads() == own.threads()
              && !peer.ms().isEmpty()) {
            entry.put(peer.engine().option(), peer.ms());
          }
        }
        entries.add(entry);
      }
      return entries;
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

package vitrine.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import vitrine.bench.Machine;
import vitrine.bench.Stats;
import vitrine.bench.peers.Report.Measured;
import vitrine.bench.peers.Report.Result;

/** A report as Markdown. Nothing in it is written by hand. */
final class Tables {
  private static final double MIB = 1 << 20;

  private final StringBuilder text = new StringBuilder();
  private final Report report;
  private final Wanted wanted;

  private Tables(Report report) {
    this.report = report;
    this.wanted = new Wanted(report.machine());
  }

  static String of(Report report) {
    Tables tables = new Tables(report);
    tables.machine();
    for (Group group : Group.values()) {
      List<Measured> cases = report.cases().stream().filter(each -> each.group() == group).toList();
      if (!cases.isEmpty()) {
        tables.group(group, cases);
      }
    }
    tables.growth();
    tables.memory();
    tables.notes();
    return tables.text.toString();
  }

  /** One case in one line, for who waits. */
  static String line(Measured measured) {
    return measured.name()
        + ": "
        + measured.results().stream()
            .map(result -> result.label() + " " + time(measured, result))
            .collect(Collectors.joining(", "));
  }

  private void machine() {
    Machine machine = report.machine();
    text.append(
        "%s, commit %s. %s (%s), %d cores, %.0f GiB, %s; %s; load %.2f.%n"
            .formatted(
                report.date(),
                report.commit(),
                machine.processor(),
                String.join(" ", machine.features()),
                machine.cores(),
                machine.memory() / MIB / 1024,
                machine.system(),
                machine.java(),
                machine.load()));
    report.versions().values().forEach(version -> text.append(version).append(".\n"));
    text.append(
        "%d threads; medians of %d rounds or more, engines in turns; ratio = theirs / ours (above 1: ours is faster), with its 95%% interval. In brackets what is wanted of this machine; bold where it is not reached.%n%n"
            .formatted(report.settings().threads(), report.settings().rounds()));
  }

  private void group(Group group, List<Measured> cases) {
    Set<String> labels = new LinkedHashSet<>();
    cases.forEach(each -> each.results().forEach(result -> labels.add(result.label())));
    List<String> head = new ArrayList<>(List.of(group.title()));
    for (String label : labels) {
      boolean first = head.size() == 1;
      head.add(label + ", ms");
      if (!first) {
        head.add(group == Group.HOOKS ? "read / not read" : "ratio");
      }
    }
    row(head);
    row(head.stream().map(_ -> "---").toList());
    for (Measured measured : cases) {
      List<String> cells =
          new ArrayList<>(List.of(measured.name() + (measured.isCalm() ? "" : " *")));
      for (String label : labels) {
        @Nullable Result result = find(measured, label);
        boolean first = cells.size() == 1;
        cells.add(result == null ? "" : time(measured, result));
        if (!first) {
          cells.add(result == null ? "" : ratio(measured, result));
        }
      }
      row(cells);
    }
    text.append('\n');
    if (group == Group.THREADS) {
      cases.forEach(this::speedUps);
    }
  }

  /** Of each engine, the time with one thread by the time with several. */
  private void speedUps(Measured measured) {
    row(List.of("Speed-up, " + measured.name(), "one thread / several"));
    row(List.of("---", "---"));
    for (Result several : measured.results()) {
      for (Result one : measured.results()) {
        if (one.engine() == several.engine() && one.threads() == 1 && several.threads() > 1) {
          row(
              List.of(
                  one.engine().label(), interval(measured, one, several) + goal(measured, one)));
        }
      }
    }
    text.append('\n');
  }

  /** Ours is meant to be PyTorch's at least. */
  private static String goal(Measured measured, Result one) {
    if (one.engine() != EngineKind.VITRINE) {
      return "";
    }
    double ours = speedUp(measured, EngineKind.VITRINE);
    double theirs = speedUp(measured, EngineKind.PYTORCH);
    return Double.isNaN(ours + theirs) ? "" : Wanted.noLessThan(theirs, ours);
  }

  private static double speedUp(Measured measured, EngineKind engine) {
    double one = Double.NaN;
    double several = Double.NaN;
    for (Result result : measured.results()) {
      if (result.engine() == engine && result.absence() == null) {
        double median = Stats.median(result.samples(measured.calmRounds()));
        one = result.threads() == 1 ? median : one;
        several = result.threads() == 1 ? several : median;
      }
    }
    return one / several;
  }

  private static @Nullable Result find(Measured measured, String label) {
    return measured.results().stream()
        .filter(result -> result.label().equals(label))
        .findFirst()
        .orElse(null);
  }

  private static String time(Measured measured, Result result) {
    return result.absence() != null
        ? "absent"
        : number(Stats.median(result.samples(measured.calmRounds())));
  }

  private String ratio(Measured measured, Result theirs) {
    Result ours = measured.results().getFirst();
    if (theirs.absence() != null) {
      return "";
    }
    Stats.Interval ratio = ratio(measured, theirs, ours);
    String goal =
        switch (measured.group()) {
          case HOOKS -> wanted.reading(measured.name(), ratio.low(), ratio.middle());
          case ROUNDED -> wanted.rounded(measured.name(), ratio.middle());
          case FORWARD, DECODE, TRAINING, GRADIENT, THREADS, COLD ->
              wanted.of(measured.group(), theirs.engine(), ratio.middle());
        };
    return text(ratio) + goal;
  }

  private static Stats.Interval ratio(Measured measured, Result above, Result below) {
    List<Integer> rounds = measured.calmRounds();
    return Stats.ratio(above.samples(rounds), below.samples(rounds));
  }

  private static String text(Stats.Interval ratio) {
    return "%.2f (%.2f to %.2f)".formatted(ratio.middle(), ratio.low(), ratio.high());
  }

  private static String interval(Measured measured, Result above, Result below) {
    if (above.absence() != null || below.absence() != null) {
      return "absent";
    }
    return text(ratio(measured, above, below));
  }

  /** How time grows with length. */
  private void growth() {
    Map<String, String[]> pairs = new LinkedHashMap<>();
    pairs.put(
        "prefill 1024 / 128",
        new String[] {"GPT-2 prefill 1024, all logits", "GPT-2 prefill 128, all logits"});
    pairs.put(
        "decode at 1024 / at 128", new String[] {"GPT-2 at context 1024", "GPT-2 at context 128"});
    List<List<String>> rows = new ArrayList<>();
    pairs.forEach((name, cases) -> {
      @Nullable Measured large = named(cases[0]);
      @Nullable Measured small = named(cases[1]);
      if (large != null && small != null) {
        List<String> row = new ArrayList<>(List.of(name));
        for (EngineKind engine : EngineKind.values()) {
          row.add(growth(large, small, engine.label()) + growthGoal(large, small, engine));
        }
        rows.add(row);
      }
    });
    if (!rows.isEmpty()) {
      List<String> head = new ArrayList<>(List.of("Growth of time"));
      for (EngineKind engine : EngineKind.values()) {
        head.add(engine.label());
      }
      table(head, rows);
    }
  }

  private @Nullable Measured named(String name) {
    return report.cases().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static String growth(Measured large, Measured small, String label) {
    double grown = grown(large, small, label);
    return Double.isNaN(grown) ? "absent" : "%.2f".formatted(grown);
  }

  /** NaN where one of the two was not measured. */
  private static double grown(Measured large, Measured small, String label) {
    @Nullable Result above = find(large, label);
    @Nullable Result below = find(small, label);
    if (above == null || below == null || above.absence() != null || below.absence() != null) {
      return Double.NaN;
    }
    return Stats.median(above.samples(large.calmRounds()))
        / Stats.median(below.samples(small.calmRounds()));
  }

  private String growthGoal(Measured large, Measured small, EngineKind engine) {
    double ours = grown(large, small, engine.label());
    if (engine != EngineKind.VITRINE || Double.isNaN(ours)) {
      return "";
    }
    if (large.group() == Group.DECODE) {
      return wanted.decodeGrowth(ours);
    }
    double theirs = grown(large, small, EngineKind.PYTORCH.label());
    return Double.isNaN(theirs) ? "" : Wanted.noMoreThan(theirs, ours);
  }

  /** The most that a process which did nothing but a group's cases on one model had resident. */
  private void memory() {
    List<List<String>> rows = new ArrayList<>();
    for (Group group : List.of(Group.FORWARD, Group.DECODE, Group.TRAINING, Group.COLD)) {
      for (Case.ModelKind model : Case.ModelKind.values()) {
        List<Measured> cases =
            report.cases().stream()
                .filter(each -> each.group() == group && each.model() == model)
                .toList();
        if (cases.isEmpty()) {
          continue;
        }
        List<String> row = new ArrayList<>(List.of(group.option() + ", " + model.label()));
        double ours = peak(cases, EngineKind.VITRINE);
        for (EngineKind engine : EngineKind.values()) {
          double peak = peak(cases, engine);
          row.add(peak == 0 ? "absent" : "%.0f".formatted(peak / MIB));
          if (engine != EngineKind.VITRINE) {
            double ratio = peak / ours;
            row.add(peak == 0 ? "" : "%.2f".formatted(ratio) + wanted.memory(group, engine, ratio));
          }
        }
        rows.add(row);
      }
    }
    List<String> head = new ArrayList<>(List.of("Peak resident memory, MiB"));
    for (EngineKind engine : EngineKind.values()) {
      head.add(engine.label());
      if (engine != EngineKind.VITRINE) {
        head.add("ratio");
      }
    }
    if (!rows.isEmpty()) {
      table(head, rows);
    }
  }

  private static double peak(List<Measured> cases, EngineKind engine) {
    return cases.stream()
        .flatMap(each -> each.results().stream())
        .filter(result -> result.engine() == engine)
        .map(Result::peakBytes)
        .filter(java.util.Objects::nonNull)
        .mapToDouble(Long::doubleValue)
        .max()
        .orElse(0);
  }

  private void notes() {
    if (report.cases().stream().anyMatch(each -> !each.isCalm())) {
      text.append(
          "\\* others took more than %.0f%% of the machine in most rounds.%n"
              .formatted(100 * Report.DISTURBANCE));
    }
    for (Measured measured : report.cases()) {
      for (Result result : measured.results()) {
        if (result.absence() != null) {
          text.append(
              "%s, %s: absent: %s%n".formatted(measured.name(), result.label(), result.absence()));
        }
      }
    }
  }

  private void table(List<String> head, List<List<String>> rows) {
    row(head);
    row(head.stream().map(_ -> "---").toList());
    rows.forEach(this::row);
    text.append('\n');
  }

  private void row(List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Three digits that count. */
  private static String number(double ms) {
    int decimals = ms < 10 ? 2 : ms < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f", ms);
  }
}

package vitrine.bench.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import vitrine.bench.ProcFiles;
import vitrine.bench.ProcFiles.Processors;
import vitrine.bench.Stats;
import vitrine.bench.peers.Case.Entrant;
import vitrine.bench.peers.EngineProcess.EngineException;
import vitrine.bench.peers.Report.Measured;
import vitrine.bench.peers.Report.Result;
import vitrine.kernels.Precision;

/** Cases that share their processes: of one group, on one model. */
final class Session implements AutoCloseable {
  /** Longer than any engine's threads spin after their work. */
  private static final long REST_MILLIS = 250;

  /**
   * What a round of one entrant should take at least, and how often it runs for that at most. Long
   * work runs once: the median over rounds does the rest.
   */
  private static final double ROUND_MS = 800;

  private static final int MOST = 16;

  private final Commands commands;
  private final Report.Settings settings;
  private final Path work;
  private final Path model;
  private final Calm calm;
  private final Consumer<String> notes;
  private final Map<String, EngineProcess> processes = new HashMap<>();
  private final Map<String, String> absences = new HashMap<>();

  Session(
      Commands commands,
      Report.Settings settings,
      Path work,
      Path model,
      Calm calm,
      Consumer<String> notes) {
    this.commands = commands;
    this.settings = settings;
    this.work = work;
    this.model = model;
    this.calm = calm;
    this.notes = notes;
  }

  /** An entrant that takes part, and what it has done so far. */
  private static final class Turn {
    private final Entrant entrant;
    private final EngineProcess process;
    private final String name;
    private final Path out;
    private final List<Double> ms = new ArrayList<>();
    private final List<Double> others = new ArrayList<>();
    private @Nullable Double error;

    Turn(Entrant entrant, EngineProcess process, String name, Path out) {
      this.entrant = entrant;
      this.process = process;
      this.name = name;
      this.out = out;
    }

    /** A sample, and what part of the machine others had while it was taken. */
    void take(int repeat) {
      Processors before = ProcFiles.processors();
      double used = process.used();
      ms.add(Stats.median(process.time(name, repeat)));
      used = process.used() - used;
      Processors passed = ProcFiles.processors().since(before);
      others.add(Math.max(0, (passed.busy() - used) / passed.all()));
    }

    Result result() {
      OptionalLong peak = process.peakResident();
      return new Result(
          entrant.label(),
          entrant.engine(),
          entrant.threads(),
          null,
          error,
          ms,
          others,
          peak.isPresent() ? peak.getAsLong() : null);
    }
  }

  /** Compares the outputs, then has everyone take turns. */
  Measured measure(Case measured) {
    Map<Entrant, String> absent = new HashMap<>();
    List<Turn> turns = prepare(measured, absent);
    int repeat = warm(turns);
    double idle = calm.await();
    double load = ProcFiles.load();
    int undisturbed = 0;
    for (int round = 0; round < 2 * settings.rounds() && undisturbed < settings.rounds(); round++) {
      boolean quiet = true;
      for (int i = 0; i < turns.size(); i++) {
        Turn turn = turns.get((round + i) % turns.size());
        Calm.pause(REST_MILLIS);
        turn.take(repeat);
        quiet &= turn.others.getLast() <= Report.DISTURBANCE;
      }
      undisturbed += quiet ? 1 : 0;
    }
    List<Result> results = new ArrayList<>();
    turns.forEach(turn -> results.add(turn.result()));
    absent.forEach((entrant, why) -> results.add(Result.absent(entrant, why)));
    results.sort((a, b) -> Integer.compare(place(measured, a.label()), place(measured, b.label())));
    return new Measured(
        measured.group(), measured.name(), measured.model(), repeat, load, idle, results);
  }

  private static int place(Case measured, String label) {
    return measured.entrants().stream().map(Entrant::label).toList().indexOf(label);
  }

  private List<Turn> prepare(Case measured, Map<Entrant, String> absent) {
    List<Turn> turns = new ArrayList<>();
    for (Entrant entrant : measured.entrants()) {
      String name = measured.name() + "/" + entrant.label();
      Path out = work.resolve("output-" + measured.entrants().indexOf(entrant) + ".f32");
      try {
        EngineProcess process = process(measured, entrant);
        process.prepare(name, entrant.work(), out);
        Turn turn = new Turn(entrant, process, name, out);
        if (!turns.isEmpty()) {
          turn.error = Outputs.error(turns.getFirst().out, out);
        }
        if (turn.error != null && !(turn.error <= measured.tolerance(settings.tolerance()))) {
          throw new EngineException(
              "its output differs by %.1e of the largest element".formatted(turn.error));
        }
        turns.add(turn);
      } catch (EngineException e) {
        if (turns.isEmpty()) {
          throw e; // Nothing to compare with.
        }
        notes.accept(name + ": not measured: " + e.getMessage());
        absent.put(entrant, String.valueOf(e.getMessage()));
      }
    }
    return turns;
  }

  private EngineProcess process(Case measured, Entrant entrant) {
    String key =
        entrant.engine().option() + "-" + entrant.weights().label() + "-" + entrant.threads();
    String absence = absences.get(key);
    if (absence != null) {
      throw new EngineException(absence);
    }
    EngineProcess known = processes.get(key);
    if (known != null) {
      return known;
    }
    try {
      EngineProcess started =
          EngineProcess.start(
              commands.worker(entrant.engine()),
              model,
              measured.task(),
              entrant,
              work.resolve(key + ".log"));
      processes.put(key, started);
      return started;
    } catch (EngineException e) {
      absences.put(key, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private int warm(List<Turn> turns) {
    double slowest = 0;
    for (Turn turn : turns) {
      slowest = Math.max(slowest, turn.process.warm(turn.name, settings.warmSeconds()));
    }
    return (int) Math.clamp(Math.ceil(ROUND_MS / slowest), 1, MOST);
  }

  /** The libraries' versions, by the engines' names. */
  Map<String, String> versions() {
    Map<String, String> versions = new HashMap<>();
    processes.forEach((key, process) -> {
      String plain = "-" + Precision.F32.label() + "-" + settings.threads();
      if (key.endsWith(plain)) {
        versions.put(key.substring(0, key.length() - plain.length()), process.version());
      }
    });
    return versions;
  }

  @Override
  public void close() {
    processes.values().forEach(EngineProcess::close);
  }
}

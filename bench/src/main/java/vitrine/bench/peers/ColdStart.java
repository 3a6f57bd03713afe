package vitrine.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.bench.ProcFiles;
import vitrine.bench.ProcFiles.Processors;
import vitrine.bench.peers.EngineProcess.EngineException;
import vitrine.bench.peers.Report.Measured;
import vitrine.bench.peers.Report.Result;

/** From a process' start to its first token: text in, text out, with the model's tokenizer. */
final class ColdStart {
  private static final String NAME = "GPT-2, a text of 40 characters";

  /** A token or more for every two bytes in the random model's vocabulary. */
  private static final String TEXT = "the quick brown fox jumps over lazy dog.";

  private static final JsonMapper JSON = new JsonMapper();
  private static final long LOOK_MILLIS = 2;

  private final Commands commands;
  private final Report.Settings settings;
  private final Path model;
  private final Path log;
  private final Consumer<String> notes;

  ColdStart(
      Commands commands, Report.Settings settings, Path model, Path log, Consumer<String> notes) {
    this.commands = commands;
    this.settings = settings;
    this.model = model;
    this.log = log;
    this.notes = notes;
  }

  /** One start. */
  private record Start(double ms, JsonNode ids, double others, long peakBytes) {}

  /** An engine whose processes are started, in turns with the others'. */
  private static final class Starts {
    private final EngineKind engine;
    private final List<Start> done = new ArrayList<>();
    private @Nullable String absence;

    Starts(EngineKind engine) {
      this.engine = engine;
    }
  }

  Measured measure(List<EngineKind> engines, Calm calm) {
    List<Starts> all = engines.stream().map(Starts::new).toList();
    all.forEach(this::first);
    JsonNode expected = all.getFirst().done.getFirst().ids();
    for (Starts starts : all) {
      if (starts.absence == null && !starts.done.getFirst().ids().equals(expected)) {
        starts.absence = "its token is " + starts.done.getFirst().ids() + ", ours " + expected;
      }
      starts.done.clear();
    }
    double idle = calm.await();
    double load = ProcFiles.load();
    for (int round = 0; round < settings.rounds(); round++) {
      for (int i = 0; i < all.size(); i++) {
        Starts starts = all.get((round + i) % all.size());
        if (starts.absence == null) {
          starts.done.add(start(starts.engine));
        }
      }
    }
    return new Measured(
        Group.COLD,
        NAME,
        Case.ModelKind.GPT2,
        1,
        load,
        idle,
        all.stream().map(this::result).toList());
  }

  /** Also builds the launcher's jar and fills the files' cache; not counted. */
  private void first(Starts starts) {
    try {
      starts.done.add(start(starts.engine));
    } catch (EngineException e) {
      if (starts.engine == EngineKind.VITRINE) {
        throw e;
      }
      notes.accept(starts.engine.label() + ": not measured: " + e.getMessage());
      starts.absence = e.getMessage();
    }
  }

  private Start start(EngineKind engine) {
    List<String> command = commands.firstToken(engine, model, TEXT, settings.threads());
    Processors before = ProcFiles.processors();
    long begin = System.nanoTime();
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      long peak = 0;
      double used = 0;
      String line;
      double ms;
      try (BufferedReader out = process.inputReader()) {
        while (process.isAlive() && !out.ready()) {
          OptionalLong now = ProcFiles.peakResident(process.pid());
          peak = Math.max(peak, now.orElse(0));
          Calm.pause(LOOK_MILLIS);
        }
        line = out.readLine();
        ms = (System.nanoTime() - begin) / 1e6;
        peak = Math.max(peak, ProcFiles.peakResident(process.pid()).orElse(0));
        used = cpuSeconds(process);
      }
      if (process.waitFor() != 0 || line == null) {
        throw new EngineException(
            "ended with " + process.exitValue() + " and no token; its log says why");
      }
      Processors passed = ProcFiles.processors().since(before);
      double others = used == 0 ? 0 : Math.max(0, (passed.busy() - used) / passed.all());
      return new Start(ms, JSON.readTree(line).path("new_ids"), others, peak);
    } catch (IOException e) {
      throw new EngineException(e.getMessage() == null ? "start" : e.getMessage());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** 0 when it has ended already. */
  private static double cpuSeconds(Process process) {
    return process.info().totalCpuDuration().map(time -> time.toMillis() / 1e3).orElse(0.0);
  }

  private Result result(Starts starts) {
    return new Result(
        starts.engine.label(),
        starts.engine,
        settings.threads(),
        starts.absence,
        null,
        starts.done.stream().map(Start::ms).toList(),
        starts.done.stream().map(Start::others).toList(),
        starts.done.isEmpty()
            ? null
            : starts.done.stream().mapToLong(Start::peakBytes).max().orElseThrow());
  }
}

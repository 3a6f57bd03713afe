package vitrine.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import vitrine.bench.Machine;
import vitrine.bench.peers.Report.Measured;
import vitrine.weights.AtomicFile;

/** {@code bench/peers}: the engine and its peers in one run. */
@CommandLine.Command(
    name = "bench/peers",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the engine and its peers in turns, on the same random models, and writes a report and its",
      "tables. Outputs are compared before any time counts; a peer that is not there is said to be absent."
    })
public final class Peers implements Callable<Integer> {
  /** How far outputs may be from ours, as a share of the largest element. */
  private static final double TOLERANCE = 1e-3;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where random models and logs are kept; target/peers if not given.")
  private @Nullable Path work;

  @Option(names = "--threads", paramLabel = "N", description = "Of every engine; 2 if not given.")
  private int threads = 2;

  @Option(names = "--rounds", paramLabel = "N", description = "At least 9 to be believed; 9.")
  private int rounds = 9;

  @Option(
      names = "--warm",
      paramLabel = "SECONDS",
      description = "Each entrant runs so long before a case is measured; 5.")
  private double warm = 5;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description = "How long to wait for a calm machine before each case; 600.")
  private double patience = 600;

  @Option(
      names = "--cases",
      split = ",",
      paramLabel = "GROUP",
      description = "Of ${COMPLETION-CANDIDATES}; all if not given.")
  private List<Group> groups = List.of(Group.values());

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Of those, the cases whose name holds this.")
  private String only = "";

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "PEER",
      description = "Of ${COMPLETION-CANDIDATES}; all if not given. Ours is always there.")
  private List<EngineKind> peers = List.of(EngineKind.values());

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description = "A python with torch and transformers; the one in PATH if not given.")
  private @Nullable Path python;

  @Option(
      names = "--profile",
      paramLabel = "DIR",
      description = "Our processes leave recordings of JDK Flight Recorder there.")
  private @Nullable Path profile;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The report; docs/performance/<date>-<processor>.json if not given.")
  private @Nullable Path out;

  @Option(
      names = "--table",
      paramLabel = "FILE",
      description = "Measures nothing: prints the tables of this report.")
  private @Nullable Path table;

  /** Started by the script {@code bench/peers}, which says where the checkout is. */
  private final Path root = Path.of(System.getProperty("vitrine.root", "."));

  /** Measures, or prints tables. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Peers()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (table != null) {
      System.out.print(Tables.of(JSON.readValue(table.toFile(), Report.class)));
      return 0;
    }
    Path folder = work == null ? root.resolve("target/peers") : work;
    Files.createDirectories(folder);
    Measuring measuring =
        new Measuring(
            new Commands(root, Commands.python(python), profile),
            new Report.Settings(threads, rounds, warm, TOLERANCE),
            folder,
            new Calm(patience, Peers::say),
            Peers::say);
    Machine machine = Machine.here();
    String today = LocalDate.now(ZoneOffset.UTC).toString();
    Path file =
        out == null
            ? root.resolve("docs/performance/" + today + "-" + machine.slug() + ".json")
            : out;
    Files.createDirectories(file.toAbsolutePath().getParent());
    List<Measured> done = new ArrayList<>();
    Supplier<Report> report =
        () ->
            new Report(today, commit(), machine, measuring.settings(), measuring.versions(), done);
    for (List<Case> session : sessions(new Cases(threads, entrants()).all())) {
      measuring.session(
          session,
          measured -> {
            done.add(measured);
            say(Tables.line(measured));
            save(report.get(), file);
          });
    }
    if (groups.contains(Group.COLD)) {
      done.add(measuring.cold(entrants()));
      say(Tables.line(done.getLast()));
    }
    save(report.get(), file);
    String tables = Tables.of(report.get());
    System.out.print(tables);
    AtomicFile.write(beside(file), tables);
    say("report: " + file);
    return 0;
  }

  private static void save(Report report, Path file) {
    AtomicFile.write(file, JSON.writeValueAsString(report) + "\n");
  }

  /** The tables, under the report's name. */
  private static Path beside(Path report) {
    return report.resolveSibling(
        report.getFileName().toString().replaceAll("\\.json$", "") + ".md");
  }

  private Set<EngineKind> entrants() {
    Set<EngineKind> engines = EnumSet.of(EngineKind.VITRINE);
    engines.addAll(peers);
    return engines;
  }

  /** Cases that follow each other and share what is loaded share processes. */
  private List<List<Case>> sessions(List<Case> cases) {
    List<List<Case>> sessions = new ArrayList<>();
    for (Case each : cases) {
      if (!groups.contains(each.group()) || !each.name().contains(only)) {
        continue;
      }
      Case before = sessions.isEmpty() ? null : sessions.getLast().getFirst();
      if (before == null || before.group() != each.group() || before.model() != each.model()) {
        sessions.add(new ArrayList<>());
      }
      sessions.getLast().add(each);
    }
    return sessions;
  }

  /** Which state of the engine was measured. */
  private String commit() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty")
              .directory(root.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader lines = git.inputReader()) {
        String line = lines.readLine();
        return line == null ? "unknown" : line;
      }
    } catch (IOException e) {
      return "unknown"; // Not a checkout, or no git.
    }
  }

  private static void say(String text) {
    System.err.println("bench: " + text);
  }
}

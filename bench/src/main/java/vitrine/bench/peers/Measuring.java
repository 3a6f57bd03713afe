package vitrine.bench.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import vitrine.bench.RandomModels;
import vitrine.bench.peers.Case.ModelKind;
import vitrine.bench.peers.Report.Measured;

/** Goes through cases, and notes which versions it met. */
final class Measuring {
  private final Commands commands;
  private final Report.Settings settings;
  private final Path folder;
  private final Calm calm;
  private final Consumer<String> notes;
  private final Map<String, String> versions = new TreeMap<>();

  /**
   * @param folder for models, outputs and logs
   */
  Measuring(
      Commands commands, Report.Settings settings, Path folder, Calm calm, Consumer<String> notes) {
    this.commands = commands;
    this.settings = settings;
    this.folder = folder;
    this.calm = calm;
    this.notes = notes;
  }

  Report.Settings settings() {
    return settings;
  }

  Map<String, String> versions() {
    return versions;
  }

  /** Cases of one group on one model, each told as it is done. */
  void session(List<Case> cases, Consumer<Measured> done) {
    Path model = model(cases.getFirst().model());
    // Loading and warming up beside others would only take long, and disturb them.
    calm.await();
    try (Session session = new Session(commands, settings, folder, model, calm, notes)) {
      for (Case each : cases) {
        notes.accept(each.group().option() + ": " + each.name());
        Measured measured = session.measure(each);
        versions.putAll(session.versions());
        done.accept(measured);
      }
    }
  }

  /** From nothing to a token. */
  Measured cold(Set<EngineKind> engines) {
    notes.accept(Group.COLD.option());
    return new ColdStart(
            commands, settings, model(ModelKind.GPT2), folder.resolve("cold.log"), notes)
        .measure(new ArrayList<>(engines), calm);
  }

  private Path model(ModelKind kind) {
    return switch (kind) {
      case BERT -> RandomModels.bert(folder);
      case GPT2 -> RandomModels.gpt2(folder);
    };
  }
}

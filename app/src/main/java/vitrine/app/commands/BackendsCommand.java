package vitrine.app.commands;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Table;
import vitrine.interp.io.Json;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.KernelsProvider;
import vitrine.kernels.SelfCheck;

/** {@code vitrine backends}: what can compute here, and why the rest cannot. */
@CommandLine.Command(
    name = "backends",
    header = "List what can compute on this machine.",
    description = "List what can compute on this machine, and why the rest cannot.",
    footer = {
      "auto takes the first that is available. The self-check times one product of matrices and",
      "says what to do where the JVM has not compiled it well. With --json:",
      "  {\"backends\":[{\"name\":...,\"available\":...,\"auto\":...,\"description\":...}]}",
      "",
      "Example:",
      "  vitrine backends"
    })
final class BackendsCommand implements Command {
  private final Common common;
  private final Console console;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  BackendsCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  /**
   * One line of the list.
   *
   * @param description lanes, threads and measured speed, or why it is not available
   */
  private record Line(String name, boolean available, String description) {}

  @Override
  public void run() {
    List<Line> lines = Backends.all().stream().map(this::line).toList();
    Optional<Line> auto = lines.stream().filter(Line::available).findFirst();
    if (json) {
      console.println(Json.line(document(lines, auto)));
      return;
    }
    Table table = new Table("backend", "available", "");
    for (Line line : lines) {
      boolean chosen = auto.equals(Optional.of(line));
      table.row(
          line.name(),
          line.available() ? "yes" : "no",
          line.description() + (chosen ? " (what auto takes)" : ""));
    }
    console.print(table.render());
  }

  private Line line(KernelsProvider provider) {
    Optional<String> reason = provider.unavailable();
    if (reason.isPresent()) {
      return new Line(provider.name(), false, reason.get());
    }
    try (Kernels kernels = provider.open(common.threads())) {
      SelfCheck check = SelfCheck.run(kernels, provider.leastGflops());
      return new Line(
          provider.name(), true, kernels.description() + "; self-check: " + check.summary());
    }
  }

  private static ObjectNode document(List<Line> lines, Optional<Line> auto) {
    ArrayNode backends = Json.array();
    for (Line line : lines) {
      backends
          .addObject()
          .put("name", line.name())
          .put("available", line.available())
          .put("auto", auto.equals(Optional.of(line)))
          .put("description", line.description());
    }
    ObjectNode document = Json.object();
    document.set("backends", backends);
    return document;
  }
}

package vitrine.app.commands;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;

/** {@code vitrine help [COMMAND]}. */
@CommandLine.Command(
    name = "help",
    header = "Explain a command, with an example.",
    description = "Explain a command, with an example.",
    footer = {"Example:", "  vitrine help run"})
final class HelpCommand implements Command {
  private final Console console;

  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to explain.")
  private @Nullable String name;

  @Spec private @Nullable CommandSpec spec;

  HelpCommand(Console console) {
    this.console = console;
  }

  @Override
  public void run() {
    CommandLine root = Objects.requireNonNull(spec).root().commandLine();
    if (name == null) {
      console.print(Commands.help(root));
      return;
    }
    CommandLine command = root.getSubcommands().get(name);
    if (command == null) {
      throw new UsageException(
          "help: "
              + OneLine.operand(name)
              + ": no such command; expected "
              + NearestName.of(name, root.getSubcommands().keySet())
                  .map(nearest -> nearest + " perhaps")
                  .orElse("one of " + String.join(", ", root.getSubcommands().keySet()))
              + ". See: vitrine help");
    }
    console.print(Commands.help(command));
  }
}

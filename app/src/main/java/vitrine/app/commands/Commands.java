package vitrine.app.commands;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import vitrine.app.terminal.Console;

/** Every command there is, in the order that the overview lists them. */
public final class Commands {
  private static final int HELP_WIDTH = 100;

  private Commands() {}

  /**
   * The command line, ready to parse.
   *
   * @param common gets the options that all commands share
   * @param console where the commands print
   */
  public static CommandLine line(Common common, Console console) {
    CommandLine root = new CommandLine(new RootCommand());
    root.addMixin("common", common);
    for (Command command : all(console)) {
      root.addSubcommand(command);
    }
    root.setExpandAtFiles(false);
    root.setAbbreviatedOptionsAllowed(false);
    root.setAbbreviatedSubcommandsAllowed(false);
    root.setPosixClusteredShortOptionsAllowed(false);
    root.setTrimQuotes(false);
    root.setUsageHelpWidth(HELP_WIDTH);
    return root;
  }

  private static List<Command> all(Console console) {
    return List.of(
        new InspectCommand(console),
        new BackendsCommand(console),
        new HelpCommand(console));
  }

  /** The help of one command, plain text. */
  public static String help(CommandLine command) {
    return command.getUsageMessage(Ansi.OFF);
  }
}

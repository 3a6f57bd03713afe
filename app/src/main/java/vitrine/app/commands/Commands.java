package vitrine.app.commands;

import java.io.InputStream;
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
   * @param in standard input
   */
  public static CommandLine line(Common common, Console console, InputStream in) {
    CommandLine root = new CommandLine(new RootCommand());
    root.addMixin("common", common);
    for (Command command : all(common, console, in)) {
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

  private static List<Command> all(Common common, Console console, InputStream in) {
    return List.of(
        new RunCommand(common, console, in),
        new GenerateCommand(common, console),
        new FillMaskCommand(common, console),
        new AttentionCommand(common, console, in),
        new SaliencyCommand(common, console, in),
        new LensCommand(common, console, in),
        new NeuronsCommand(common, console, in),
        new MinimalPairsCommand(common, console),
        new AblateCommand(common, console, in),
        new HeadsCommand(common, console, in),
        new PatchCommand(common, console, in),
        new CompareCommand(common, console, in),
        new ProbeCommand(common, console),
        new TokenizeCommand(common, console, in),
        new TrainTokenizerCommand(console),
        new TrainCommand(common, console),
        new FineTuneCommand(common, console),
        new EvaluateCommand(common, console),
        new ConvertCommand(common, console),
        new InspectCommand(console),
        new CardCommand(common, console),
        new ModelsCommand(console),
        new BackendsCommand(common, console),
        new HelpCommand(console));
  }

  /** The help of one command, plain text. */
  public static String help(CommandLine command) {
    return command.getParent() == null
        ? command.getUsageMessage(Ansi.OFF)
        : HelpText.of(command.getCommandSpec());
  }
}

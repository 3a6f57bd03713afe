package vitrine.app.commands;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code vitrine} without a command: the overview. */
@CommandLine.Command(
    name = "vitrine",
    synopsisHeading = "",
    customSynopsis = "vitrine COMMAND [options]",
    description = {
      "",
      "A transformer under glass: runs BERT and GPT-2, and lets you read and edit",
      "every layer, head and neuron.",
      ""
    },
    commandListHeading = "Commands:%n",
    optionListHeading = "%nOptions of every command:%n",
    footer = {
      "",
      "Start here:",
      "  vitrine generate --text \"the cat sat on the mat . the cat\"",
      "  vitrine help run",
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage, 3 bad input (model, data, plan),",
      "4 not enough memory or disk."
    })
public final class RootCommand {
  @Option(names = "--version", description = "Show the version.")
  private boolean version;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show the help of the command.")
  private boolean help;

  /** Whether {@code --version} was given. */
  public boolean versionRequested() {
    return version;
  }

  /** Whether {@code --help} was given, before or after a command. */
  public boolean helpRequested() {
    return help;
  }
}

package vitrine.app.commands;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code vitrine} without a command: the overview. */
@CommandLine.Command(
    name = "vitrine",
    synopsisHeading = "Usage: ",
    customSynopsis = "vitrine COMMAND [options]",
    description = {
      "",
      "A transformer under glass: runs BERT and GPT-2, and lets you read and edit every layer, head",
      "and neuron.",
    },
    optionListHeading = "%nOptions of every command:%n",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Start here (no model needed: a small one is bundled):",
      "  vitrine generate --text \"the red cat saw a green bird . the red\"",
      "  vitrine run --text \"the cat saw a bird . the cat\" --read blocks.1.attn.pattern --out first",
      "  vitrine help run",
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage, 3 bad input (model, data, plan), 4 not enough",
      "memory or disk."
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

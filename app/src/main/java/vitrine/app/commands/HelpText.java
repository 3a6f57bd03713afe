package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The help of one command: its own options, in the order of its class, and only the names of those
 * that all commands share. (picocli's own help would bury the former among the latter.)
 */
final class HelpText {
  private static final int WIDTH = 100;
  private static final int INDENT = 22;

  private HelpText() {}

  static String of(CommandSpec command) {
    List<OptionSpec> own = new ArrayList<>();
    List<String> shared = new ArrayList<>();
    for (OptionSpec option : command.options()) {
      if (option.inherited()) {
        shared.add(option.longestName());
      } else {
        own.add(option);
      }
    }
    StringBuilder text = new StringBuilder(usage(command, own)).append("\n\n");
    for (String line : command.usageMessage().description()) {
      text.append(line).append('\n');
    }
    text.append('\n');
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      entry(text, parameter.paramLabel(), parameter);
    }
    for (OptionSpec option : own) {
      String value = option.arity().max() == 0 ? "" : " " + label(option);
      entry(text, option.longestName() + value, option);
    }
    text.append("  (of every command: ").append(String.join(", ", shared)).append(")\n\n");
    for (String line : command.usageMessage().footer()) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  private static String usage(CommandSpec command, List<OptionSpec> own) {
    String[] synopsis = command.usageMessage().customSynopsis();
    if (synopsis.length > 0) {
      return "Usage: " + String.join("\n", synopsis);
    }
    StringBuilder usage = new StringBuilder("Usage: " + command.qualifiedName(" "));
    for (OptionSpec option : own) {
      if (option.required()) {
        usage.append(' ').append(option.longestName()).append(' ').append(label(option));
      }
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      String label = label(parameter);
      usage.append(' ').append(parameter.required() ? label : "[" + label + "]");
    }
    return usage.append(" [options]").toString();
  }

  private static String label(ArgSpec arg) {
    return arg.paramLabel() + (arg.arity().max() > 1 ? "..." : "");
  }

  private static void entry(StringBuilder text, String name, ArgSpec arg) {
    StringBuilder line = new StringBuilder("  " + name);
    if (line.length() > INDENT - 2) {
      text.append(line).append('\n');
      line.setLength(0);
    }
    line.append(" ".repeat(INDENT - line.length()));
    for (String word : String.join(" ", arg.description()).split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        text.append(line.toString().stripTrailing()).append('\n');
        line.setLength(0);
        line.append(" ".repeat(INDENT));
      }
      line.append(word).append(' ');
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}

package vitrine.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;

/** Says in the house's one line what picocli found wrong with the arguments. */
final class UsageErrors {
  private UsageErrors() {}

  static UsageException of(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String operation = command.getParent() == null ? "command line" : command.getCommandName();
    return new UsageException(operation + ": " + what(failure, command) + ". " + help(command));
  }

  private static String what(ParameterException failure, CommandLine command) {
    return switch (failure) {
      case UnmatchedArgumentException e -> unmatched(e.getUnmatched().getFirst(), command);
      case MissingParameterException e -> missing(e);
      case OverwrittenOptionException e ->
          name(e.getOverwritten()) + ": given twice; expected once";
      default -> bad(failure);
    };
  }

  private static String bad(ParameterException failure) {
    ArgSpec arg = failure.getArgSpec();
    if (arg == null || failure.getValue() == null) {
      return String.valueOf(failure.getMessage());
    }
    String expected =
        failure.getCause() instanceof TypeConversionException cause
            ? String.valueOf(cause.getMessage())
            : "expected " + arg.paramLabel();
    String value = failure.getValue();
    String shown = value.isBlank() ? "\"" + value + "\"" : value;
    return name(arg) + ": " + OneLine.operand(shown) + "; " + expected;
  }

  private static String missing(MissingParameterException failure) {
    List<ArgSpec> missing = failure.getMissing();
    ArgSpec first = missing.isEmpty() ? failure.getArgSpec() : missing.getFirst();
    if (first == null) {
      return String.valueOf(failure.getMessage());
    }
    String label = first.paramLabel().isEmpty() ? "" : " " + first.paramLabel();
    return name(first)
        + ": missing; expected "
        + (first.isOption() ? name(first) + label : first.paramLabel());
  }

  private static String unmatched(String argument, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    boolean isOption = argument.startsWith("-") && argument.length() > 1;
    boolean isCommand = !isOption && !command.getSubcommands().isEmpty();
    String shown = OneLine.operand(isOption ? argument.replaceFirst("=.*", "") : argument);
    if (!isOption && !isCommand) {
      return shown + ": an argument too many; expected options only. Quote a text that has spaces";
    }
    List<String> names =
        isCommand ? List.copyOf(command.getSubcommands().keySet()) : optionNames(spec);
    Optional<String> nearest = NearestName.of(shown, names);
    String kind = isCommand ? "no such command" : "no such option";
    return shown
        + ": "
        + kind
        + "; expected "
        + nearest.map(name -> name + " perhaps").orElse("one of " + String.join(", ", names));
  }

  private static List<String> optionNames(CommandSpec spec) {
    List<String> names = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        names.add(option.longestName());
      }
    }
    return names;
  }

  private static String name(ArgSpec arg) {
    return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
  }

  private static String help(CommandLine command) {
    return "See: vitrine help"
        + (command.getParent() == null ? "" : " " + command.getCommandName());
  }
}

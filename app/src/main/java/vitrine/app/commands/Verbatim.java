package vitrine.app.commands;

import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.OverwrittenOptionException;

/**
 * Takes the next argument as the value whatever it looks like: a text may begin with a dash, or be
 * an option's name.
 */
final class Verbatim implements IParameterConsumer {
  @Override
  @SuppressWarnings("JdkObsolete") // picocli's interface
  public void consumeParameters(Stack<String> args, ArgSpec arg, CommandSpec command) {
    if (args.isEmpty()) {
      throw new MissingParameterException(command.commandLine(), arg, "missing");
    }
    if (arg.getValue() != null) {
      throw new OverwrittenOptionException(command.commandLine(), arg, "given twice");
    }
    arg.setValue(args.pop());
  }
}

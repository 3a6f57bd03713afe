package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** As {@link Verbatim}, of an option that may be given again. */
final class VerbatimList implements IParameterConsumer {
  @Override
  @SuppressWarnings("JdkObsolete") // picocli's interface
  public void consumeParameters(Stack<String> args, ArgSpec arg, CommandSpec command) {
    if (args.isEmpty()) {
      throw new MissingParameterException(command.commandLine(), arg, "missing");
    }
    List<String> all = new ArrayList<>();
    if (arg.getValue() instanceof List<?> earlier) {
      earlier.forEach(each -> all.add(String.valueOf(each)));
    }
    all.add(args.pop());
    arg.setValue(all);
  }
}

package vitrine.app;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import vitrine.app.commands.Command;
import vitrine.app.commands.Commands;
import vitrine.app.commands.Common;
import vitrine.app.commands.RootCommand;
import vitrine.app.commands.Version;
import vitrine.app.terminal.ClosedOutputException;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;

/** The program: arguments in, text and an exit code out. */
public final class Main {
  /** A system property: whether standard error is a terminal, which only the launcher can tell. */
  private static final String TERMINAL = "vitrine.terminal";

  private Main() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    InputStream in = new FileInputStream(FileDescriptor.in);
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    OutputStream err = new FileOutputStream(FileDescriptor.err);
    Console.Screen screen =
        Boolean.getBoolean(TERMINAL) ? Console.Screen.REWRITABLE : Console.Screen.LINES;
    System.exit(execute(List.of(arguments), in, out, err, screen));
  }

  /**
   * Runs one command within this JVM.
   *
   * @param in what the command reads where a file is named {@code -}
   * @param out gets the result, UTF-8
   * @param err gets notes and the one line of an error, UTF-8
   * @return 0 done, 1 internal error, 2 usage, 3 bad input, 4 not enough memory or disk
   */
  public static int execute(
      List<String> arguments, InputStream in, OutputStream out, OutputStream err) {
    return execute(arguments, in, out, err, Console.Screen.LINES);
  }

  private static int execute(
      List<String> arguments,
      InputStream in,
      OutputStream out,
      OutputStream err,
      Console.Screen screen) {
    Common common = new Common();
    Console console = new Console(out, err, common::quiet, screen);
    CommandLine line = Commands.line(common, console, in);
    // Asked of the arguments themselves: what fails may be the reading of the options.
    boolean debug = arguments.contains("--debug");
    String operation = "vitrine";
    Failure failure;
    try {
      ParseResult parsed = line.parseArgs(arguments.toArray(String[]::new));
      CommandLine called = parsed.asCommandLineList().getLast();
      operation = called.getCommandName();
      run(arguments, called, line, console);
      console.flush();
      return 0;
    } catch (ClosedOutputException e) {
      return 0;
    } catch (ParameterException e) {
      failure = Failure.of(operation, UsageErrors.of(e));
      trace(debug, console, e);
    } catch (RuntimeException e) {
      failure = Failure.of(operation, e);
      trace(debug, console, e);
    } catch (IOException e) {
      failure = Failure.of(operation, e);
      trace(debug, console, e);
    } catch (OutOfMemoryError e) {
      failure = Failure.of(operation, e);
      trace(debug, console, e);
    }
    console.error(failure.line());
    return failure.exit();
  }

  private static void run(
      List<String> arguments, CommandLine called, CommandLine root, Console console)
      throws IOException {
    RootCommand overview = root.getCommand();
    if (overview.versionRequested()) {
      console.println("vitrine " + Version.OF_THIS_BUILD);
    } else if (overview.helpRequested() || arguments.isEmpty()) {
      console.print(Commands.help(called));
    } else if (called.getParent() == null) {
      throw new UsageException(
          "command line: no command; expected one of "
              + String.join(", ", root.getSubcommands().keySet())
              + ". See: vitrine help");
    } else {
      ((Command) called.getCommand()).run();
    }
  }

  private static void trace(boolean debug, Console console, Throwable failure) {
    if (debug) {
      console.stackTrace(failure);
    }
  }
}

package vitrine.app.commands;

import java.io.IOException;

/** One command of the command line; its fields hold the options by the time it is run. */
public interface Command {
  /**
   * Does what was asked and prints the result. Whatever goes wrong is thrown, before anything is
   * printed where that is possible.
   */
  void run() throws IOException;
}

package vitrine.app.input;

import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;

/** Reads the list of {@code --ids}. */
public final class Ids {
  private Ids() {}

  /**
   * {@code 1,2,3}; blanks around a number are passed over.
   *
   * @throws UsageException when it is not a list of whole numbers of 32 bits
   */
  public static int[] parse(String command, String list) {
    String[] parts = list.split(",", -1);
    int[] ids = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        ids[i] = Integer.parseInt(parts[i].strip());
      } catch (NumberFormatException e) {
        throw new UsageException(
            command
                + ": --ids: "
                + (parts[i].isBlank() ? "nothing between two commas" : OneLine.operand(parts[i]))
                + "; expected whole numbers between commas, as in 1,2,3. See: vitrine help "
                + command);
      }
    }
    return ids;
  }
}

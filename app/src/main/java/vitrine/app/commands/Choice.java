package vitrine.app.commands;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;

/** One word of several that an option takes. */
final class Choice {
  private Choice() {}

  /**
   * The one of that label, blanks around it and capitals aside.
   *
   * @param command for errors
   * @param option likewise
   * @param label in small letters
   * @throws UsageException when there is none, with the nearest label or all of them
   */
  static <E> E of(String command, String option, String given, E[] all, Function<E, String> label) {
    String wanted = given.strip().toLowerCase(Locale.ROOT);
    List<String> labels = Arrays.stream(all).map(label).toList();
    int found = labels.indexOf(wanted);
    if (found >= 0) {
      return all[found];
    }
    throw new UsageException(
        "%s: %s: %s; expected %s. See: vitrine help %s"
            .formatted(
                command,
                option,
                OneLine.operand(given),
                NearestName.of(wanted, labels)
                    .map(name -> name + " perhaps")
                    .orElse("one of " + String.join(", ", labels)),
                command));
  }
}

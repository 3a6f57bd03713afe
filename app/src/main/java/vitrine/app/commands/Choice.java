package vitrine.app.commands;

import java.util.Arrays;
import java.util.List;
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
   * @throws UsageException when there is none, with the nearest label or all of them
   */
  static <E> E of(String command, String option, String given, E[] all, Function<E, String> label) {
    String wanted = given.strip();
    for (E each : all) {
      if (label.apply(each).equalsIgnoreCase(wanted)) {
        return each;
      }
    }
    throw none(command, option, given, Arrays.stream(all).map(label).toList());
  }

  /** There is no such word: with the nearest label, or all of them. */
  static UsageException none(String command, String option, String given, List<String> labels) {
    return new UsageException(
        "%s: %s: %s; expected %s. See: vitrine help %s"
            .formatted(
                command,
                option,
                OneLine.operand(given),
                NearestName.of(given.strip(), labels)
                    .map(name -> name + " perhaps")
                    .orElse("one of " + String.join(", ", labels)),
                command));
  }
}

package vitrine.app.commands;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.hooks.Head;

/** Which head stands on the model. */
final class TaskOption {
  @Option(
      names = "--task",
      paramLabel = "T",
      description = {
        "lm, mlm, encode, sequence, tokens, qa, nsp or pretraining; what config.json says if not given."
      })
  private @Nullable String task;

  /**
   * The head that was asked for; empty when none was.
   *
   * @param command for errors
   * @throws UsageException when there is no such head
   */
  Optional<Head> head(String command) {
    if (task == null) {
      return Optional.empty();
    }
    List<String> labels = Arrays.stream(Head.values()).map(Head::label).toList();
    for (Head head : Head.values()) {
      if (head.label().equals(task)) {
        return Optional.of(head);
      }
    }
    throw new UsageException(
        command
            + ": --task: "
            + OneLine.operand(task)
            + "; expected "
            + NearestName.of(task, labels)
                .map(name -> name + " perhaps")
                .orElse("one of " + String.join(", ", labels))
            + ". See: vitrine help "
            + command);
  }
}

package vitrine.app.commands;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
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
    return task == null
        ? Optional.empty()
        : Optional.of(Choice.of(command, "--task", task, Head.values(), Head::label));
  }
}

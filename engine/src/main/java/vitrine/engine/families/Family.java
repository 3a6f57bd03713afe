package vitrine.engine.families;

import java.util.List;
import java.util.Optional;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;

/**
 * A model family. To add one: a class here, its name in {@code permits}, and its {@code model_type}
 * in {@link #of}.
 */
sealed interface Family permits Gpt2, Bert {
  /** The {@code model_type} of the config. */
  String name();

  /** The tasks this family has heads for. */
  List<Head> tasks();

  /**
   * The task that a config's list of architectures names.
   *
   * @param architecture as in {@code GPT2LMHeadModel}
   */
  Head task(Config config, String architecture);

  /** The task when the config names no architecture. */
  Head defaultTask(ParameterReader parameters);

  /** Builds the model. */
  Model.Parts load(Config config, ParameterReader parameters, Head task);

  /** What weights depend on that are drawn. */
  NewWeights newWeights(Config config);

  /** The family a config is of. */
  static Family of(Config config) {
    Optional<String> type =
        config.text("model_type").or(() -> config.architecture().flatMap(Family::guess));
    if (type.isEmpty()) {
      throw config.wrong("model_type", "missing", "\"gpt2\" or \"bert\"");
    }
    return switch (type.get()) {
      case "gpt2" -> new Gpt2();
      case "bert" -> new Bert();
      default -> throw config.wrong("model_type", '"' + type.get() + '"', "\"gpt2\" or \"bert\"");
    };
  }

  private static Optional<String> guess(String architecture) {
    if (architecture.startsWith("GPT2")) {
      return Optional.of("gpt2");
    }
    return architecture.startsWith("Bert") ? Optional.of("bert") : Optional.empty();
  }
}

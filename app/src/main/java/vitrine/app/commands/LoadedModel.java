package vitrine.app.commands;

import java.util.Optional;
import java.util.function.Consumer;
import vitrine.app.terminal.Sizes;
import vitrine.engine.InputException;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

/**
 * A model with the backend it runs on and the files it came from.
 *
 * @param files still open: tokenizer, labels, hash
 */
record LoadedModel(ModelFiles files, Kernels kernels, Model model) implements AutoCloseable {
  /**
   * Loads what {@code --model}, {@code --backend} and {@code --threads} say; what is worth knowing
   * becomes a note.
   *
   * @param precision what {@code --weights} says
   */
  static LoadedModel open(
      Common common, Precision precision, Optional<Head> task, Consumer<String> notes) {
    return open(new ModelSource(common), common, precision, task, notes);
  }

  /** As above, of another model than {@code --model}. */
  static LoadedModel open(
      ModelSource source,
      Common common,
      Precision precision,
      Optional<Head> task,
      Consumer<String> notes) {
    ModelFiles files = source.open();
    Kernels kernels = null;
    try {
      Memory.require(
          "load: " + files.name(),
          numbers(files) * leastBytes(precision),
          Memory.available(),
          "Use a smaller model, or a machine with more memory");
      kernels = common.openKernels(notes);
      return new LoadedModel(
          files, kernels, ModelLoader.load(files, task, kernels, notes, precision));
    } catch (RuntimeException e) {
      if (kernels != null) {
        kernels.close();
      }
      files.close();
      throw e;
    }
  }

  /** Of a number; those that are not in matrices take more. */
  private static int leastBytes(Precision precision) {
    return switch (precision) {
      case F32 -> Float.BYTES;
      case BF16 -> Short.BYTES;
      case INT8 -> Byte.BYTES;
    };
  }

  /** How many numbers the tensors of a model's files have. */
  static long numbers(ModelFiles files) {
    return files.checkpoint().names().stream()
        .mapToLong(name -> files.checkpoint().info(name).elements())
        .sum();
  }

  /**
   * The tokenizer.
   *
   * @throws InputException when the model has none
   */
  Tokenizer tokenizer(String operation) {
    return files
        .tokenizer()
        .orElseThrow(() ->
            new InputException(
                operation
                    + ": "
                    + files.name()
                    + ": the model has no tokenizer files; expected tokenizer.json, or vocab.json"
                    + " with merges.txt, or vocab.txt. Add them, or run with --ids"));
  }

  /** One line for people. */
  String summary() {
    Architecture architecture = model.architecture();
    Precision precision = model.facts().precision();
    return "%s (%s, task %s): %d layers of %d heads, %s parameters%s, %s on %s"
        .formatted(
            files.name(),
            architecture.family(),
            architecture.head().label(),
            architecture.layers(),
            architecture.heads(),
            Sizes.grouped(model.facts().parameters()),
            precision == Precision.F32 ? "" : ", matrices in " + precision.label(),
            Sizes.bytes(model.weightBytes()),
            kernels.name());
  }

  @Override
  public void close() {
    model.close();
    kernels.close();
    files.close();
  }
}

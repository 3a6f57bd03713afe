package vitrine.engine.families;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Workspace;

/** From files to a model: the one entry to the families. */
public final class ModelLoader {
  /** How many names a note lists before it only counts. */
  private static final int NAMED = 6;

  private ModelLoader() {}

  /**
   * Loads a model.
   *
   * @param head the task asked for; empty for the one that the config's {@code architectures} names
   * @param notes receives one sentence for each thing worth knowing, such as tensors that no part
   *     of the model uses
   * @throws InputException when config and checkpoint do not make such a model; names the tensor or
   *     the key
   * @throws vitrine.weights.WeightsException when the checkpoint cannot be read
   */
  public static Model load(
      ModelFiles files, Optional<Head> head, Kernels kernels, Consumer<String> notes) {
    return load(files, head, kernels, notes, Precision.F32);
  }

  /**
   * Loads a model that is to be run, and not trained.
   *
   * @param precision what the matrices of linear layers are rounded to, tensor by tensor while they
   *     are read; biases, LayerNorms and embeddings that are no head's matrix stay as they are
   */
  public static Model load(
      ModelFiles files,
      Optional<Head> head,
      Kernels kernels,
      Consumer<String> notes,
      Precision precision) {
    return load(files, head, kernels, notes, MissingTensors.REFUSED, precision);
  }

  /**
   * Loads a model that is about to be trained.
   *
   * @param missing where tensors come from that the checkpoint lacks: of a new head, of a new model
   */
  public static Model load(
      ModelFiles files,
      Optional<Head> head,
      Kernels kernels,
      Consumer<String> notes,
      MissingTensors missing) {
    return load(files, head, kernels, notes, missing, Precision.F32);
  }

  static Model load(
      ModelFiles files,
      Optional<Head> head,
      Kernels kernels,
      Consumer<String> notes,
      MissingTensors missing,
      Precision precision) {
    Config config = new Config(files.config(), files.name());
    Family family = Family.of(config);
    Workspace weights = kernels.workspace();
    try {
      ParameterReader reader =
          new ParameterReader(
              files.checkpoint(), files.name(), kernels, weights, missing, precision);
      Head task = head.orElseGet(() -> byConfig(family, config, reader));
      if (!family.tasks().contains(task)) {
        throw new InputException(
            "load: "
                + files.name()
                + ": task "
                + task.label()
                + "; expected one that "
                + family.name()
                + " has a head for: "
                + labels(family.tasks())
                + ".");
      }
      Model.Parts parts;
      // Ends, and its thread with it, when the weights have been read.
      try (WarmUp _ = WarmUp.beside(files, task, kernels, precision, notes)) {
        parts = family.load(config, reader, task);
      }
      tellUnused(files.name(), reader.unused(), task, notes);
      return new Model(
          parts,
          reader.read(),
          kernels,
          weights,
          new Model.Facts(
              files.name(),
              reader.parameters(),
              files.padding(),
              files.config().toString(),
              precision));
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  private static Head byConfig(Family family, Config config, ParameterReader reader) {
    return config
        .architecture()
        .map(name -> family.task(config, name))
        .orElseGet(() -> family.defaultTask(reader));
  }

  private static String labels(List<Head> heads) {
    return heads.stream().map(Head::label).collect(Collectors.joining(", "));
  }

  private static void tellUnused(
      String where, Set<String> unused, Head task, Consumer<String> notes) {
    if (unused.isEmpty()) {
      return;
    }
    String named = unused.stream().limit(NAMED).collect(Collectors.joining(", "));
    notes.accept(
        where
            + ": "
            + unused.size()
            + " tensor"
            + (unused.size() == 1 ? "" : "s")
            + " not used by task "
            + task.label()
            + ": "
            + named
            + (unused.size() > NAMED ? ", …" : ""));
  }
}

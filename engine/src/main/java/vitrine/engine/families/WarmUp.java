package vitrine.engine.families;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.Decoder;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Kernels;
import vitrine.kernels.MemoryException;
import vitrine.kernels.Precision;
import vitrine.weights.Checkpoints;

/**
 * Runs a tiny model of the same kind while the weights of a large one are being read, so that the
 * JVM compiles the kernels in the meantime. Without it, the first pass over a large model is mostly
 * spent in code that is not compiled yet.
 *
 * <p>Numbers do not depend on it: the tiny model has memory of its own, and is gone with {@link
 * #close}, as is the thread.
 */
final class WarmUp implements AutoCloseable {
  /** Below so many numbers a file is read sooner than a kernel is compiled. */
  private static final long LARGE = 8_000_000;

  /** After so many passes everything is compiled that ever will be. */
  private static final int PASSES = 200;

  /** Heads as wide as those of most models; three of them are whole groups of four panels. */
  private static final int HEAD_WIDTH = 64;

  private static final int HEADS = 3;
  private static final int INNER = 48;
  private static final int VOCABULARY = 100;

  /** A prompt of whole and ragged tiles, then one token. */
  private static final int[] PROMPT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

  private final Consumer<String> notes;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile @Nullable RuntimeException exception;
  private volatile @Nullable Error error;

  /**
   * Starts.
   *
   * @param model a tiny one, of which there is no more than a config
   * @param notes told where memory does not suffice for it
   */
  private WarmUp(
      ModelFiles model, Head head, Kernels kernels, Precision precision, Consumer<String> notes) {
    this.notes = notes;
    thread =
        Thread.ofPlatform()
            .name("vitrine-warm-up")
            .start(() -> run(model, head, kernels, precision));
  }

  /** Starts to run a tiny model of that kind; null where the model itself is hardly larger. */
  static @Nullable WarmUp beside(
      ModelFiles files, Head task, Kernels kernels, Precision precision, Consumer<String> notes) {
    long numbers = 0;
    for (String name : files.checkpoint().names()) {
      numbers += files.checkpoint().info(name).elements();
    }
    return numbers < LARGE ? null : start(files, task, kernels, precision, notes);
  }

  /** Starts to run a tiny model of that kind. */
  static WarmUp start(
      ModelFiles files, Head task, Kernels kernels, Precision precision, Consumer<String> notes) {
    // Other heads are one small product.
    Head head = task == Head.LANGUAGE ? task : Head.NONE;
    return new WarmUp(tiny(files), head, kernels, precision, notes);
  }

  /** The config of a small model of the same kind, and no weights. */
  static ModelFiles tiny(ModelFiles files) {
    ObjectNode config = (ObjectNode) files.config().deepCopy();
    for (String layers : List.of("n_layer", "num_hidden_layers")) {
      config.put(layers, 1);
    }
    for (String heads : List.of("n_head", "num_attention_heads")) {
      config.put(heads, HEADS);
    }
    for (String width : List.of("n_embd", "hidden_size")) {
      config.put(width, HEADS * HEAD_WIDTH);
    }
    for (String inner : List.of("n_inner", "intermediate_size")) {
      config.put(inner, INNER);
    }
    for (String positions : List.of("n_positions", "max_position_embeddings")) {
      config.put(positions, PROMPT.length + 1);
    }
    config.put("vocab_size", VOCABULARY).putNull("pad_token_id");
    return ModelFiles.of(
        "warm-up", config.toString(), Checkpoints.inMemory(Map.of()), Optional.empty());
  }

  private void run(ModelFiles files, Head head, Kernels kernels, Precision precision) {
    try (Model model = load(files, head, kernels, precision)) {
      for (int pass = 0; pass < PASSES && !stopped; pass++) {
        pass(model);
      }
    } catch (RuntimeException e) {
      exception = e;
    } catch (Error e) {
      error = e;
    }
  }

  /** A model of whatever numbers. */
  static Model load(ModelFiles tiny, Head head, Kernels kernels, Precision precision) {
    MissingTensors numbers =
        (name, shape, kind) -> {
          float[] values = new float[Math.toIntExact(shape.size())];
          for (int i = 0; i < values.length; i++) {
            values[i] = (i % 7 - 3) / 64f;
          }
          return values;
        };
    return ModelLoader.load(tiny, Optional.of(head), kernels, note -> {}, numbers, precision);
  }

  /** What is asked of a model that has just been loaded. */
  static void pass(Model model) {
    if (model.architecture().head() == Head.LANGUAGE) {
      try (Decoder decoder = model.decoder(PROMPT.length + 1)) {
        decoder.feed(PROMPT);
        decoder.feed(PROMPT[0]);
      }
    } else {
      model.run(Plan.empty(), new Inputs(List.of(Example.of(PROMPT)))).close();
    }
  }

  /**
   * Ends it. What went wrong in it comes out here, but for a lack of memory: the model itself may
   * have had enough, and is only slower at first.
   */
  @Override
  public void close() {
    stopped = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (error != null) {
      throw error;
    }
    if (exception instanceof MemoryException) {
      notes.accept("warm-up left out, the first pass will be slower: " + exception.getMessage());
    } else if (exception != null) {
      throw exception;
    }
  }
}

package vitrine.engine.training;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.data.LabelSet;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Kernels;
import vitrine.weights.Checkpoints;

/**
 * What a training starts from: a config, the tensors that there are, and a rule for those that
 * there are not yet.
 */
public final class StartingPoint {
  /** Every rate of dropout in the config of a new model. */
  public static final double NEW_DROPOUT = 0.1;

  private final ModelFiles files;
  private final Head head;
  private final long seed;
  private final Predicate<String> draws;

  private StartingPoint(ModelFiles files, Head head, long seed, Predicate<String> draws) {
    this.files = files;
    this.head = head;
    this.seed = seed;
    this.draws = draws;
  }

  /**
   * A new GPT-2 with its language head.
   *
   * @param tokenizer whose vocabulary it has
   * @param seed of its weights
   */
  public static StartingPoint newGpt2(Sizes sizes, Tokenizer tokenizer, long seed) {
    return fresh(Configs.gpt2(sizes, tokenizer), Head.LANGUAGE, tokenizer, seed);
  }

  /**
   * A new BERT with its masked-token head.
   *
   * @param tokenizer whose vocabulary it has
   * @param seed of its weights
   */
  public static StartingPoint newBert(Sizes sizes, Tokenizer tokenizer, long seed) {
    return fresh(Configs.bert(sizes, tokenizer), Head.MASKED, tokenizer, seed);
  }

  private static StartingPoint fresh(ObjectNode config, Head head, Tokenizer tokenizer, long seed) {
    return newModel(config.toString(), head, Optional.of(tokenizer), seed);
  }

  /**
   * A new model of any config that this engine reads.
   *
   * @param config the text of a config.json
   */
  public static StartingPoint newModel(
      String config, Head head, Optional<Tokenizer> tokenizer, long seed) {
    ModelFiles files =
        ModelFiles.of("new model", config, Checkpoints.inMemory(java.util.Map.of()), tokenizer);
    return new StartingPoint(files, head, seed, name -> true);
  }

  /**
   * A model that is to be trained further on text.
   *
   * @param source open until the model is loaded
   * @param objective next or mlm; a head for it that the files lack is drawn
   * @throws InputException when the family cannot be trained so
   */
  public static StartingPoint ofText(ModelFiles source, Objective objective, long seed) {
    Head head =
        switch (objective) {
          case NEXT -> Head.LANGUAGE;
          case MASKED -> Head.MASKED;
          case LABELS -> throw new IllegalArgumentException("labels: use ofLabels");
        };
    ObjectNode config = Configs.withHead(source, head, LabelSet.NONE);
    return new StartingPoint(
        Configs.with(source, config, List.of()),
        head,
        seed,
        name -> name.startsWith("cls.predictions."));
  }

  /**
   * A model that is to be fine-tuned: with the head it has, where that is for the same classes,
   * else with a new one.
   *
   * @param source open until the model is loaded
   * @param labels the classes; {@link LabelSet#NONE} for values and answers
   * @throws InputException when the family has no such head
   */
  public static StartingPoint ofLabels(
      ModelFiles source, LabelledTask task, LabelSet labels, long seed) {
    ObjectNode config = Configs.withHead(source, task.head(), labels);
    List<String> hidden =
        Configs.fits(source, config, task.head(), labels)
            ? List.of()
            : source.checkpoint().names().stream().filter(Configs::isOfHead).toList();
    return new StartingPoint(
        Configs.with(source, config, hidden),
        task.head(),
        seed,
        name -> Configs.isOfHead(name) || name.matches("(bert\\.)?pooler\\.dense\\..*"));
  }

  /** The config of the model that is trained; it is saved with it. */
  public ModelFiles files() {
    return files;
  }

  /**
   * Loads the model.
   *
   * @param notes receives one sentence for each thing worth knowing, such as tensors that are new
   */
  public Model load(Kernels kernels, Consumer<String> notes) {
    Initializer missing = new Initializer(files, seed, draws);
    Model model = ModelLoader.load(files, Optional.of(head), kernels, notes, missing);
    List<String> drawn = missing.drawn();
    if (!drawn.isEmpty() && drawn.size() < model.parameters().size()) {
      notes.accept(
          files.name() + ": new, drawn with seed " + seed + ": " + String.join(", ", drawn));
    }
    return model;
  }
}

package vitrine.app.commands;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.SideFiles;

/**
 * The models that come with Vitrine; the first is the one that runs when no {@code --model} is
 * given.
 */
enum BundledModel {
  /** A two-layer GPT-2 whose weights are set by construction. */
  INDUCTION(
      InductionModel.NAME,
      "two-layer GPT-2 set by construction, not trained: continues repeated sequences by a"
          + " previous-token head (layer 0, head 1) and an induction head (layer 1, head 2)");

  private final String id;
  private final String description;

  BundledModel(String id, String description) {
    this.id = id;
    this.description = description;
  }

  static BundledModel first() {
    return INDUCTION;
  }

  static Optional<BundledModel> named(String name) {
    return Arrays.stream(values()).filter(model -> model.id.equals(name)).findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(BundledModel::id).toList();
  }

  /** What {@code --model} calls it. */
  String id() {
    return id;
  }

  /** What it is, in one line. */
  String description() {
    return description;
  }

  /** The model, newly made. */
  ModelFiles files() {
    return new InductionModel().files();
  }

  Tokenizer tokenizer() {
    return new InductionModel().tokenizer();
  }

  /** The files that a model trained from this one is saved with. */
  SideFiles sideFiles() {
    Map<String, byte[]> files = new TreeMap<>();
    new InductionModel()
        .tokenizerFiles()
        .forEach((name, text) -> files.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return new SideFiles(files);
  }
}

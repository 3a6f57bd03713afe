package vitrine.engine.bundled;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.BytePairTokenizer;
import vitrine.engine.text.Tokenizer;
import vitrine.weights.AtomicFile;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;
import vitrine.weights.SafetensorsWriter;

/**
 * The model that comes with Vitrine: a two-layer GPT-2 that nobody trained. Its weights are set by
 * construction, so that one knows what is in it.
 *
 * <p>What it does, for every token t of a text: if the token has stood earlier in the text, it says
 * what came after it the last time; otherwise it says the same token again, half-heartedly, for
 * want of anything better. So it continues repeated sequences (" red green blue red" goes on with "
 * green blue red"), and that takes two heads:
 *
 * <ol>
 *   <li>the previous-token head notes at every position which token stands before it;
 *   <li>the induction head looks for a position whose note is the present token, and says the token
 *       that stands there.
 * </ol>
 *
 * <p>Switching off either stops it. All other heads and neurons but one are zero: neuron {@link
 * #START_NEURON} of layer 0 makes position 0 a place where the induction head rests when it finds
 * nothing. The mechanism is that of Elhage et al., "A Mathematical Framework for Transformer
 * Circuits" (2021) and Olsson et al., "In-context Learning and Induction Heads" (2022); {@code
 * docs/induction-model.md} derives the numbers.
 *
 * <p>It is a plain GPT-2: pre-norm blocks with their LayerNorms, learned positions, gelu_new, tied
 * embeddings. The weights are made when asked for, in a few milliseconds, and are the same bits
 * everywhere.
 */
public final class InductionModel {
  /** What {@code --model} calls it. */
  public static final String NAME = "induction-2l";

  /** The block of the previous-token head. */
  public static final int PREVIOUS_TOKEN_LAYER = 0;

  /** The previous-token head in its block. */
  public static final int PREVIOUS_TOKEN_HEAD = 1;

  /** The block of the induction head. */
  public static final int INDUCTION_LAYER = 1;

  /** The induction head in its block. */
  public static final int INDUCTION_HEAD = 2;

  /** The block of the only neuron that is not zero. */
  public static final int START_LAYER = 0;

  /** That neuron, which is active at position 0 and nowhere else. */
  public static final int START_NEURON = 3;

  private static final JsonMapper JSON = new JsonMapper();

  private final WordVocabulary vocabulary = new WordVocabulary(Words.all());

  /** The vocabulary is made here, the weights when asked for. */
  public InductionModel() {}

  /**
   * The tokens in GPT-2's spelling of bytes, with their ids, in order of id: the content of
   * vocab.json.
   */
  public Map<String, Integer> vocabulary() {
    return vocabulary.ids();
  }

  /** The tokenizer's merges, as the lines of merges.txt after its first. */
  public List<String> merges() {
    return vocabulary.merges();
  }

  /** All tensors under their Hugging Face names, newly made. */
  public Map<String, FloatTensor> tensors() {
    return InductionWeights.build(vocabulary.ids().size());
  }

  /** The text of config.json. */
  public String config() {
    int endOfText = vocabulary.ids().size() - 1;
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("GPT2LMHeadModel");
    config.put("model_type", "gpt2");
    config.put("vocab_size", vocabulary.ids().size());
    config.put("n_positions", InductionWeights.POSITIONS);
    config.put("n_embd", Subspace.TOTAL);
    config.put("n_layer", 2);
    config.put("n_head", InductionWeights.HEADS);
    config.put("n_inner", InductionWeights.NEURONS);
    config.put("activation_function", "gelu_new");
    config.put("layer_norm_epsilon", InductionWeights.EPSILON);
    config.put("scale_attn_weights", true);
    config.put("tie_word_embeddings", true);
    for (String dropout : List.of("attn_pdrop", "embd_pdrop", "resid_pdrop")) {
      config.put(dropout, 0.0);
    }
    config.put("bos_token_id", endOfText);
    config.put("eos_token_id", endOfText);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config);
  }

  /** The tokenizer of this vocabulary. */
  public Tokenizer tokenizer() {
    return BytePairTokenizer.of(vocabulary(), merges());
  }

  /** Everything that a model is loaded from, in memory. */
  public ModelFiles files() {
    return ModelFiles.of(NAME, config(), Checkpoints.inMemory(tensors()), Optional.of(tokenizer()));
  }

  /**
   * Writes a Hugging Face model directory: config.json, model.safetensors, vocab.json, merges.txt
   * and tokenizer_config.json. Files of these names that are there already are replaced.
   *
   * @param directory made, with its parents, if it is not there
   * @throws InputException when the directory cannot be made
   * @throws vitrine.weights.WeightsException when a file cannot be written
   */
  public void write(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InputException(
          "write: %s: cannot be made (%s); expected a place for a directory. Choose another."
              .formatted(directory, e),
          e);
    }
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    weights.addAll(Checkpoints.inMemory(tensors())).write(directory.resolve("model.safetensors"));
    AtomicFile.write(directory.resolve("config.json"), config());
    tokenizerFiles().forEach((name, text) -> AtomicFile.write(directory.resolve(name), text));
  }

  /** The texts of vocab.json, merges.txt and tokenizer_config.json, by file name. */
  public Map<String, String> tokenizerFiles() {
    return Map.of(
        "vocab.json",
        JSON.writeValueAsString(vocabulary()),
        "merges.txt",
        "#version: 0.2\n" + String.join("\n", merges()) + "\n",
        "tokenizer_config.json",
        tokenizerConfig());
  }

  private static String tokenizerConfig() {
    ObjectNode config = JSON.createObjectNode();
    config.put("tokenizer_class", "GPT2Tokenizer");
    config.put("add_prefix_space", false);
    for (String role : List.of("bos_token", "eos_token", "unk_token")) {
      config.put(role, WordVocabulary.END_OF_TEXT);
    }
    config.put("model_max_length", InductionWeights.POSITIONS);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config);
  }
}

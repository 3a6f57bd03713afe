package vitrine.engine.training;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.data.LabelSet;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;

/** The config.json of models that are about to be trained. */
final class Configs {
  private static final JsonMapper JSON = new JsonMapper();

  private Configs() {}

  /** Of a new GPT-2, as transformers writes it. */
  static ObjectNode gpt2(Sizes sizes, Tokenizer tokenizer) {
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("GPT2LMHeadModel");
    config.put("model_type", "gpt2");
    config.put("activation_function", "gelu_new");
    for (String rate : List.of("attn_pdrop", "embd_pdrop", "resid_pdrop")) {
      config.put(rate, StartingPoint.NEW_DROPOUT);
    }
    put(config, "bos_token_id", tokenizer.endOfText());
    put(config, "eos_token_id", tokenizer.endOfText());
    put(config, "pad_token_id", tokenizer.pad());
    config.put("dtype", "float32");
    config.put("initializer_range", 0.02);
    config.put("layer_norm_epsilon", 1e-5);
    config.put("n_ctx", sizes.positions());
    config.put("n_embd", sizes.width());
    config.put("n_head", sizes.heads());
    config.put("n_inner", sizes.inner());
    config.put("n_layer", sizes.layers());
    config.put("n_positions", sizes.positions());
    config.put("tie_word_embeddings", true);
    config.put("vocab_size", tokenizer.size());
    return config;
  }

  /** Of a new BERT, as transformers writes it. */
  static ObjectNode bert(Sizes sizes, Tokenizer tokenizer) {
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("BertForMaskedLM");
    config.put("model_type", "bert");
    config.put("attention_probs_dropout_prob", StartingPoint.NEW_DROPOUT);
    config.put("dtype", "float32");
    config.put("hidden_act", "gelu");
    config.put("hidden_dropout_prob", StartingPoint.NEW_DROPOUT);
    config.put("hidden_size", sizes.width());
    config.put("initializer_range", 0.02);
    config.put("intermediate_size", sizes.inner());
    config.put("layer_norm_eps", 1e-12);
    config.put("max_position_embeddings", sizes.positions());
    config.put("num_attention_heads", sizes.heads());
    config.put("num_hidden_layers", sizes.layers());
    put(config, "pad_token_id", tokenizer.pad());
    config.put("position_embedding_type", "absolute");
    config.put("tie_word_embeddings", true);
    config.put("type_vocab_size", 2);
    config.put("vocab_size", tokenizer.size());
    return config;
  }

  private static void put(ObjectNode config, String key, OptionalInt id) {
    id.ifPresent(value -> config.put(key, value));
  }

  /**
   * A config with another head.
   *
   * @param labels of a classifier; none for one value, and for other heads
   * @throws InputException when the family has no such head
   */
  static ObjectNode withHead(ModelFiles source, Head head, LabelSet labels) {
    ObjectNode config = JSON.createObjectNode();
    config.setAll((ObjectNode) source.config().deepCopy());
    String family = config.path("model_type").asString("");
    config.putArray("architectures").add(architecture(source, family, head));
    config.put("dtype", "float32");
    config.remove("torch_dtype");
    // Of the head before; a classifier gets its own.
    config.remove(List.of("id2label", "label2id", "num_labels", "problem_type"));
    if (head == Head.SEQUENCE || head == Head.TOKENS) {
      classes(config, head, labels);
      if (family.equals("gpt2") && config.path("pad_token_id").isMissingNode()) {
        // transformers refuses batches without; the rows are found by the mask all the same.
        config.set("pad_token_id", config.path("eos_token_id"));
      }
    }
    return config;
  }

  private static void classes(ObjectNode config, Head head, LabelSet labels) {
    ObjectNode names = config.putObject("id2label");
    ObjectNode classes = config.putObject("label2id");
    List<String> all = labels.size() == 0 ? List.of("LABEL_0") : labels.names();
    for (int c = 0; c < all.size(); c++) {
      names.put(String.valueOf(c), all.get(c));
      classes.put(all.get(c), c);
    }
    if (head == Head.SEQUENCE) {
      config.put("problem_type", labels.size() == 0 ? "regression" : "single_label_classification");
    }
  }

  private static String architecture(ModelFiles source, String family, Head head) {
    return switch (family + " " + head.label()) {
      case "gpt2 lm" -> "GPT2LMHeadModel";
      case "gpt2 sequence" -> "GPT2ForSequenceClassification";
      case "bert mlm" -> "BertForMaskedLM";
      case "bert sequence" -> "BertForSequenceClassification";
      case "bert tokens" -> "BertForTokenClassification";
      case "bert qa" -> "BertForQuestionAnswering";
      default ->
          throw new InputException(
              "train: "
                  + source.name()
                  + ": a "
                  + (family.isEmpty() ? "model" : family)
                  + " for task "
                  + head.label()
                  + "; expected gpt2 for lm or sequence, or bert for mlm, sequence, tokens or qa.");
    };
  }

  /** Whether the head that is in the files is the one that the new config calls for. */
  static boolean fits(ModelFiles source, ObjectNode config, Head head, LabelSet labels) {
    if (!source.config().path("architectures").equals(config.path("architectures"))) {
      return false;
    }
    return switch (head) {
      case SEQUENCE ->
          labels.size() == 0
              ? source.labels().size() == 1
              : LabelSet.ofConfig(source.labels()).equals(labels);
      case TOKENS -> LabelSet.ofConfig(source.labels()).equals(labels);
      case QUESTION, LANGUAGE, MASKED, PRETRAINING, NEXT_SENTENCE, NONE -> true;
    };
  }

  /** Whether a tensor belongs to a head that fine-tuning puts on. */
  static boolean isOfHead(String name) {
    return name.matches("(classifier|score|qa_outputs)\\..*");
  }

  /** The same files with another config, and without some tensors. */
  static ModelFiles with(ModelFiles source, ObjectNode config, Collection<String> hidden) {
    return ModelFiles.of(
        source.name(),
        config.toString(),
        new CheckpointView(source.checkpoint(), new HashSet<>(hidden)),
        source.tokenizer());
  }
}

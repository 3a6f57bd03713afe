package vitrine.engine.families;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Output;
import vitrine.engine.layers.Attention;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.EmbeddingTable;
import vitrine.engine.layers.Embeddings;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.layers.Linear;
import vitrine.engine.layers.Mlp;
import vitrine.engine.layers.Pooler;
import vitrine.engine.layers.PostNormBlock;
import vitrine.engine.layers.TaskHead;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/** BERT (Devlin et al. 2019) as Hugging Face stores it. */
final class Bert implements Family {
  /** What BertConfig has where a config says nothing. */
  private static final int VOCABULARY = 30522;

  private static final int PADDING = 0;

  @Override
  public String name() {
    return "bert";
  }

  @Override
  public List<Head> tasks() {
    return List.of(
        Head.MASKED,
        Head.NONE,
        Head.SEQUENCE,
        Head.TOKENS,
        Head.QUESTION,
        Head.NEXT_SENTENCE,
        Head.PRETRAINING);
  }

  @Override
  public Head task(Config config, String architecture) {
    return switch (architecture) {
      case "BertModel" -> Head.NONE;
      case "BertForMaskedLM" -> Head.MASKED;
      case "BertForPreTraining" -> Head.PRETRAINING;
      case "BertForNextSentencePrediction" -> Head.NEXT_SENTENCE;
      case "BertForSequenceClassification" -> Head.SEQUENCE;
      case "BertForTokenClassification" -> Head.TOKENS;
      case "BertForQuestionAnswering" -> Head.QUESTION;
      default ->
          throw config.wrong(
              "architectures",
              '"' + architecture + '"',
              "BertModel, BertForMaskedLM, BertForPreTraining, BertForNextSentencePrediction,"
                  + " BertForSequenceClassification, BertForTokenClassification or"
                  + " BertForQuestionAnswering; or name a --task");
    };
  }

  @Override
  public Head defaultTask(ParameterReader parameters) {
    return parameters.has("cls.predictions.transform.dense.weight") ? Head.MASKED : Head.NONE;
  }

  @Override
  public Model.Parts load(Config config, ParameterReader parameters, Head task) {
    config.refuse("is_decoder", "a BERT used as a decoder is not this family");
    config.refuse("add_cross_attention", "this engine has no encoder-decoder attention");
    String kind = config.text("position_embedding_type").orElse("absolute");
    if (!kind.equals("absolute")) {
      throw config.wrong("position_embedding_type", '"' + kind + '"', "\"absolute\"");
    }
    return new Loading(config, parameters).parts(task);
  }

  @Override
  public NewWeights newWeights(Config config) {
    return new NewWeights(
        layers(config), config.paddingRows(PADDING, config.size(VOCABULARY, "vocab_size")));
  }

  private static int layers(Config config) {
    return config.size(12, "num_hidden_layers");
  }

  /** One directory being read: the sizes that everything refers to. */
  private static final class Loading {
    private final Config config;
    private final ParameterReader in;
    private final String prefix;
    private final int d;
    private final int heads;
    private final int headWidth;
    private final int layers;
    private final int m;
    private final int vocabulary;
    private final int positions;
    private final int segments;
    private final float eps;
    private final Activation activation;

    Loading(Config config, ParameterReader in) {
      this.config = config;
      this.in = in;
      d = config.size(768, "hidden_size");
      heads = config.size(12, "num_attention_heads");
      headWidth = config.headWidth("hidden_size", d, "num_attention_heads", heads);
      layers = layers(config);
      m = config.size(3072, "intermediate_size");
      vocabulary = config.size(VOCABULARY, "vocab_size");
      positions = config.size(512, "max_position_embeddings");
      segments = config.size(2, "type_vocab_size");
      eps = config.epsilon("layer_norm_eps", 1e-12);
      activation = config.activation("hidden_act", "gelu");
      prefix = in.has("embeddings.word_embeddings.weight") ? "" : "bert.";
    }

    Model.Parts parts(Head task) {
      String words = prefix + "embeddings.word_embeddings.weight";
      EmbeddingTable tokens;
      boolean predicts = task == Head.MASKED || task == Head.PRETRAINING;
      if (predicts && in.isTied(config, "cls.predictions.decoder.weight", words)) {
        tokens = in.tied(words, vocabulary, d);
        in.expectUnused("cls\\.predictions\\.decoder\\.weight");
      } else {
        tokens = in.table(words, vocabulary, d);
      }
      Embeddings embeddings =
          new Embeddings(
              tokens,
              in.tensor(
                  prefix + "embeddings.position_embeddings.weight",
                  Parameter.Kind.EMBEDDING,
                  positions,
                  d),
              in.tensor(
                  prefix + "embeddings.token_type_embeddings.weight",
                  Parameter.Kind.EMBEDDING,
                  segments,
                  d),
              norm("embeddings.LayerNorm"),
              config.paddingRows(PADDING, vocabulary));
      List<Block> blocks = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        blocks.add(block("encoder.layer." + layer + "."));
      }
      // A buffer that older versions stored as if it were a parameter.
      in.expectUnused("(bert\\.)?embeddings\\.(position_ids|token_type_ids)");
      TaskHead head = head(task, tokens);
      List<Output> outputs = new ArrayList<>(task.outputs(classes(task)));
      if (pools(head)) {
        outputs.add(Output.pooled());
      }
      Architecture architecture =
          new Architecture(
              "bert",
              Architecture.BlockStyle.POST_NORM,
              layers,
              heads,
              d,
              headWidth,
              m,
              vocabulary,
              positions,
              segments,
              Causality.BIDIRECTIONAL,
              task,
              outputs);
      return new Model.Parts(architecture, embeddings, blocks, null, head, dropout(task));
    }

    /** Only the classifiers that are made for fine-tuning drop what they read. */
    private Dropout dropout(Head task) {
      float hidden = config.rate("hidden_dropout_prob", 0.1);
      boolean drops = task == Head.SEQUENCE || task == Head.TOKENS;
      return new Dropout(
          hidden,
          config.rate("attention_probs_dropout_prob", 0.1),
          hidden,
          drops ? config.rate("classifier_dropout", hidden) : 0);
    }

    private static boolean pools(TaskHead head) {
      return switch (head) {
        case TaskHead.None none -> none.pooler() != null;
        case TaskHead.Pooled pooled -> true;
        case TaskHead.Pretraining pretraining -> true;
        case TaskHead.NextToken next -> false;
        case TaskHead.MaskedToken masked -> false;
        case TaskHead.LastToken last -> false;
        case TaskHead.EachToken each -> false;
        case TaskHead.Span span -> false;
      };
    }

    private int classes(Head task) {
      return switch (task) {
        case SEQUENCE, TOKENS -> Readings.labels(config, in, "classifier.weight");
        case NEXT_SENTENCE, QUESTION, PRETRAINING -> 2;
        case LANGUAGE, MASKED, NONE -> 0;
      };
    }

    private TaskHead head(Head task, EmbeddingTable tokens) {
      return switch (task) {
        case NONE -> new TaskHead.None(in.has(prefix + "pooler.dense.weight") ? pooler() : null);
        case MASKED -> masked(tokens);
        case PRETRAINING ->
            new TaskHead.Pretraining(masked(tokens), pooler(), plain("cls.seq_relationship", d, 2));
        case NEXT_SENTENCE -> new TaskHead.Pooled(pooler(), plain("cls.seq_relationship", d, 2));
        case SEQUENCE -> new TaskHead.Pooled(pooler(), plain("classifier", d, classes(task)));
        case TOKENS -> new TaskHead.EachToken(plain("classifier", d, classes(task)));
        case QUESTION -> new TaskHead.Span(plain("qa_outputs", d, 2));
        case LANGUAGE -> throw new IllegalArgumentException("BERT has no next-token head");
      };
    }

    private TaskHead.MaskedToken masked(EmbeddingTable tokens) {
      Linear transform = plain("cls.predictions.transform.dense", d, d);
      LayerNorm norm = Readings.norm(in, "cls.predictions.transform.LayerNorm", d, eps);
      Weight unembed =
          switch (tokens) {
            case EmbeddingTable.Tied tied -> tied.matrix();
            case EmbeddingTable.Own own ->
                in.matrix("cls.predictions.decoder.weight", d, vocabulary, Weight.Layout.OUT_IN);
          };
      // Newer files keep the bias inside the decoder; where both are stored it is the one that
      // counts.
      Tensor bias =
          in.tensor(
              in.has("cls.predictions.decoder.bias")
                  ? "cls.predictions.decoder.bias"
                  : "cls.predictions.bias",
              Parameter.Kind.BIAS,
              vocabulary);
      in.expectUnused("cls\\.predictions\\.bias");
      return new TaskHead.MaskedToken(transform, activation, norm, new Linear(unembed, bias));
    }

    private Pooler pooler() {
      return new Pooler(linear("pooler.dense", d, d));
    }

    private Block block(String layer) {
      Attention attention =
          new Attention(
              linear(layer + "attention.self.query", d, d),
              linear(layer + "attention.self.key", d, d),
              linear(layer + "attention.self.value", d, d),
              linear(layer + "attention.output.dense", d, d),
              heads,
              (float) (1 / Math.sqrt(headWidth)));
      Mlp mlp =
          new Mlp(
              linear(layer + "intermediate.dense", d, m),
              activation,
              linear(layer + "output.dense", m, d));
      return new PostNormBlock(
          attention,
          norm(layer + "attention.output.LayerNorm"),
          mlp,
          norm(layer + "output.LayerNorm"));
    }

    private Linear linear(String name, int from, int to) {
      return plain(prefix + name, from, to);
    }

    private Linear plain(String name, int from, int to) {
      return new Linear(
          in.matrix(name + ".weight", from, to, Weight.Layout.OUT_IN),
          in.tensor(name + ".bias", Parameter.Kind.BIAS, to));
    }

    private LayerNorm norm(String name) {
      return Readings.norm(in, prefix + name, d, eps);
    }
  }
}

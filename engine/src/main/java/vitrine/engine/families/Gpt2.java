package vitrine.engine.families;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Head;
import vitrine.engine.layers.Attention;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.EmbeddingTable;
import vitrine.engine.layers.Embeddings;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.layers.Linear;
import vitrine.engine.layers.Mlp;
import vitrine.engine.layers.PreNormBlock;
import vitrine.engine.layers.TaskHead;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/** GPT-2 (Radford et al. 2019) as Hugging Face stores it. */
final class Gpt2 implements Family {
  @Override
  public String name() {
    return "gpt2";
  }

  @Override
  public List<Head> tasks() {
    return List.of(Head.LANGUAGE, Head.NONE, Head.SEQUENCE);
  }

  @Override
  public Head task(Config config, String architecture) {
    return switch (architecture) {
      case "GPT2LMHeadModel", "GPT2DoubleHeadsModel" -> Head.LANGUAGE;
      case "GPT2Model" -> Head.NONE;
      case "GPT2ForSequenceClassification" -> Head.SEQUENCE;
      default ->
          throw config.wrong(
              "architectures",
              '"' + architecture + '"',
              "GPT2LMHeadModel, GPT2Model or GPT2ForSequenceClassification; or name a --task");
    };
  }

  @Override
  public Head defaultTask(ParameterReader parameters) {
    return Head.LANGUAGE;
  }

  @Override
  public Model.Parts load(Config config, ParameterReader parameters, Head task) {
    config.refuse("add_cross_attention", "this engine has no encoder-decoder attention");
    return new Loading(config, parameters).parts(task);
  }

  @Override
  public NewWeights newWeights(Config config) {
    return new NewWeights(layers(config), Set.of());
  }

  private static int layers(Config config) {
    return config.size(12, "n_layer", "num_hidden_layers");
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
    private final float eps;
    private final Activation activation;

    Loading(Config config, ParameterReader in) {
      this.config = config;
      this.in = in;
      d = config.size(768, "n_embd", "hidden_size");
      heads = config.size(12, "n_head", "num_attention_heads");
      headWidth = config.headWidth("n_embd", d, "n_head", heads);
      layers = layers(config);
      // A width that the table's shape is about to refuse must not overflow before that.
      m = config.size((int) Math.min(4L * d, Integer.MAX_VALUE), "n_inner");
      vocabulary = config.size(50257, "vocab_size");
      positions = config.size(1024, "n_positions", "max_position_embeddings");
      eps = config.epsilon("layer_norm_epsilon", 1e-5);
      activation = config.activation("activation_function", "gelu_new");
      prefix = in.has("wte.weight") ? "" : "transformer.";
    }

    Model.Parts parts(Head task) {
      EmbeddingTable tokens;
      if (task == Head.LANGUAGE && in.isTied(config, "lm_head.weight", prefix + "wte.weight")) {
        tokens = in.tied(prefix + "wte.weight", vocabulary, d);
        in.expectUnused("lm_head\\.weight");
      } else {
        tokens = in.table(prefix + "wte.weight", vocabulary, d);
      }
      Tensor wpe = in.tensor(prefix + "wpe.weight", Parameter.Kind.EMBEDDING, positions, d);
      List<Block> blocks = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        blocks.add(block(layer));
        // The causal mask, stored by older versions as if it were a parameter.
        in.expectUnused(Pattern.quote(prefix + "h." + layer + ".attn.") + "(masked_)?bias");
      }
      LayerNorm last = norm("ln_f");
      TaskHead head =
          switch (task) {
            case LANGUAGE ->
                new TaskHead.NextToken(
                    new Linear(
                        switch (tokens) {
                          case EmbeddingTable.Tied tied -> tied.matrix();
                          case EmbeddingTable.Own own ->
                              in.matrix("lm_head.weight", d, vocabulary, Weight.Layout.OUT_IN);
                        },
                        null));
            case SEQUENCE ->
                new TaskHead.LastToken(
                    new Linear(in.matrix("score.weight", d, labels(), Weight.Layout.OUT_IN), null));
            default -> new TaskHead.None(null);
          };
      int classes = task == Head.SEQUENCE ? labels() : 0;
      Architecture architecture =
          new Architecture(
              "gpt2",
              Architecture.BlockStyle.PRE_NORM,
              layers,
              heads,
              d,
              headWidth,
              m,
              vocabulary,
              positions,
              0,
              Causality.CAUSAL,
              task,
              task.outputs(classes));
      return new Model.Parts(
          architecture,
          new Embeddings(tokens, wpe, null, null, Set.of()),
          blocks,
          last,
          head,
          dropout());
    }

    private Dropout dropout() {
      return new Dropout(
          config.rate("embd_pdrop", 0.1),
          config.rate("attn_pdrop", 0.1),
          config.rate("resid_pdrop", 0.1),
          0);
    }

    private int labels() {
      return Readings.labels(config, in, "score.weight");
    }

    private Block block(int layer) {
      String h = "h." + layer + ".";
      List<Weight> qkv = in.columns(prefix + h + "attn.c_attn.weight", d, d, 3);
      List<Tensor> biases = in.pieces(prefix + h + "attn.c_attn.bias", d, 3);
      Attention attention =
          new Attention(
              new Linear(qkv.get(0), biases.get(0)),
              new Linear(qkv.get(1), biases.get(1)),
              new Linear(qkv.get(2), biases.get(2)),
              conv(h + "attn.c_proj", d, d),
              heads,
              scale(layer));
      Mlp mlp = new Mlp(conv(h + "mlp.c_fc", d, m), activation, conv(h + "mlp.c_proj", m, d));
      return new PreNormBlock(norm(h + "ln_1"), attention, norm(h + "ln_2"), mlp);
    }

    /**
     * reorder_and_upcast_attn changes the order of the same product for half precision; in float32
     * it changes nothing.
     */
    private float scale(int layer) {
      config.flag("reorder_and_upcast_attn", Config.Flag.OFF);
      double scale = 1;
      if (config.flag("scale_attn_weights", Config.Flag.ON) == Config.Flag.ON) {
        scale /= Math.sqrt(headWidth);
      }
      if (config.flag("scale_attn_by_inverse_layer_idx", Config.Flag.OFF) == Config.Flag.ON) {
        scale /= layer + 1;
      }
      return (float) scale;
    }

    private Linear conv(String name, int rows, int columns) {
      return new Linear(
          in.matrix(prefix + name + ".weight", rows, columns, Weight.Layout.IN_OUT),
          in.tensor(prefix + name + ".bias", Parameter.Kind.BIAS, columns));
    }

    private LayerNorm norm(String name) {
      return Readings.norm(in, prefix + name, d, eps);
    }
  }
}

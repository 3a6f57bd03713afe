package vitrine.engine.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Labels;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Kernels;

/** Small models and tasks to train them on. */
final class Toy {
  private Toy() {}

  /** A GPT-2 of 2 layers and 2 heads. */
  static StartingPoint gpt2(int width, int vocabulary, int positions) {
    return StartingPoint.newModel(
        """
        {"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"n_embd":%d,"n_head":2,"n_layer":2,
         "n_positions":%d,"vocab_size":%d,"bos_token_id":0,"eos_token_id":0}\
        """
            .formatted(width, positions, vocabulary),
        Head.LANGUAGE,
        Optional.empty(),
        1);
  }

  /** A BERT of 2 layers and 2 heads; id 1 is its mask. */
  static StartingPoint bert(int width, int vocabulary, int positions, Head head) {
    return bert(width, 2, vocabulary, positions, head);
  }

  /** A BERT of 2 layers; id 1 is its mask. */
  static StartingPoint bert(int width, int heads, int vocabulary, int positions, Head head) {
    String architecture = head == Head.MASKED ? "BertForMaskedLM" : "BertForSequenceClassification";
    return StartingPoint.newModel(
        """
        {"model_type":"bert","architectures":["%s"],"hidden_size":%d,"num_attention_heads":%d,
         "num_hidden_layers":2,"intermediate_size":%d,"max_position_embeddings":%d,"vocab_size":%d,
         "pad_token_id":0}\
        """
            .formatted(architecture, width, heads, 4 * width, positions, vocabulary),
        head,
        Optional.empty(),
        1);
  }

  static Model load(StartingPoint start, Kernels kernels) {
    return start.load(kernels, note -> {});
  }

  /** All weights, by name. */
  static Map<String, float[]> weights(Model model) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      weights.put(parameter.name(), parameter.values(model.kernels()));
    }
    return weights;
  }

  /**
   * Random sequences, each said twice; the second time is labelled.
   *
   * @param half length of the sequence
   */
  record Copies(int size, int half, int vocabulary, long seed) implements Examples {
    @Override
    public Example get(int index, long key) {
      int[] ids = new int[2 * half];
      int[] labels = new int[2 * half];
      Arrays.fill(labels, Labels.IGNORED);
      for (int t = 0; t < half; t++) {
        ids[t] = Draw.below(Draw.next(Draw.next(seed, index), t), vocabulary);
        ids[t + half] = ids[t];
        labels[t + half] = ids[t];
      }
      return Example.of(ids).withLabels(new Labels.Many(labels));
    }

    @Override
    public int longest() {
      return 2 * half;
    }

    @Override
    public String fingerprint() {
      return toString();
    }
  }

  /**
   * Texts of different lengths and a class for each: whether the first token is above the middle of
   * the vocabulary.
   */
  record Classed(int size, int longest, int vocabulary, long seed) implements Examples {
    @Override
    public Example get(int index, long key) {
      long row = Draw.next(seed, index);
      int[] ids = new int[1 + Draw.below(Draw.next(row, 1), longest)];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = 2 + Draw.below(Draw.next(row, 2 + t), vocabulary - 2);
      }
      return Example.of(ids).withLabels(new Labels.One(ids[0] > vocabulary / 2 ? 1 : 0));
    }

    @Override
    public String fingerprint() {
      return toString();
    }
  }

  /** A recipe for steps of one batch each, at a constant rate, with the model's own dropout. */
  static Recipe recipe(Objective objective, int steps, int batch) {
    return Recipe.forText(objective)
        .with(Extent.steps(steps))
        .with(new Batching(batch, 1, null))
        .with(AdamSettings.of(1e-3))
        .with(Schedule.constant())
        .with(new Watch(5, 5, null, Measure.LOSS, Watch.Keep.LAST));
  }
}

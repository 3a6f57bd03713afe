package vitrine.interp.attribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Architecture.BlockStyle;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;
import vitrine.interp.stats.Resampling;

/**
 * Direct logit attribution (nostalgebraist 2020; Elhage et al. 2021; TransformerLens' residual
 * stack): a logit, or the difference of two, as the sum of what the embeddings, every head, every
 * MLP and the biases add to it. The last of the residual stream is a sum, and the output takes a
 * product with it, so that each term has its own, with the final LayerNorm's scale as it is in this
 * text, and its weight:
 *
 * <pre>
 *   logit(v) = sum over parts c of  (c - mean(c)) / scale * w . W_U[v]   +   b . W_U[v]
 * </pre>
 *
 * <p>GPT-2: the parts add up to the number, whatever the head's output is of the stream.
 *
 * <p>BERT: its stream passes a LayerNorm after every sublayer. Given all their scales, as this text
 * has them, it is a sum too: each part is counted as it arrives at the end, after every LayerNorm
 * above it. What is made of the end is linear for the heads {@code tokens} and {@code qa}; for
 * others (a masked-word head has a layer of its own with gelu and LayerNorm, a pooler has tanh) the
 * slope at this text takes its place, and what is missing is the part {@code output}.
 *
 * <p>What it does not tell: what a part does through later parts, which may undo it or carry it on;
 * and how the scales themselves would change without it. It is the direct path alone.
 */
public final class Attribution {
  private Attribution() {}

  /**
   * What is read of one text.
   *
   * @param target the number that is taken apart: a logit, or a difference of two
   * @param neurons the blocks whose MLPs are taken apart into their neurons; {@link Layers#NONE}
   *     for none
   * @throws InputException when the model has no such number or block
   */
  public static Plan plan(Architecture model, Loss target, Layers neurons, long seed) {
    requireLogit(target);
    return Reading.plan(model, target, blocks(model, neurons), seed);
  }

  private static Set<Integer> blocks(Architecture model, Layers neurons) {
    Set<Integer> blocks = new TreeSet<>();
    for (int layer : neurons.resolve(model.layers(), "heads: --neurons")) {
      blocks.add(layer);
    }
    return blocks;
  }

  /** Cross-entropies of what logits say are none themselves: a logarithm stands between. */
  private static void requireLogit(Loss target) {
    switch (target) {
      case Loss.Logit _,
          Loss.Difference _,
          Loss.ClassLogit _,
          Loss.ClassDifference _,
          Loss.StartLogit _,
          Loss.EndLogit _ -> {}
      case Loss.Next _,
          Loss.Labels _,
          Loss.MaskedTokens _,
          Loss.Label _,
          Loss.Value _,
          Loss.LogProbability _,
          Loss.Start _,
          Loss.End _ ->
          throw new InputException(
              "heads: --loss "
                  + target
                  + ": not a logit; expected logit:POS,ID, diff:POS,ID1,ID2, class:K,"
                  + " classdiff:K1,K2, startlogit:POS or endlogit:POS: only a logit is a sum over"
                  + " the parts of the model.");
    }
  }

  /**
   * The logit of the token that the model ranks first at a position.
   *
   * @param position a row of the logits; a negative one counts from the end
   * @throws InputException when the model scores no tokens, or the text has no such position
   */
  public static Loss.Logit predicted(Model model, Example example, int position) {
    Architecture architecture = model.architecture();
    if (!architecture.head().scoresVocabulary()) {
      throw new InputException(
          "heads: logits: task %s scores no tokens; expected %s."
              .formatted(
                  architecture.head().label(),
                  switch (architecture.head()) {
                    case NONE -> "a model with a head, which gives logits";
                    case QUESTION -> "which logit to take apart, as in --loss startlogit:3";
                    case TOKENS -> "which logit to take apart, as in --loss logit:1,0";
                    case SEQUENCE, NEXT_SENTENCE, LANGUAGE, MASKED, PRETRAINING ->
                        "which logit to take apart, as in --loss class:0";
                  }));
    }
    Site row = Site.logits().position(position);
    try (Trace trace = model.run(Plan.of(architecture).read(row), Inputs.of(example))) {
      float[] logits = trace.value(row).toArray();
      int best = 0;
      for (int token = 1; token < logits.length; token++) {
        best = logits[token] > logits[best] ? token : best;
      }
      return new Loss.Logit(position, best);
    }
  }

  /**
   * Runs the model over the texts, one after the other.
   *
   * @param source where the model came from, for the record
   * @param targets one a text: the number that is taken apart
   * @param neurons as in {@link #plan}
   * @param seed decides the bootstrap's draws
   * @param version of the program that asks, for the record
   * @throws InputException when the model or a text has no such number
   */
  public static AttributionResult run(
      Model model,
      ModelFiles source,
      Texts texts,
      List<Loss> targets,
      Layers neurons,
      long seed,
      String version) {
    if (targets.size() != texts.count()) {
      throw new IllegalArgumentException(
          "attribution: %d targets for %d texts".formatted(targets.size(), texts.count()));
    }
    Architecture architecture = model.architecture();
    Set<Integer> blocks = blocks(architecture, neurons);
    List<Component> components = Components.of(architecture, blocks);
    List<AttributionResult.OfText> found = new ArrayList<>();
    for (int text = 0; text < texts.count(); text++) {
      Plan plan = plan(architecture, targets.get(text), neurons, seed);
      try (Trace trace = model.run(plan, Inputs.of(texts.inputs().examples().get(text)))) {
        Map<String, Double> parts = Decomposition.of(architecture, new Reading(trace), blocks);
        found.add(
            new AttributionResult.OfText(
                targets.get(text),
                plan,
                trace.loss().orElseThrow(),
                components.stream()
                    .mapToDouble(each -> parts.getOrDefault(each.name(), 0.0))
                    .toArray()));
      }
    }
    return new AttributionResult(
        Provenance.of(
            source, model, version, plan(architecture, targets.getFirst(), neurons, seed)),
        texts,
        architecture.heads(),
        components,
        found,
        Resampling.seeded(seed),
        notes(architecture));
  }

  /** What can and what cannot be taken apart. */
  private static List<String> notes(Architecture model) {
    if (model.style() == BlockStyle.PRE_NORM) {
      return List.of(
          "Each part with the final LayerNorm's scale of this text, and its weight; the parts add up"
              + " to the logit. A head's part has its value bias in it, 'attn bias' the output's"
              + " alone. Direct paths alone: what a part does through later ones is not counted.");
    }
    String output =
        switch (model.head()) {
          case TOKENS, QUESTION ->
              "The head is linear: 'output' is its bias, and the parts add up to the logit.";
          case MASKED, PRETRAINING, SEQUENCE, NEXT_SENTENCE, LANGUAGE, NONE ->
              "The head is not linear, so its logit cannot be taken apart as such: the parts are of its"
                  + " slope at this text, and 'output' is all that is left, biases and curvature.";
        };
    return List.of(
        "Post-norm blocks: no part reaches the end as it was written. Each is counted after every"
            + " LayerNorm above it, with the scales of this text; given these the sum is exact, but"
            + " early parts have been divided many times.",
        output);
  }
}

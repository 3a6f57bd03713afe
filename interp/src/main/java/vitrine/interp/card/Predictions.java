package vitrine.interp.card;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.models.Model;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.io.Json;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;
import vitrine.kernels.AttentionMask.Causality;

/**
 * How well a language model predicts the tokens of texts: of GPT-2 each after those before it in
 * its block, of BERT those that are hidden.
 *
 * @param blocks that the texts were cut into
 * @param tokens that were asked for
 * @param loss mean of -ln p over these tokens, with whole blocks resampled
 * @param accuracy how often the token is the model's first choice, likewise
 * @param characters that the tokens asked for spell (code points); empty for hidden tokens, which
 *     leave the others for the model to see
 */
public record Predictions(
    int blocks, long tokens, Interval loss, Interval accuracy, OptionalDouble characters) {

  /**
   * Measures a model.
   *
   * @param batch how many blocks run together
   * @param seed of which tokens are hidden, and of the bootstrap's draws
   * @param progress told how many blocks are done
   * @throws InputException when the blocks ask for nothing
   */
  public static Predictions of(
      Model model,
      Tokenizer tokenizer,
      Examples blocks,
      int batch,
      long seed,
      IntConsumer progress) {
    Architecture architecture = model.architecture();
    boolean spells = architecture.causality() == Causality.CAUSAL;
    List<TokenScores> scores = new ArrayList<>();
    long characters = 0;
    for (int from = 0; from < blocks.size(); from += batch) {
      List<Example> together =
          IntStream.range(from, Math.min(from + batch, blocks.size()))
              .mapToObj(i -> blocks.get(i, Draw.key(seed, Draw.Use.MASKING, i)))
              .toList();
      scores.addAll(TokenScores.of(model, together));
      for (Example example : together) {
        characters += spells ? characters(tokenizer, example) : 0;
      }
      progress.accept(from + together.size());
    }
    long tokens = scores.stream().mapToLong(each -> each.nats().length).sum();
    if (tokens == 0) {
      throw new InputException("card: the texts ask for no token; expected longer ones.");
    }
    Resampling resampling = Resampling.seeded(seed);
    return new Predictions(
        blocks.size(),
        tokens,
        resampling.meanOfTokens(scores.stream().map(TokenScores::nats).toList()),
        resampling.meanOfTokens(scores.stream().map(Predictions::right).toList()),
        spells ? OptionalDouble.of((double) characters) : OptionalDouble.empty());
  }

  private static double[] right(TokenScores scores) {
    return IntStream.range(0, scores.first().length)
        .mapToDouble(i -> scores.first()[i] ? 1 : 0)
        .toArray();
  }

  /** Of all tokens but the first, special ones left out. */
  private static long characters(Tokenizer tokenizer, Example example) {
    int[] spelled =
        Arrays.stream(example.ids()).skip(1).filter(id -> !tokenizer.isSpecial(id)).toArray();
    return tokenizer.decode(spelled).codePoints().count();
  }

  /** e to the loss. */
  public double perplexity() {
    return Math.exp(loss.estimate());
  }

  /** The whole loss in bits by the characters that its tokens spell; empty of hidden tokens. */
  public OptionalDouble bitsPerCharacter() {
    return characters.stream()
        .map(count -> loss.estimate() * tokens / Math.log(2) / count)
        .findFirst();
  }

  ObjectNode json() {
    ObjectNode node = Json.object().put("blocks", blocks).put("tokens", tokens);
    node.set("loss", Json.interval(loss));
    node.set("perplexity", Json.number(perplexity()));
    node.set("accuracy", Json.interval(accuracy));
    bitsPerCharacter().ifPresent(bits -> node.set("bits_per_character", Json.number(bits)));
    return node;
  }
}

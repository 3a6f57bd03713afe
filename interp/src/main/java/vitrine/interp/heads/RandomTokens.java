package vitrine.interp.heads;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Role;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.kernels.AttentionMask.Causality;

/**
 * Texts that say random tokens twice: what is in them has nothing to do with language, so that a
 * head can only go by positions and by which token is which.
 *
 * @param ordinary ids to draw from: all that are not special
 * @param before what the model expects ahead of a text: BERT's {@code [CLS]}, GPT-2's end-of-text,
 *     with which its training texts began
 * @param after what it expects behind it: {@code [SEP]}
 * @param spelling of ids; empty where nothing spells them
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one analysis
public record RandomTokens(
    int[] ordinary, int[] before, int[] after, Optional<Tokenizer> spelling) {
  /** The tokens of a model; without tokenizer, config.json says which are special. */
  public static RandomTokens of(ModelFiles source, Architecture model) {
    Optional<Tokenizer> tokenizer = source.tokenizer();
    int size =
        Math.min(model.vocabulary(), tokenizer.map(Tokenizer::size).orElse(Integer.MAX_VALUE));
    TreeSet<Integer> named = new TreeSet<>(source.endOfText());
    OptionalInt begin = id(source, "bos_token_id");
    begin.ifPresent(named::add);
    source.padding().ifPresent(named::add);
    int[] ordinary =
        IntStream.range(0, size)
            .filter(id -> !named.contains(id))
            .filter(id -> tokenizer.isEmpty() || !tokenizer.get().isSpecial(id))
            .toArray();
    int[] before = new int[0];
    int[] after = new int[0];
    if (tokenizer.isPresent()) {
      Tokenizer roles = tokenizer.get();
      boolean causal = model.causality() == Causality.CAUSAL;
      before = within(causal ? begin(roles) : roles.classification(), model);
      after = within(causal ? OptionalInt.empty() : roles.separator(), model);
    } else if (model.causality() == Causality.CAUSAL) {
      before = within(begin, model);
    }
    return new RandomTokens(ordinary, before, after, tokenizer);
  }

  private static OptionalInt begin(Tokenizer tokenizer) {
    OptionalInt begin = tokenizer.special(Role.BEGIN_OF_TEXT);
    return begin.isPresent() ? begin : tokenizer.endOfText();
  }

  private static int[] within(OptionalInt id, Architecture model) {
    return id.stream().filter(each -> each < model.vocabulary()).toArray();
  }

  private static OptionalInt id(ModelFiles source, String key) {
    JsonNode node = source.config().get(key);
    return node != null && node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
  }

  /** The most tokens that such a model can be told twice. */
  public int most(Architecture model) {
    int room = model.positions() - before.length - after.length;
    return Math.min(room / 2, ordinary.length);
  }

  /**
   * Texts of {@code length} different tokens, said twice.
   *
   * @throws InputException when the model has too few positions or tokens
   */
  public Texts texts(Architecture model, int count, int length, long seed) {
    if (length < 2 || length > most(model)) {
      throw new InputException(
          "heads: --length %d: too few or too many; expected 2 to %d tokens, which this model of %d positions and %d ordinary tokens can be told twice."
              .formatted(length, most(model), model.positions(), ordinary.length));
    }
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] half = drawn(length, Draw.key(seed, Draw.Use.SEQUENCES, i));
      examples.add(
          Example.of(
              List.of(before, half, half, after).stream().flatMapToInt(IntStream::of).toArray()));
    }
    return new Texts(
        Inputs.batch(examples),
        examples.stream()
            .map(example -> IntStream.of(example.ids()).mapToObj(this::spell).toList())
            .toList());
  }

  /** The first of a shuffle (Fisher and Yates 1938). */
  private int[] drawn(int length, long key) {
    int[] ids = ordinary.clone();
    for (int i = 0; i < length; i++) {
      int other = i + Draw.below(Draw.next(key, i), ids.length - i);
      int id = ids[other];
      ids[other] = ids[i];
      ids[i] = id;
    }
    return IntStream.of(ids).limit(length).toArray();
  }

  private String spell(int id) {
    return spelling.map(tokenizer -> tokenizer.token(id)).orElseGet(() -> Integer.toString(id));
  }
}

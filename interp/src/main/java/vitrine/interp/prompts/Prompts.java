package vitrine.interp.prompts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.text.Tokenizer;

/**
 * Prompts of a kind that fit a tokenizer. A function of kind, tokenizer, count and seed.
 *
 * @param pairs none twice
 * @param wordsLeftOut answers that are no single token
 * @param pairsLeftOut candidates whose two prompts are not equally long
 */
public record Prompts(List<TextPair> pairs, int wordsLeftOut, int pairsLeftOut) {
  /** Candidates in a row that give no new pair before it ends with fewer than were wanted. */
  private static final int PATIENCE = 5000;

  public Prompts {
    pairs = List.copyOf(pairs);
  }

  /**
   * Makes prompts: to be continued, or with the mask token where the tokenizer has one.
   *
   * @param count how many at most; fewer where no more are found
   * @throws InputException when none fits
   */
  public static Prompts of(PromptKind kind, Tokenizer tokenizer, int count, long seed) {
    Template template =
        switch (kind) {
          case IOI -> new IndirectObjects();
          case AGREEMENT -> new Agreement();
          case REPETITION -> new Repetition();
        };
    OptionalInt mask = tokenizer.mask();
    Form form = mask.isPresent() ? Form.masked(tokenizer.token(mask.getAsInt())) : Form.CONTINUED;
    Set<String> usable = new HashSet<>();
    for (String answer : template.answers()) {
      if (SingleToken.find(tokenizer, form.before() + answer).isPresent()) {
        usable.add(answer);
      }
    }
    int leftOut = template.answers().size() - usable.size();
    if (!template.suffices(usable::contains)) {
      throw none(
          kind,
          "%d of its %d answers are single tokens"
              .formatted(usable.size(), template.answers().size()));
    }
    return draw(kind, template, form, usable, leftOut, tokenizer, count, seed);
  }

  private static Prompts draw(
      PromptKind kind,
      Template template,
      Form form,
      Set<String> usable,
      int wordsLeftOut,
      Tokenizer tokenizer,
      int count,
      long seed) {
    Set<TextPair> pairs = new LinkedHashSet<>();
    Set<TextPair> unequal = new HashSet<>();
    int inVain = 0;
    for (long candidate = 0; inVain < PATIENCE && pairs.size() < count; candidate++) {
      TextPair pair = template.draw(form, usable::contains, draws(kind, seed, candidate));
      boolean equal =
          tokenizer.encode(pair.clean()).length() == tokenizer.encode(pair.corrupted()).length();
      inVain++;
      if (!equal) {
        unequal.add(pair);
      } else if (pairs.add(pair)) {
        inVain = 0;
      }
    }
    if (pairs.isEmpty()) {
      throw none(kind, "no two prompts are equally long, of " + unequal.size() + " drawn");
    }
    return new Prompts(new ArrayList<>(pairs), wordsLeftOut, unequal.size());
  }

  private static Template.Draws draws(PromptKind kind, long seed, long candidate) {
    long key = Draw.key(seed, Draw.Use.PROMPTS, kind.number(), candidate);
    int[] counter = new int[1];
    return bound -> Draw.below(Draw.next(key, counter[0]++), bound);
  }

  private static InputException none(PromptKind kind, String found) {
    return new InputException(
        "prompts: "
            + kind.label()
            + ": "
            + found
            + "; expected two answers of one token and prompts of equal length. Use a model with"
            + " these words, or write the pairs yourself (--input)");
  }
}

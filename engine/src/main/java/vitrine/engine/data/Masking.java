package vitrine.engine.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.SplitMix;
import vitrine.engine.text.Tokenizer;

/**
 * The task of a masked language model (Devlin et al. 2019, 3.1): of the tokens that are not
 * special, some are chosen; of those 80% become {@code [MASK]}, 10% a random token, 10% stay; the
 * model is to say what stood there. Each token is chosen by itself; where none is, one is, so that
 * every example asks something but those of special tokens only.
 */
public final class Masking {
  private static final double TO_MASK = 0.8;
  private static final double TO_RANDOM = 0.9;

  private final int mask;
  private final BitSet special;
  private final int[] ordinary;
  private final double rate;

  /**
   * @param mask the id that hides a token
   * @param special ids that are never chosen and never put in a place
   * @param vocabulary V
   * @param rate how many are chosen, in (0, 1]
   */
  public Masking(int mask, BitSet special, int vocabulary, double rate) {
    if (!(rate > 0 && rate <= 1)) {
      throw new InputException(
          "masking: rate " + rate + "; expected more than 0 and at most 1, such as 0.15.");
    }
    this.mask = mask;
    this.special = (BitSet) special.clone();
    this.special.set(mask);
    this.ordinary = new int[vocabulary - this.special.get(0, vocabulary).cardinality()];
    this.rate = rate;
    int next = 0;
    for (int id = 0; id < vocabulary; id++) {
      if (!this.special.get(id)) {
        ordinary[next++] = id;
      }
    }
    if (next == 0) {
      throw new InputException("masking: every token is special; expected some that are not.");
    }
  }

  /**
   * Masking with a tokenizer's special tokens.
   *
   * @throws InputException when it has no mask token
   */
  public static Masking of(Tokenizer tokenizer, double rate) {
    int mask =
        tokenizer
            .mask()
            .orElseThrow(() ->
                new InputException(
                    "masking: the tokenizer has no mask token; expected one with the role"
                        + " mask_token, such as [MASK]."));
    BitSet special = new BitSet();
    for (int id = 0; id < tokenizer.size(); id++) {
      if (tokenizer.isSpecial(id)) {
        special.set(id);
      }
    }
    return new Masking(mask, special, tokenizer.size(), rate);
  }

  /**
   * Examples whose tokens are hidden anew for every key.
   *
   * @throws InputException when all of them are of special tokens only: nothing can be hidden
   */
  public Examples of(Examples plain) {
    for (int i = 0; candidates(plain.get(i, 0).ids()).length == 0; i++) {
      if (i + 1 == plain.size()) {
        throw new InputException(
            "masking: every example is of special tokens only; expected some text. Give other"
                + " texts, or a tokenizer that knows their characters.");
      }
    }
    return new Masked(plain, this);
  }

  /** One example with tokens hidden, and what stood there as its labels. */
  Example apply(Example example, long key) {
    int[] ids = example.ids().clone();
    int[] labels = new int[ids.length];
    Arrays.fill(labels, Labels.IGNORED);
    for (int t : chosen(ids, key)) {
      hide(ids, labels, t, Draw.next(key, t));
    }
    return new Example(ids, example.typeIds(), example.mask(), new Labels.Many(labels));
  }

  private int[] chosen(int[] ids, long key) {
    int[] may = candidates(ids);
    int[] chosen = Arrays.stream(may).filter(t -> hash(key, t) < rate).toArray();
    if (chosen.length > 0 || may.length == 0) {
      return chosen;
    }
    int least = may[0];
    for (int t : may) {
      least = hash(key, t) < hash(key, least) ? t : least;
    }
    return new int[] {least};
  }

  private int[] candidates(int[] ids) {
    return IntStream.range(0, ids.length).filter(t -> !special.get(ids[t])).toArray();
  }

  private static double hash(long key, int t) {
    return SplitMix.unit(Draw.next(key, t));
  }

  private void hide(int[] ids, int[] labels, int t, long hash) {
    labels[t] = ids[t];
    double kind = SplitMix.unit(Draw.next(hash, 1));
    if (kind < TO_MASK) {
      ids[t] = mask;
    } else if (kind < TO_RANDOM) {
      ids[t] = ordinary[Draw.below(Draw.next(hash, 2), ordinary.length)];
    }
  }

  /** Examples with something hidden. */
  private record Masked(Examples plain, Masking masking) implements Examples {
    @Override
    public int size() {
      return plain.size();
    }

    @Override
    public Example get(int index, long key) {
      return masking.apply(plain.get(index, key), key);
    }

    @Override
    public int length(int index) {
      return plain.length(index);
    }

    @Override
    public int longest() {
      return plain.longest();
    }

    @Override
    public String fingerprint() {
      return new Fingerprint("masked")
          .add(plain.fingerprint())
          .add(masking.mask)
          .add(masking.ordinary)
          .add(masking.rate)
          .hex();
    }
  }
}

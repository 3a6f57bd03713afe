package vitrine.interp.saliency;

import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;

/**
 * The tokens of a model that stand for nothing a person wrote.
 *
 * @param pad null where there is none
 * @param endOfText likewise
 * @param mask likewise
 * @param all every special token; null where nothing tells
 */
public record Specials(
    @Nullable Integer pad,
    @Nullable Integer endOfText,
    @Nullable Integer mask,
    @Nullable Set<Integer> all) {

  /** As tokenizer and config have them. */
  public static Specials of(ModelFiles files, Optional<Tokenizer> tokenizer) {
    OptionalInt pad = tokenizer.map(Tokenizer::pad).orElse(OptionalInt.empty());
    Integer end = files.endOfText().stream().findFirst().orElse(null);
    if (end == null) {
      end = boxed(tokenizer.map(Tokenizer::endOfText).orElse(OptionalInt.empty()));
    }
    return new Specials(
        boxed(pad.isPresent() ? pad : files.padding()),
        end,
        boxed(tokenizer.map(Tokenizer::mask).orElse(OptionalInt.empty())),
        tokenizer.map(Specials::all).orElse(null));
  }

  private static @Nullable Integer boxed(OptionalInt id) {
    return id.isPresent() ? (Integer) id.getAsInt() : null;
  }

  private static Set<Integer> all(Tokenizer tokenizer) {
    Set<Integer> all = new HashSet<>();
    for (int id = 0; id < tokenizer.size(); id++) {
      if (tokenizer.isSpecial(id)) {
        all.add(id);
      }
    }
    return all;
  }

  /** Whether a token is known to be special. */
  boolean isSpecial(int id) {
    return all != null && all.contains(id);
  }

  /**
   * The text with one token in many places.
   *
   * @param specials whether special ones stay
   * @param id what takes their places
   */
  Example filled(Example example, int id, Kept specials) {
    int[] ids = example.ids().clone();
    for (int i = 0; i < ids.length; i++) {
      ids[i] = specials == Kept.STAY && isSpecial(ids[i]) ? ids[i] : id;
    }
    return example.withIds(ids);
  }

  /** What becomes of special tokens. */
  enum Kept {
    STAY,
    GO
  }

  int requirePad() {
    return require(pad, "a padding token (pad_token_id)");
  }

  int requireEndOfText() {
    return require(endOfText, "an end-of-text token (eos_token_id)");
  }

  /** Refuses to tell special tokens apart where nothing says which they are. */
  void requireAll() {
    if (all == null) {
      throw new InputException(
          "saliency: --baseline pad-keep-specials: the model has no tokenizer files; expected ones"
              + " that say which tokens are special. Use --baseline pad");
    }
  }

  private static int require(@Nullable Integer id, String what) {
    if (id == null) {
      throw new InputException(
          "saliency: --baseline: the model has no such token; expected a model with "
              + what
              + ". Use --baseline zero or mean");
    }
    return id;
  }

  /**
   * What takes a token's place when it is left out: the mask, else end of text, else padding.
   *
   * @throws InputException when there is none of them
   */
  int replacement() {
    if (mask != null) {
      return mask;
    }
    if (endOfText != null) {
      return endOfText;
    }
    if (pad != null) {
      return pad;
    }
    throw new InputException(
        "saliency: --replacement: the model names no mask, end-of-text or padding token; expected"
            + " one to put in a token's place. Give --replacement ID");
  }
}

package vitrine.engine.text;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * A text as a model sees it. All parts have one entry a token.
 *
 * <p>Offsets count Java chars of the original text, end excluded; those of the second sequence's
 * tokens count in the second text. Special tokens that the tokenizer added, and padding, have 0, 0.
 */
public final class Encoding {
  private final List<String> tokens;
  private final int[] ids;
  private final int[] starts;
  private final int[] ends;
  private final int[] typeIds;
  private final int[] mask;

  Encoding(List<String> tokens, int[] ids, int[] starts, int[] ends, int[] typeIds, int[] mask) {
    this.tokens = Collections.unmodifiableList(tokens);
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.typeIds = typeIds;
    this.mask = mask;
  }

  /** How many tokens there are. */
  public int length() {
    return ids.length;
  }

  /** The id of the token at {@code index}. */
  public int id(int index) {
    return ids[index];
  }

  /** Where the token at {@code index} begins in its text. */
  public int start(int index) {
    return starts[index];
  }

  /** Where the token at {@code index} ends in its text, excluded. */
  public int end(int index) {
    return ends[index];
  }

  /** The tokens in the vocabulary's spelling. */
  public List<String> tokens() {
    return tokens;
  }

  /** A copy of the ids. */
  public int[] ids() {
    return ids.clone();
  }

  /** Where each token begins in its text; a copy. */
  public int[] starts() {
    return starts.clone();
  }

  /** Where each token ends in its text, excluded; a copy. */
  public int[] ends() {
    return ends.clone();
  }

  /** 0 for the first sequence and its special tokens, 1 for the second's; a copy. */
  public int[] typeIds() {
    return typeIds.clone();
  }

  /** 1 for tokens, 0 for padding; a copy. */
  public int[] mask() {
    return mask.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && tokens.equals(that.tokens)
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(ends, that.ends)
        && Arrays.equals(typeIds, that.typeIds)
        && Arrays.equals(mask, that.mask);
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens, Arrays.hashCode(ids), Arrays.hashCode(starts));
  }

  /** The tokens with their ids and offsets, as in {@code [CLS]/101@0-0 hello/7592@0-5}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      text.append(i == 0 ? "" : " ").append(tokens.get(i)).append('/').append(ids[i]);
      text.append('@').append(starts[i]).append('-').append(ends[i]);
    }
    return text.toString();
  }
}

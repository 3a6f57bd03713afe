package vitrine.engine.data;

import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;

/**
 * A long text cut into blocks, one after the other, each an example: of GPT-2 as it is, of BERT
 * with {@code [CLS]} and {@code [SEP]} around it. The last block is shorter where the text ends; a
 * single token that is left over is left out.
 */
public final class TokenBlocks implements Examples {
  private final TokenIds ids;
  private final Frame frame;
  private final int length;
  private final int text;
  private final int size;
  private final String fingerprint;

  /**
   * Cuts a text.
   *
   * @param length T, the tokens of a block, the frame's included
   * @throws InputException when a block has no room for text, or the text is too short for one
   */
  public TokenBlocks(TokenIds ids, Frame frame, int length) {
    this.ids = ids;
    this.frame = frame;
    this.length = length;
    this.text = length - frame.length();
    if (text < 2) {
      throw new InputException(
          "data: length: "
              + length
              + " tokens; expected at least "
              + (frame.length() + 2)
              + ", two of them text.");
    }
    if (ids.size() < 2) {
      throw new InputException(
          "data: the text has " + tokens(ids.size()) + "; expected at least 2. Give more text.");
    }
    int rest = ids.size() % text;
    this.size = ids.size() / text + (rest >= 2 ? 1 : 0);
    Fingerprint hash = new Fingerprint("blocks").add(length).add(frame.before()).add(frame.after());
    for (int i = 0; i < ids.size(); i++) {
      hash.add(ids.get(i));
    }
    this.fingerprint = hash.hex();
  }

  private static String tokens(int count) {
    return count + (count == 1 ? " token" : " tokens");
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Example get(int index, long key) {
    int from = index * text;
    int count = length(index) - frame.length();
    int[] block = Arrays.copyOf(frame.before(), count + frame.length());
    for (int i = 0; i < count; i++) {
      block[frame.before().length + i] = ids.get(from + i);
    }
    System.arraycopy(frame.after(), 0, block, frame.before().length + count, frame.after().length);
    return Example.of(block);
  }

  @Override
  public int length(int index) {
    return Math.min(text, ids.size() - index * text) + frame.length();
  }

  @Override
  public int longest() {
    return Math.min(length, ids.size() + frame.length());
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }
}

package vitrine.engine.data;

import java.util.Arrays;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;

/**
 * The special tokens that a tokenizer puts around a text: BERT's {@code [CLS]} and {@code [SEP]},
 * GPT-2's none.
 *
 * @param before ids ahead of the text
 * @param after ids behind it
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, compared by no one
public record Frame(int[] before, int[] after) {
  /** Nothing around a text. */
  public static final Frame NONE = new Frame(new int[0], new int[0]);

  /** What the tokenizer adds. */
  public static Frame of(Tokenizer tokenizer) {
    int[] empty = tokenizer.encode("").ids();
    // Of an empty text one cannot tell what stands before it.
    int before = leading(tokenizer.encode("a"));
    return new Frame(
        Arrays.copyOf(empty, Math.min(before, empty.length)),
        Arrays.copyOfRange(empty, Math.min(before, empty.length), empty.length));
  }

  /** Added tokens have the offsets 0, 0, and no other token ends where a text begins. */
  private static int leading(Encoding encoding) {
    int count = 0;
    while (count < encoding.length() && encoding.end(count) == 0) {
      count++;
    }
    return count;
  }

  int length() {
    return before.length + after.length;
  }
}

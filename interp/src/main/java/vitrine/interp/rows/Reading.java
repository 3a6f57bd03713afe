package vitrine.interp.rows;

import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.text.Encoding;
import vitrine.engine.text.Tokenizer;

/**
 * How passages are read.
 *
 * @param operation what errors begin with
 * @param unit what a row stands for
 * @param pooling how a row comes from its tokens
 */
public record Reading(
    String operation,
    Tokenizer tokenizer,
    Architecture architecture,
    Unit unit,
    Pooling pooling,
    TooLong tooLong) {
  /**
   * Tokenizes.
   *
   * @throws InputException when the text yields no token, or more than the model has positions
   */
  public Encoded of(Passage passage) {
    Encoding encoding =
        switch (tooLong) {
          case CUT -> tokenizer.encode(passage.text(), architecture.positions());
          case REFUSE -> tokenizer.encode(passage.text());
        };
    if (encoding.length() == 0 || passage.words().isEmpty()) {
      throw new InputException(
          "%s: %s: the text yields no token; expected at least one. Leave the line out"
              .formatted(operation, passage.where()));
    }
    if (encoding.length() > architecture.positions()) {
      throw new InputException(
          "%s: %s: %d tokens; expected at most the model's %d positions. Shorten it, or add --truncate"
              .formatted(operation, passage.where(), encoding.length(), architecture.positions()));
    }
    Example example = Example.of(encoding.ids());
    return new Encoded(
        architecture.segments() > 0 ? example.withTypeIds(encoding.typeIds()) : example,
        rows(passage, encoding),
        pooling);
  }

  private List<int[]> rows(Passage passage, Encoding encoding) {
    return switch (unit) {
      case TOKEN ->
          IntStream.range(0, encoding.length()).mapToObj(position -> new int[] {position}).toList();
      case WORD -> passage.words().stream().map(word -> chosen(pieces(encoding, word))).toList();
      case SENTENCE -> List.of(sentence(passage, encoding));
    };
  }

  private int[] sentence(Passage passage, Encoding encoding) {
    return switch (pooling) {
      case MEAN, MAX ->
          IntStream.range(0, encoding.length())
              .filter(position ->
                  passage.words().stream().anyMatch(word -> meet(encoding, position, word)))
              .toArray();
      case FIRST -> new int[] {0};
      case LAST -> new int[] {encoding.length() - 1};
    };
  }

  private int[] chosen(int[] pieces) {
    if (pieces.length == 0) {
      return pieces;
    }
    return switch (pooling) {
      case MEAN, MAX -> pieces;
      case FIRST -> new int[] {pieces[0]};
      case LAST -> new int[] {pieces[pieces.length - 1]};
    };
  }

  /** Every piece that shares a char with the word; a piece may belong to two words. */
  private static int[] pieces(Encoding encoding, Passage.Span word) {
    return IntStream.range(0, encoding.length())
        .filter(position -> meet(encoding, position, word))
        .toArray();
  }

  private static boolean meet(Encoding encoding, int position, Passage.Span word) {
    return encoding.start(position) < word.end() && encoding.end(position) > word.start();
  }
}

package vitrine.engine.conllu;

import java.util.List;
import java.util.Optional;

/**
 * A sentence of a treebank.
 *
 * @param where file and line of its first line, for errors
 * @param comments the lines before it, without {@code #}
 * @param text the forms of its tokens with a space between, but for {@code SpaceAfter=No}
 * @param tokens what stands in the text, in order
 * @param words the syntactic words, by id
 * @param emptyNodes how many nodes stand for what was left out
 */
public record Sentence(
    String where,
    List<String> comments,
    String text,
    List<Token> tokens,
    List<Word> words,
    int emptyNodes) {
  public Sentence {
    comments = List.copyOf(comments);
    tokens = List.copyOf(tokens);
    words = List.copyOf(words);
  }

  /** The value of a comment {@code # name = value}. */
  public Optional<String> comment(String name) {
    for (String comment : comments) {
      int equals = comment.indexOf('=');
      if (equals > 0 && comment.substring(0, equals).strip().equals(name)) {
        return Optional.of(comment.substring(equals + 1).strip());
      }
    }
    return Optional.empty();
  }

  /** {@code sent_id}, where there is one. */
  public Optional<String> id() {
    return comment("sent_id");
  }
}

package vitrine.interp.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import vitrine.engine.conllu.Sentence;

/**
 * One text with its words.
 *
 * @param where it was given, for errors
 * @param text as it is tokenized
 * @param words where they stand in it
 */
public record Passage(String where, String text, List<Span> words) {
  private static final Pattern WORD = Pattern.compile("\\S+");

  /** From {@code start} up to but excluding {@code end}, in chars. */
  public record Span(int start, int end) {}

  public Passage {
    words = List.copyOf(words);
  }

  /** A plain text: words are what stands between blanks. */
  public static Passage of(String where, String text) {
    List<Span> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(new Span(matcher.start(), matcher.end()));
    }
    return new Passage(where, text, words);
  }

  /** A treebank's sentence: words are its surface tokens. */
  public static Passage of(Sentence sentence) {
    return new Passage(
        sentence.where(),
        sentence.text(),
        sentence.tokens().stream().map(token -> new Span(token.start(), token.end())).toList());
  }
}

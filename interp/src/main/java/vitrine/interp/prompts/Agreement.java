package vitrine.interp.prompts;

import java.util.List;
import java.util.function.Predicate;

/**
 * Agreement of verb and subject over a noun between them (Linzen, Dupoux and Goldberg 2016,
 * "Assessing the Ability of LSTMs to Learn Syntax-Sensitive Dependencies"). Corrupted by the
 * subject's other number.
 */
final class Agreement implements Template {
  /**
   * A word in both numbers.
   *
   * @param one singular
   * @param many plural
   */
  private record Word(String one, String many) {
    String in(int number) {
      return number == 0 ? one : many;
    }
  }

  private static final List<Word> NOUNS =
      List.of(
          new Word("man", "men"),
          new Word("woman", "women"),
          new Word("boy", "boys"),
          new Word("girl", "girls"),
          new Word("key", "keys"),
          new Word("book", "books"),
          new Word("author", "authors"),
          new Word("picture", "pictures"),
          new Word("letter", "letters"),
          new Word("horse", "horses"),
          new Word("tree", "trees"),
          new Word("house", "houses"),
          new Word("car", "cars"),
          new Word("student", "students"));

  private static final List<String> BETWEEN =
      List.of("near", "behind", "beside", "under", "with", "before");

  private static final List<Word> VERBS =
      List.of(new Word("is", "are"), new Word("was", "were"), new Word("has", "have"));

  @Override
  public List<String> answers() {
    return VERBS.stream().flatMap(verb -> List.of(verb.one(), verb.many()).stream()).toList();
  }

  @Override
  public boolean suffices(Predicate<String> usable) {
    return !verbs(usable).isEmpty();
  }

  private static List<Word> verbs(Predicate<String> usable) {
    return VERBS.stream()
        .filter(verb -> usable.test(verb.one()) && usable.test(verb.many()))
        .toList();
  }

  @Override
  public TextPair draw(Form form, Predicate<String> usable, Draws draws) {
    int number = draws.below(2);
    int subject = draws.below(NOUNS.size());
    int other = (subject + 1 + draws.below(NOUNS.size() - 1)) % NOUNS.size();
    String rest = " " + draws.of(BETWEEN) + " the " + NOUNS.get(other).in(draws.below(2));
    Word verb = draws.of(verbs(usable));
    return new TextPair(
        form.complete("The " + NOUNS.get(subject).in(number) + rest),
        form.complete("The " + NOUNS.get(subject).in(1 - number) + rest),
        form.before() + verb.in(number),
        form.before() + verb.in(1 - number));
  }
}

package vitrine.interp.prompts;

import java.util.List;
import java.util.function.Predicate;

/**
 * What followed a word goes on when the word comes again: induction (Olsson et al. 2022). Corrupted
 * by another noun in its place.
 */
final class Repetition implements Template {
  private static final List<String> NOUNS =
      List.of("cat", "dog", "horse", "bird", "fish", "king", "queen", "friend", "star", "tree");

  private static final List<String> KINDS =
      List.of("red", "blue", "green", "black", "old", "young", "big", "small");

  @Override
  public List<String> answers() {
    return NOUNS;
  }

  @Override
  public TextPair draw(Form form, Predicate<String> usable, Draws draws) {
    List<String> nouns = NOUNS.stream().filter(usable).toList();
    int first = draws.below(nouns.size());
    int second = (first + 1 + draws.below(nouns.size() - 1)) % nouns.size();
    int kind = draws.below(KINDS.size());
    int other = (kind + 1 + draws.below(KINDS.size() - 1)) % KINDS.size();
    String rest =
        " saw a %s %s . the %s".formatted(KINDS.get(other), draws.of(NOUNS), KINDS.get(kind));
    String start = "the " + KINDS.get(kind) + " ";
    return new TextPair(
        form.complete(start + nouns.get(first) + rest),
        form.complete(start + nouns.get(second) + rest),
        form.before() + nouns.get(first),
        form.before() + nouns.get(second));
  }
}

package vitrine.interp.prompts;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What followed a word goes on when the word comes again: induction (Olsson et al. 2022). Corrupted
 * by another word in its first place, so that it comes for the first time; what a model that copies
 * then says is the word itself.
 */
final class Repetition implements Template {
  private static final List<String> NOUNS =
      List.of("cat", "dog", "horse", "bird", "fish", "king", "queen", "friend", "star", "tree");

  private static final List<String> KINDS =
      List.of("red", "blue", "green", "black", "old", "young", "big", "small");

  @Override
  public List<String> answers() {
    return Stream.concat(NOUNS.stream(), KINDS.stream()).toList();
  }

  @Override
  public boolean suffices(Predicate<String> usable) {
    return Template.count(NOUNS, usable) >= 2 && Template.count(KINDS, usable) >= 3;
  }

  @Override
  public TextPair draw(Form form, Predicate<String> usable, Draws draws) {
    List<String> nouns = NOUNS.stream().filter(usable).toList();
    List<String> kinds = KINDS.stream().filter(usable).toList();
    int noun = draws.below(nouns.size());
    int other = (noun + 1 + draws.below(nouns.size() - 1)) % nouns.size();
    int kind = draws.below(kinds.size());
    int second = (kind + 1 + draws.below(kinds.size() - 2)) % kinds.size();
    int third = (second + 1) % kinds.size(); // neither of the two
    String rest =
        " %s saw a %s %s . the %s"
            .formatted(nouns.get(noun), kinds.get(third), nouns.get(other), kinds.get(kind));
    return new TextPair(
        form.complete("the " + kinds.get(kind) + rest),
        form.complete("the " + kinds.get(second) + rest),
        form.before() + nouns.get(noun),
        form.before() + kinds.get(kind));
  }
}

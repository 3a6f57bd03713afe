package vitrine.interp.prompts;

import java.util.List;
import java.util.function.Predicate;

/**
 * Indirect-object identification (Wang et al. 2022, "Interpretability in the Wild", appendix A):
 * two names, one of which comes again; the other one is who gets the thing. In either order: the
 * one to be named first (ABBA) or second (BABA). Corrupted by a swap of the name that comes again,
 * so that the other one is the answer.
 */
final class IndirectObjects implements Template {
  private static final List<String> NAMES =
      List.of(
          "Mary", "John", "Alice", "Bob", "Tom", "Anna", "James", "David", "Michael", "Robert",
          "William", "Paul", "Mark", "Peter", "George", "Kevin", "Brian", "Steven", "Andrew",
          "Jack", "Sarah", "Laura", "Emily", "Kate", "Jane", "Lisa", "Susan", "Karen", "Linda",
          "Rachel", "Helen", "Emma", "Amy", "Maria", "Claire", "Simon", "Adam", "Daniel", "Henry",
          "Sam");

  private static final List<String> PLACES =
      List.of("store", "school", "garden", "station", "office", "house", "city", "river");

  private static final List<String> OBJECTS =
      List.of("drink", "book", "ring", "letter", "picture", "ball", "song", "paper");

  /** {@code 1} and {@code 2} are the names in order, {@code S} the one that comes again. */
  private static final List<String> SENTENCES =
      List.of(
          "When {1} and {2} went to the {place}, {S} gave a {object} to",
          "Then, {1} and {2} went to the {place}. {S} gave a {object} to",
          "After {1} and {2} went to the {place}, {S} gave a {object} to",
          "While {1} and {2} were working at the {place}, {S} gave a {object} to",
          "Then, {1} and {2} were thinking about going to the {place}. {S} wanted to give a {object}"
              + " to",
          "Then, {1} and {2} had a long argument, and afterwards {S} said to",
          "The {place} {1} and {2} went to had a {object}. {S} gave it to",
          "Friends {1} and {2} found a {object} at the {place}. {S} gave it to");

  @Override
  public List<String> answers() {
    return NAMES;
  }

  @Override
  public boolean suffices(Predicate<String> usable) {
    return Template.count(NAMES, usable) >= 2;
  }

  @Override
  public TextPair draw(Form form, Predicate<String> usable, Draws draws) {
    List<String> names = NAMES.stream().filter(usable).toList();
    int first = draws.below(names.size());
    int second = (first + 1 + draws.below(names.size() - 1)) % names.size();
    String object = names.get(first);
    String subject = names.get(second);
    boolean objectFirst = draws.below(2) == 0;
    String sentence =
        draws
            .of(SENTENCES)
            .replace("{1}", objectFirst ? object : subject)
            .replace("{2}", objectFirst ? subject : object)
            .replace("{place}", draws.of(PLACES))
            .replace("{object}", draws.of(OBJECTS));
    return new TextPair(
        form.complete(sentence.replace("{S}", subject)),
        form.complete(sentence.replace("{S}", object)),
        form.before() + object,
        form.before() + subject);
  }
}

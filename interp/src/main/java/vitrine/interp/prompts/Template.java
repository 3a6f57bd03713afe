package vitrine.interp.prompts;

import java.util.List;
import java.util.function.Predicate;

/** Draws candidates of one kind. */
interface Template {
  /**
   * The words that answers are made of.
   *
   * @return all of them, whether or not a tokenizer has them as one token
   */
  List<String> answers();

  /** Whether the answers that a tokenizer has are enough to draw from. */
  boolean suffices(Predicate<String> usable);

  /**
   * One candidate.
   *
   * @param form where the answer stands
   * @param usable which answers may be drawn; they suffice
   * @param draws a number below a bound, the next of this candidate's
   * @return a pair; the tokenizer has not seen it yet
   */
  TextPair draw(Form form, Predicate<String> usable, Draws draws);

  /** How many of some words can be drawn. */
  static long count(List<String> words, Predicate<String> usable) {
    return words.stream().filter(usable).count();
  }

  /** Numbers of one candidate. */
  @FunctionalInterface
  interface Draws {
    /** A number from 0 to {@code bound - 1}. */
    int below(int bound);

    /** One of some. */
    default <T> T of(List<T> list) {
      return list.get(below(list.size()));
    }
  }
}

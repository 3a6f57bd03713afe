package vitrine.engine.training;

/**
 * What an example's labels ask and what a head says to that, side by side: a class or a value of a
 * text, the classes of the words that have one, the start and the end of an answer. Empty where the
 * loss says it all.
 *
 * @param wanted by the labels
 * @param given by the head
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, compared by no one
public record Verdict(double[] wanted, double[] given) {
  static final Verdict NONE = new Verdict(new double[0], new double[0]);
}

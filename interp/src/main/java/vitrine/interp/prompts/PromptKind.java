package vitrine.interp.prompts;

/** What prompts can be made of. */
public enum PromptKind {
  /** "When Mary and John went to the store, John gave a drink to": Mary. */
  IOI("ioi", 1),
  /** "The keys near the cabinet": are. */
  AGREEMENT("agreement", 2),
  /** "the red cat saw a bird . the red": cat. */
  REPETITION("repetition", 3);

  private final String label;

  /** Part of every draw's key: changing it changes which prompts a seed gives. */
  private final int number;

  PromptKind(String label, int number) {
    this.label = label;
    this.number = number;
  }

  int number() {
    return number;
  }

  /** As the command line calls it. */
  public String label() {
    return label;
  }
}

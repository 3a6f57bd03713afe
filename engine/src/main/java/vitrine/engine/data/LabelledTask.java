package vitrine.engine.data;

import vitrine.engine.hooks.Head;

/** What the labels of a file are of. */
public enum LabelledTask {
  /** A class for a text or a pair of texts. */
  CLASSES(Head.SEQUENCE),
  /** A number for a text or a pair of texts. */
  VALUE(Head.SEQUENCE),
  /** A class for every word of a text. */
  WORDS(Head.TOKENS),
  /** A span of the second text that answers the first. */
  ANSWERS(Head.QUESTION);

  private final Head head;

  LabelledTask(Head head) {
    this.head = head;
  }

  /** The head that is trained for it. */
  public Head head() {
    return head;
  }
}

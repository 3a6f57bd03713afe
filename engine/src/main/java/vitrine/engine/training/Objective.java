package vitrine.engine.training;

import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Loss;

/** What a model is trained to do. */
public enum Objective {
  /** To predict the next token. */
  NEXT("next"),
  /** To say what stood where tokens are hidden. */
  MASKED("mlm"),
  /** To give the labels that come with the examples. */
  LABELS("labels");

  private final String label;

  Objective(String label) {
    this.label = label;
  }

  /** As a recipe's JSON has it. */
  public String label() {
    return label;
  }

  /** What is made small. */
  public Loss loss() {
    return switch (this) {
      case NEXT -> Loss.next();
      case MASKED, LABELS -> Loss.labels();
    };
  }

  /** Whether a head can be trained so. */
  public boolean suits(Head head) {
    return switch (this) {
      case NEXT -> head == Head.LANGUAGE;
      case MASKED -> head == Head.MASKED || head == Head.PRETRAINING;
      case LABELS ->
          switch (head) {
            case SEQUENCE, TOKENS, QUESTION, NEXT_SENTENCE -> true;
            case LANGUAGE, MASKED, PRETRAINING, NONE -> false;
          };
    };
  }
}

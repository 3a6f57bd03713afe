package vitrine.engine.training;

import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Loss;

/** What a model is trained to do. */
public enum Objective {
  /** To predict the next token. */
  NEXT("next", Loss.next()),
  /** To say what stood where tokens are hidden. */
  MASKED("mlm", Loss.labels()),
  /** To give the labels that come with the examples. */
  LABELS("labels", Loss.labels());

  private final String label;
  private final Loss loss;

  Objective(String label, Loss loss) {
    this.label = label;
    this.loss = loss;
  }

  /** As a recipe's JSON has it. */
  public String label() {
    return label;
  }

  /** What is made small. */
  public Loss loss() {
    return loss;
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

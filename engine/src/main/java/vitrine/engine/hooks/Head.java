package vitrine.engine.hooks;

import java.util.List;

/** What stands on top of the blocks, and so what a loss can be taken of. */
public enum Head {
  /** Nothing: hidden states (and {@code pooled}, where the file has a pooler). */
  NONE("encode"),
  /** Next-token scores: logits (B,T,V). */
  LANGUAGE("lm"),
  /** Masked-token scores: logits (B,T,V). */
  MASKED("mlm"),
  /** Masked-token and next-sentence scores: logits = logits.mlm (B,T,V), logits.nsp (B,2). */
  PRETRAINING("pretraining"),
  /** Next-sentence scores: logits = logits.nsp (B,2). */
  NEXT_SENTENCE("nsp"),
  /** A class or a value for the whole text: logits (B,C). */
  SEQUENCE("sequence"),
  /** A class for each position: logits (B,T,C). */
  TOKENS("tokens"),
  /** A span: logits (B,T,2), logits.start and logits.end (B,T). */
  QUESTION("qa");

  private final String label;

  Head(String label) {
    this.label = label;
  }

  /** The task's name, as {@code --task} has it. */
  public String label() {
    return label;
  }

  /** Whether the logits are (B,T,V). */
  public boolean scoresVocabulary() {
    return switch (this) {
      case LANGUAGE, MASKED, PRETRAINING -> true;
      case NONE, NEXT_SENTENCE, SEQUENCE, TOKENS, QUESTION -> false;
    };
  }

  /**
   * The logits this head gives; {@code pooled} is not among them, since the pooler is not the
   * head's.
   *
   * @param classes C of a sequence or token head; the others ignore it
   */
  public List<Output> outputs(int classes) {
    return switch (this) {
      case NONE -> List.of();
      case LANGUAGE -> List.of(Output.vocabulary(Tap.LOGITS));
      case MASKED -> List.of(Output.vocabulary(Tap.LOGITS), Output.vocabulary(Tap.LOGITS_MLM));
      case PRETRAINING ->
          List.of(
              Output.vocabulary(Tap.LOGITS),
              Output.vocabulary(Tap.LOGITS_MLM),
              Output.classes(Tap.LOGITS_NSP, 2));
      case NEXT_SENTENCE ->
          List.of(Output.classes(Tap.LOGITS, 2), Output.classes(Tap.LOGITS_NSP, 2));
      case SEQUENCE -> List.of(Output.classes(Tap.LOGITS, classes));
      case TOKENS -> List.of(Output.tokenClasses(Tap.LOGITS, classes));
      case QUESTION ->
          List.of(
              Output.tokenClasses(Tap.LOGITS, 2),
              Output.positions(Tap.LOGITS_START),
              Output.positions(Tap.LOGITS_END));
    };
  }

  /**
   * The tap that stands for another name of the same tensor: {@code logits.mlm} is {@code logits}
   * in a pre-training model, {@code logits.nsp} is {@code logits} in a next-sentence model. Any
   * other tap stands for itself.
   */
  public Tap canonical(Tap tap) {
    return switch (this) {
      case MASKED, PRETRAINING -> tap == Tap.LOGITS_MLM ? Tap.LOGITS : tap;
      case NEXT_SENTENCE -> tap == Tap.LOGITS_NSP ? Tap.LOGITS : tap;
      case NONE, LANGUAGE, SEQUENCE, TOKENS, QUESTION -> tap;
    };
  }
}

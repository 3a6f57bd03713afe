package vitrine.engine.text;

/** What a special token is for. */
public enum Role {
  /** Stands for what the vocabulary lacks. */
  UNKNOWN("unk_token"),
  /** Opens a sequence; BERT's {@code [CLS]}. */
  CLASSIFICATION("cls_token"),
  /** Closes a sequence; BERT's {@code [SEP]}. */
  SEPARATOR("sep_token"),
  /** Hides a token; BERT's {@code [MASK]}. */
  MASK("mask_token"),
  /** Fills short sequences. */
  PAD("pad_token"),
  /** Opens a text. */
  BEGIN_OF_TEXT("bos_token"),
  /** Closes a text; GPT-2's {@code <|endoftext|>}. */
  END_OF_TEXT("eos_token");

  private final String key;

  Role(String key) {
    this.key = key;
  }

  /** The key in tokenizer_config.json and special_tokens_map.json. */
  String key() {
    return key;
  }
}

package vitrine.engine.text;

import vitrine.engine.InputException;

/**
 * How much a tokenizer learns.
 *
 * @param vocabulary how many tokens it is to have, special ones included; fewer where the texts
 *     give no more
 * @param minFrequency how often a pair must occur to be merged
 */
public record TrainingSize(int vocabulary, int minFrequency) {
  /** As in Hugging Face's tokenizers: a pair that occurs once teaches nothing. */
  public static final int USUAL_MIN_FREQUENCY = 2;

  /**
   * Checks both.
   *
   * @throws InputException when the vocabulary is too large for any tokenizer here, or one of them
   *     is not positive
   */
  public TrainingSize {
    if (vocabulary < 1 || vocabulary > VocabularyFiles.MOST_IDS) {
      throw new InputException(
          "train-tokenizer: vocabulary: %d tokens; expected 1 to %d. Ask for fewer."
              .formatted(vocabulary, VocabularyFiles.MOST_IDS));
    }
    if (minFrequency < 1) {
      throw new InputException(
          "train-tokenizer: min-frequency: %d; expected at least 1.".formatted(minFrequency));
    }
  }

  /** Of pairs that occur at least twice. */
  public static TrainingSize of(int vocabulary) {
    return new TrainingSize(vocabulary, USUAL_MIN_FREQUENCY);
  }
}

package vitrine.interp.prompts;

/**
 * Two prompts that differ in what decides the next word.
 *
 * @param clean the prompt
 * @param corrupted of as many tokens
 * @param answer what should follow the clean one; a single token
 * @param wrong what should follow the corrupted one; a single token
 */
public record TextPair(String clean, String corrupted, String answer, String wrong) {}

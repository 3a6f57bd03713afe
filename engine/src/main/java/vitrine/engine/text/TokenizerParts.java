package vitrine.engine.text;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What both kinds of tokenizer have.
 *
 * @param model the model's own tokens
 * @param added tokens looked for in the text before the model's
 * @param template what stands around the sequences
 * @param roles the special tokens' ids
 * @param truncation what a tokenizer.json declares
 * @param padding what a tokenizer.json declares
 * @param notes what a person should know
 */
record TokenizerParts(
    Map<String, Integer> model,
    List<AddedToken> added,
    Template template,
    Map<Role, Integer> roles,
    @Nullable Truncation truncation,
    @Nullable Padding padding,
    List<String> notes) {

  /** Parts without declared truncation and padding, and without notes. */
  static TokenizerParts of(
      Map<String, Integer> model,
      List<AddedToken> added,
      Template template,
      Map<Role, Integer> roles) {
    return new TokenizerParts(model, added, template, roles, null, null, List.of());
  }

  /** The same with all notes. */
  TokenizerParts with(List<String> allNotes) {
    return new TokenizerParts(
        model, added, template, roles, truncation, padding, List.copyOf(allNotes));
  }
}

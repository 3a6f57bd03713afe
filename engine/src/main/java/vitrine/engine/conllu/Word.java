package vitrine.engine.conllu;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A syntactic word, its columns as they are in the file; {@code _} where one is not given.
 *
 * @param id from 1
 * @param form as spelled; of a word within a multiword token, as it would be
 * @param lemma the dictionary's form
 * @param upos the universal part of speech
 * @param xpos the treebank's own
 * @param feats morphology, {@code Case=Nom|Number=Sing}
 * @param head id of the word it depends on, 0 for the root; empty where the file has {@code _}
 * @param deprel how it depends
 * @param deps the enhanced graph
 * @param misc anything else, {@code SpaceAfter=No|Gloss=dog}
 */
public record Word(
    int id,
    String form,
    String lemma,
    String upos,
    String xpos,
    String feats,
    OptionalInt head,
    String deprel,
    String deps,
    String misc) {
  /** One feature, as {@code Number}; empty when the word has none of that name. */
  public Optional<String> feature(String name) {
    return attribute(feats, name);
  }

  /** The value of a name in {@code a=b|c=d}. */
  static Optional<String> attribute(String column, String name) {
    for (String each : column.split("\\|", -1)) {
      if (each.startsWith(name + "=")) {
        return Optional.of(each.substring(name.length() + 1));
      }
    }
    return Optional.empty();
  }
}

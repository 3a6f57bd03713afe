package vitrine.interp.rows;

import java.util.Locale;

/** How the vectors of several tokens become one. */
public enum Pooling {
  /** Their mean. */
  MEAN,
  /** In every place the largest number. */
  MAX,
  /** The first one: of a word its first piece, of a sentence the model's first token. */
  FIRST,
  /** The last one: of a word its last piece, of a sentence the model's last token. */
  LAST;

  /** As the command line has it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package vitrine.engine.text;

/** Whether a BERT vocabulary tells upper case from lower. */
public enum Casing {
  /** Case and accents stay. */
  CASED,
  /** Texts are lower-cased and lose their accents. */
  UNCASED
}

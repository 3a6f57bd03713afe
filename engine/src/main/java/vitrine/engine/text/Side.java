package vitrine.engine.text;

/** One end of a sequence. */
public enum Side {
  LEFT,
  RIGHT
}

package vitrine.interp.pictures;

/** A colour of a drawing. */
sealed interface Paint {
  /** The same in every theme: cells, and the text on them. */
  record Fixed(Rgb colour) implements Paint {}

  /** As the theme has it. */
  record Themed(Tone tone) implements Paint {}

  static Paint of(Rgb colour) {
    return new Fixed(colour);
  }

  static Paint of(Tone tone) {
    return new Themed(tone);
  }

  /** On light paper. */
  default Rgb light() {
    return switch (this) {
      case Fixed fixed -> fixed.colour();
      case Themed themed -> themed.tone().light();
    };
  }
}

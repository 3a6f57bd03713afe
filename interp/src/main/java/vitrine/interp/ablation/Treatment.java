package vitrine.interp.ablation;

import vitrine.engine.InputException;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.EditFunction;

/** What is put in the place of a component's value. */
public sealed interface Treatment {
  /**
   * An edit that is the same for every text: zeros, the mean over an example's own positions,
   * uniform attention, noise, a factor, a block passed by. Of the edited run's own value: of the
   * clean one too, unless something below is switched off as well.
   */
  record Plain(Edit edit) implements Treatment {
    @Override
    public String toString() {
      return edit.toString();
    }
  }

  /** The mean over all real tokens of reference texts, as the clean model has it there. */
  record Reference() implements Treatment {
    @Override
    public String toString() {
      return "reference";
    }
  }

  /**
   * The value that another text of the file has in the clean run, position by position. Texts run
   * in portions of like length; the other is drawn, by the seed and the text's place, from those of
   * its portion that have at least as many tokens; where none has, it is the next longer of the
   * file. Where several components are off, of which one may feed another, the other texts run
   * along a second time, untouched.
   */
  record Resample() implements Treatment {
    @Override
    public String toString() {
      return "resample";
    }
  }

  static Treatment zero() {
    return new Plain(Edit.zero());
  }

  static Treatment mean() {
    return new Plain(Edit.mean());
  }

  static Treatment uniform() {
    return new Plain(Edit.uniform());
  }

  static Treatment noise(float sigma) {
    return new Plain(Edit.noise(sigma));
  }

  static Treatment scale(float factor) {
    return new Plain(Edit.scale(factor));
  }

  static Treatment skip() {
    return new Plain(Edit.skip());
  }

  static Treatment reference() {
    return new Reference();
  }

  static Treatment resample() {
    return new Resample();
  }

  /** A person's own; a result made with it cannot be repeated from its plans alone. */
  static Treatment own(String name, EditFunction function) {
    return new Plain(Edit.custom(name, function));
  }

  /** What is done unless something else is asked for: zeros, and of whole blocks a way past. */
  static Treatment usual(Component.Kind kind) {
    return kind == Component.Kind.LAYERS ? skip() : zero();
  }

  /**
   * Reads {@code zero}, {@code mean}, {@code reference}, {@code resample}, {@code uniform}, {@code
   * noise:SIGMA}, {@code scale:X} or {@code skip}; {@code toString} gives it back.
   *
   * @throws InputException when it is none
   */
  static Treatment parse(String text) {
    String stripped = text.strip();
    if (stripped.equals("reference")) {
      return reference();
    }
    if (stripped.equals("resample")) {
      return resample();
    }
    String kind = stripped.replaceFirst(":.*", "");
    boolean known =
        switch (kind) {
          case "zero", "mean", "uniform", "skip" -> stripped.equals(kind);
          case "noise", "scale" -> !stripped.equals(kind);
          default -> false;
        };
    if (!known) {
      throw new InputException(
          "ablate: --edit: '"
              + stripped.replaceAll("\\p{C}", "\uFFFD")
              + "'; expected zero, mean, reference, resample, uniform, noise:SIGMA, scale:X or skip");
    }
    return new Plain(Edit.parse(stripped));
  }

  /** Whether its plans differ from portion to portion of the texts. */
  default boolean dependsOnPortion() {
    return switch (this) {
      case Resample _ -> true;
      case Reference _ -> false;
      case Plain plain -> plain.edit() instanceof Edit.Noise || plain.edit() instanceof Edit.Custom;
    };
  }

  /**
   * Refuses what makes no sense.
   *
   * @throws InputException when such a component has no such edit
   */
  default void check(Component.Kind kind) {
    String what = "ablate: --edit " + this + ": of " + kind.label();
    if (this instanceof Plain plain) {
      boolean attends =
          switch (kind) {
            case HEADS, ATTENTION -> true;
            case NEURONS, MLP, SUBLAYERS, LAYERS, POSITIONS -> false;
          };
      if (plain.edit() instanceof Edit.Uniform && !attends) {
        throw new InputException(what + ", which do not attend; expected heads or attention");
      }
      if (plain.edit() instanceof Edit.Skip && kind != Component.Kind.LAYERS) {
        throw new InputException(
            what + ": only a whole block can be passed by; expected layers, or --edit zero");
      }
    }
  }
}

package vitrine.interp.saliency;

import java.nio.file.Path;
import java.util.List;

/** What a text is compared with: token vectors that say nothing. */
public sealed interface Baseline {
  /** Zeros. */
  record Zero() implements Baseline {
    @Override
    public String toString() {
      return "zero";
    }
  }

  /** The padding token everywhere. */
  record Pad() implements Baseline {
    @Override
    public String toString() {
      return "pad";
    }
  }

  /** The padding token in the place of all that are not special. */
  record PadKeepingSpecials() implements Baseline {
    @Override
    public String toString() {
      return "pad-keep-specials";
    }
  }

  /** The end-of-text token everywhere. */
  record EndOfText() implements Baseline {
    @Override
    public String toString() {
      return "end-of-text";
    }
  }

  /** The mean of all token vectors. */
  record Mean() implements Baseline {
    @Override
    public String toString() {
      return "mean";
    }
  }

  /** From an array: (D), (T,D) or (1,T,D). */
  record File(Path path) implements Baseline {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** Those that have a name. */
  static List<Baseline> named() {
    return List.of(new Zero(), new Pad(), new PadKeepingSpecials(), new EndOfText(), new Mean());
  }
}

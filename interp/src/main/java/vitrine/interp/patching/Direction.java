package vitrine.interp.patching;

import java.nio.file.Path;

/** Which run is patched, and which one the values come from. */
public enum Direction {
  /** Clean values into the corrupted run: what is enough to bring the answer back. */
  DENOISE("denoise", Run.CORRUPTED, Run.CLEAN),
  /** Corrupted values into the clean run: what the answer cannot do without. */
  NOISE("noise", Run.CLEAN, Run.CORRUPTED);

  /** One of the two. */
  public enum Run {
    CLEAN("clean"),
    CORRUPTED("corrupted");

    private final String label;

    Run(String label) {
      this.label = label;
    }

    /** For people, and as the directory in {@code from:DIR}. */
    public String label() {
      return label;
    }

    /** As edits name it: {@code from:clean}. */
    Path directory() {
      return Path.of(label);
    }
  }

  private final String label;
  private final Run base;
  private final Run source;

  Direction(String label, Run base, Run source) {
    this.label = label;
    this.base = base;
    this.source = source;
  }

  /** As the command line calls it. */
  public String label() {
    return label;
  }

  /** The run that is patched. */
  public Run base() {
    return base;
  }

  /** The run that values are taken from. */
  public Run source() {
    return source;
  }
}

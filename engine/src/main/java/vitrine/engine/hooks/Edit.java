package vitrine.engine.hooks;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import vitrine.engine.InputException;

/** What an edit puts in the place of a site's value, or of the slice of it. */
public sealed interface Edit {

  /**
   * Zeros. On masked scores too, which are then as visible as any: what a hook of a framework would
   * do. The same holds for {@link SetValue}, {@link SetFile} and {@link From}.
   */
  record Zero() implements Edit {
    @Override
    public String toString() {
      return "zero";
    }
  }

  /**
   * For each example, the mean over its real positions of the value the edited run itself has
   * there.
   */
  record Mean() implements Edit {
    @Override
    public String toString() {
      return "mean";
    }
  }

  /** A mean that was taken elsewhere, broadcast to the slice. */
  record MeanFile(Path file) implements Edit {
    @Override
    public String toString() {
      return "mean:" + file;
    }
  }

  /** Of a pattern: 1/n over the n keys the mask allows that query; padding stays 0. */
  record Uniform() implements Edit {
    @Override
    public String toString() {
      return "uniform";
    }
  }

  /** The value times a factor. */
  record Scale(float factor) implements Edit {
    public Scale {
      finite("scale", factor);
    }

    @Override
    public String toString() {
      return "scale:" + Text.number(factor);
    }
  }

  /** One number everywhere. */
  record SetValue(float value) implements Edit {
    public SetValue {
      finite("set", value);
    }

    @Override
    public String toString() {
      return "set:" + Text.number(value);
    }
  }

  /** An array, broadcast to the slice. */
  record SetFile(Path file) implements Edit {
    @Override
    public String toString() {
      return "set:" + file;
    }
  }

  /** The value plus an array, broadcast to the slice. */
  record AddFile(Path file) implements Edit {
    @Override
    public String toString() {
      return "add:" + file;
    }
  }

  /** The value plus Gaussian noise, keyed by seed, site, example and element. */
  record Noise(float sigma) implements Edit {
    public Noise {
      finite("noise", sigma);
      if (sigma < 0) {
        throw new InputException(
            "edit: noise:" + Text.number(sigma) + ": negative; expected a standard deviation.");
      }
    }

    @Override
    public String toString() {
      return "noise:" + Text.number(sigma);
    }
  }

  /** The same site as another run of equal length stored it (patching, resampling). */
  record From(Path directory) implements Edit {
    @Override
    public String toString() {
      return "from:" + directory;
    }
  }

  /**
   * At the output of a block, what entered it: the block is passed by, whatever its norms. Of a
   * pre-norm block that is the same as zeros for both sublayers; of a post-norm block it is not,
   * since those would still be normalised twice.
   */
  record Skip() implements Edit {
    @Override
    public String toString() {
      return "skip";
    }
  }

  /**
   * For each example the value that the edited run itself has there of another one of the batch,
   * position by position; what pads the other is taken as it is.
   *
   * @param donors one an example: the place of the other in the batch
   */
  record Resample(List<Integer> donors) implements Edit {
    public Resample {
      donors = List.copyOf(donors);
      if (donors.isEmpty() || donors.stream().anyMatch(donor -> donor < 0)) {
        throw new InputException(
            "edit: resample: " + donors + "; expected an example's place, from 0, for each.");
      }
    }

    @Override
    public String toString() {
      return "resample:" + donors.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
  }

  /** A function of the caller's; a plan that has one cannot be repeated from its text alone. */
  record Custom(String name, EditFunction function) implements Edit {
    public Custom {
      Objects.requireNonNull(function, "function");
      if (name.isBlank()) {
        throw new IllegalArgumentException("edit: a custom edit needs a name");
      }
    }

    @Override
    public String toString() {
      return "custom:" + name;
    }
  }

  static Edit zero() {
    return new Zero();
  }

  static Edit mean() {
    return new Mean();
  }

  static Edit mean(Path file) {
    return new MeanFile(file);
  }

  static Edit uniform() {
    return new Uniform();
  }

  static Edit scale(float factor) {
    return new Scale(factor);
  }

  static Edit set(float value) {
    return new SetValue(value);
  }

  static Edit set(Path file) {
    return new SetFile(file);
  }

  static Edit add(Path file) {
    return new AddFile(file);
  }

  static Edit noise(float sigma) {
    return new Noise(sigma);
  }

  static Edit from(Path directory) {
    return new From(directory);
  }

  static Edit skip() {
    return new Skip();
  }

  static Edit resample(int... donors) {
    return new Resample(Arrays.stream(donors).boxed().toList());
  }

  static Edit custom(String name, EditFunction function) {
    return new Custom(name, function);
  }

  /**
   * Reads the text of an edit; {@code toString} gives it back.
   *
   * @throws InputException when it is none, listing what there is
   */
  static Edit parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text.strip() : text.substring(0, colon).strip() + ":";
    String rest = colon < 0 ? "" : text.substring(colon + 1).strip();
    String what = "edit: " + Text.quote(text);
    return switch (kind) {
      case "zero" -> zero();
      case "mean" -> mean();
      case "mean:" -> mean(array(rest, what));
      case "uniform" -> uniform();
      case "scale:" -> scale(Text.number(rest, what));
      case "set:" ->
          Text.looksNumeric(rest) ? set(Text.number(rest, what)) : set(array(rest, what));
      case "add:" -> add(array(rest, what));
      case "noise:" -> noise(Text.number(rest, what));
      case "from:" -> from(path(rest, what));
      case "skip" -> skip();
      case "resample:" -> resample(donors(rest, what));
      case "custom:" ->
          throw new InputException(
              what
                  + ": a function of the program that made it; expected an edit that text can"
                  + " say.");
      default ->
          throw new InputException(
              what
                  + ": no such edit; expected zero, mean, mean:FILE.npy, uniform, scale:X, set:X,"
                  + " set:FILE.npy, add:FILE.npy, noise:SIGMA, from:DIR, skip or resample:0,1,…");
    };
  }

  private static int[] donors(String text, String what) {
    return Arrays.stream(text.split(",", -1))
        .mapToInt(each ->
            Text.integer(each.strip())
                .orElseThrow(() ->
                    new InputException(
                        what
                            + ": "
                            + Text.quote(each)
                            + "; expected examples of the batch by their places, as in 1,0.")))
        .toArray();
  }

  private static Path array(String text, String what) {
    if (!text.endsWith(".npy")) {
      throw new InputException(
          what + ": " + Text.quote(text) + "; expected a file ending in .npy.");
    }
    return path(text, what);
  }

  private static Path path(String text, String what) {
    if (text.isEmpty()) {
      throw new InputException(what + ": no path; expected one after the colon.");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException bad) {
      throw new InputException(what + ": not a path; expected one after the colon.", bad);
    }
  }

  private static void finite(String kind, float value) {
    if (!Float.isFinite(value)) {
      throw new InputException("edit: " + kind + ":" + value + "; expected a finite number.");
    }
  }

  /** Refuses an edit that makes no sense at that site. */
  default void validate(Site site, Architecture architecture) {
    String what = "edit: " + site + "=" + this;
    if (!(site.target() instanceof Tap tap)) {
      throw new InputException(
          what + ": a weight; expected an activation. Weights can be read, not edited.");
    }
    if (this instanceof Uniform && tap != Tap.PATTERN) {
      throw new InputException(
          what + ": uniform attention; expected blocks.N.attn.pattern, the probabilities.");
    }
    if (this instanceof Skip && tap != Tap.RESID_POST) {
      throw new InputException(
          what + ": passes a block by; expected blocks.N.resid_post, what leaves it.");
    }
    if (this instanceof Mean) {
      boolean hasPositions =
          architecture.axes(tap).stream()
              .anyMatch(axis -> axis == Axis.POSITION || axis == Axis.QUERY);
      if (!hasPositions) {
        throw new InputException(
            what + ": no positions to take a mean over; expected a site that has them.");
      }
    }
  }
}

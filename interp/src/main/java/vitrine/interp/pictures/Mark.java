package vitrine.interp.pictures;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing on the paper. Lengths are in CSS pixels, y grows downwards.
 *
 * <p>A {@code tip} is what is read out where the reader points; null for what is not data.
 */
sealed interface Mark {
  /** The same thing elsewhere. */
  Mark moved(double right, double down);

  /** A place. */
  record Spot(double x, double y) {
    private static List<Spot> moved(List<Spot> spots, double right, double down) {
      return spots.stream().map(spot -> new Spot(spot.x + right, spot.y + down)).toList();
    }
  }

  /** A filled rectangle. */
  record Box(double x, double y, double width, double height, Paint fill, @Nullable String tip)
      implements Mark {
    @Override
    public Box moved(double right, double down) {
      return new Box(x + right, y + down, width, height, fill, tip);
    }
  }

  /** A line through places. */
  record Polyline(List<Spot> spots, Paint stroke, double width, Dash dash, @Nullable String tip)
      implements Mark {
    public Polyline {
      spots = List.copyOf(spots);
    }

    @Override
    public Polyline moved(double right, double down) {
      return new Polyline(Spot.moved(spots, right, down), stroke, width, dash, tip);
    }
  }

  /** A filled area, half transparent: the band of a curve. */
  record Area(List<Spot> spots, Paint fill) implements Mark {
    /** How much of it shows. */
    static final double OPACITY = 0.18;

    public Area {
      spots = List.copyOf(spots);
    }

    @Override
    public Area moved(double right, double down) {
      return new Area(Spot.moved(spots, right, down), fill);
    }
  }

  /** A filled circle. */
  record Disc(double x, double y, double radius, Paint fill, @Nullable String tip) implements Mark {
    @Override
    public Disc moved(double right, double down) {
      return new Disc(x + right, y + down, radius, fill, tip);
    }
  }

  /** One line of text; (x, y) is on its base line. */
  record Words(double x, double y, String text, TextRole role, Anchor anchor, Turn turn, Paint fill)
      implements Mark {
    @Override
    public Words moved(double right, double down) {
      return new Words(x + right, y + down, text, role, anchor, turn, fill);
    }
  }

  /**
   * Equal cells without gaps, too many for marks of their own.
   *
   * @param columns cells in a row
   * @param colours row by row from the top
   * @param tips row by row; what each is read out as
   */
  record Cells(
      double x, double y, double width, double height, int columns, List<Rgb> colours, Tips tips)
      implements Mark {
    public Cells {
      colours = List.copyOf(colours);
    }

    @Override
    public Cells moved(double right, double down) {
      return new Cells(x + right, y + down, width, height, columns, colours, tips);
    }

    int rows() {
      return colours.size() / columns;
    }
  }

  /** Where a reader gets a cell's words from: made when asked for. */
  @FunctionalInterface
  interface Tips {
    String of(int row, int column);
  }

  /** Which end of a text its place is. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** How a text runs. */
  enum Turn {
    ACROSS,
    /** A quarter turn: reads from below to above. */
    UP
  }

  /** How a line is broken. */
  enum Dash {
    SOLID(),
    DASHED(6, 3),
    DOTTED(2, 3),
    MIXED(8, 3, 2, 3);

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of numbers
    private final List<Double> lengths;

    Dash(double... lengths) {
      this.lengths = Arrays.stream(lengths).boxed().toList();
    }

    /** Lengths of strokes and gaps; none for a line without gaps. */
    List<Double> lengths() {
      return lengths;
    }

    /** Of the n-th round through the colours. */
    static Dash ofRound(int round) {
      return values()[round % values().length];
    }
  }
}

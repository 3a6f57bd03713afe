package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import vitrine.engine.InputException;

/**
 * Which part of a site is meant: {@code [head=5]}, {@code [query=2,key=0]}. Axes not named are
 * taken whole; those named keep their axis, with length 1 for a single index.
 *
 * @param parts at most one for each axis, in the order written
 */
public record Slice(List<Part> parts) {
  /** Everything. */
  public static final Slice ALL = new Slice(List.of());

  /** One axis and the indices taken of it. */
  public record Part(Axis axis, Indices indices) {
    @Override
    public String toString() {
      return axis.keyword() + "=" + indices;
    }
  }

  public Slice {
    parts = List.copyOf(parts);
    if (parts.stream().map(Part::axis).distinct().count() < parts.size()) {
      throw new InputException(
          "site: slice " + print(parts) + ": an axis twice; expected each axis once.");
    }
  }

  /** This slice with one more axis restricted. */
  public Slice with(Axis axis, Indices indices) {
    List<Part> more = new ArrayList<>(parts);
    more.add(new Part(axis, indices));
    return new Slice(more);
  }

  /** This slice with another part of an axis that it restricts already. */
  Slice replaced(Axis axis, Indices indices) {
    return new Slice(
        parts.stream().map(part -> part.axis() == axis ? new Part(axis, indices) : part).toList());
  }

  public boolean isAll() {
    return parts.isEmpty();
  }

  /** Empty for everything, else as written: {@code [head=5]}. */
  @Override
  public String toString() {
    return parts.isEmpty() ? "" : print(parts);
  }

  private static String print(List<Part> parts) {
    return parts.stream().map(Part::toString).collect(Collectors.joining(",", "[", "]"));
  }
}

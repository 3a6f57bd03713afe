package vitrine.engine.data;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import vitrine.engine.hooks.Example;

/** Several examples as one, and some of many. */
public final class Selections {
  private Selections() {}

  /** All of them, one part behind the other. */
  public static Examples joined(List<Examples> parts) {
    return parts.size() == 1 ? parts.getFirst() : new Joined(List.copyOf(parts));
  }

  /** So many of them, which the seed decides on, in their order; all where there are no more. */
  public static Examples drawn(Examples all, int most, long seed) {
    if (most >= all.size()) {
      return all;
    }
    int[] order = Permutation.of(all.size(), Draw.key(seed, Draw.Use.SPLIT));
    int[] indices = Arrays.copyOf(order, most);
    Arrays.sort(indices);
    return new Chosen(all, indices);
  }

  /** Parts one behind the other. */
  private record Joined(List<Examples> parts) implements Examples {
    @Override
    public int size() {
      return Math.toIntExact(parts.stream().mapToLong(Examples::size).sum());
    }

    @Override
    public Example get(int index, long key) {
      return at(index, (part, place) -> part.get(place, key));
    }

    @Override
    public int length(int index) {
      return at(index, Examples::length);
    }

    private <R> R at(int index, BiFunction<Examples, Integer, R> of) {
      int left = index;
      for (Examples part : parts) {
        if (left < part.size()) {
          return of.apply(part, left);
        }
        left -= part.size();
      }
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int longest() {
      return parts.stream().mapToInt(Examples::longest).max().orElseThrow();
    }

    @Override
    public String fingerprint() {
      Fingerprint hash = new Fingerprint("joined");
      parts.forEach(part -> hash.add(part.fingerprint()));
      return hash.hex();
    }
  }
}

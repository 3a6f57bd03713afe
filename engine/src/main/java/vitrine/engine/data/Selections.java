package vitrine.engine.data;

import java.util.Arrays;
import java.util.List;
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
    return new Drawn(all, indices);
  }

  /** Parts one behind the other. */
  private record Joined(List<Examples> parts) implements Examples {
    @Override
    public int size() {
      return Math.toIntExact(parts.stream().mapToLong(Examples::size).sum());
    }

    @Override
    public Example get(int index, long key) {
      int left = index;
      for (Examples part : parts) {
        if (left < part.size()) {
          return part.get(left, key);
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

  /** Some of them. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this file
  private record Drawn(Examples whole, int[] indices) implements Examples {
    @Override
    public int size() {
      return indices.length;
    }

    @Override
    public Example get(int index, long key) {
      return whole.get(indices[index], key);
    }

    @Override
    public int longest() {
      return whole.longest();
    }

    @Override
    public String fingerprint() {
      return new Fingerprint("drawn").add(whole.fingerprint()).add(indices).hex();
    }
  }
}

package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.function.IntFunction;
import vitrine.engine.InputException;

/**
 * Which blocks a site is meant in: {@code *}, {@code 3}, {@code 2..5} (5 excluded), {@code {1,4}},
 * {@code -1}.
 *
 * @param extent every block, none, or some
 */
public record Layers(Extent extent) {
  /** Every block. */
  public static final Layers ALL = new Layers(new Every());

  /** For what stands outside the blocks, such as {@code embed}. */
  public static final Layers NONE = new Layers(new Outside());

  /** How many blocks are meant. */
  public sealed interface Extent {}

  /** Every block. */
  public record Every() implements Extent {
    @Override
    public String toString() {
      return "*";
    }
  }

  /** No block. */
  public record Outside() implements Extent {
    @Override
    public String toString() {
      return "";
    }
  }

  /** Some blocks. */
  public record Chosen(Indices indices) implements Extent {
    @Override
    public String toString() {
      return indices.toString();
    }
  }

  /** One block; a negative number counts from the last. */
  public static Layers of(int layer) {
    return some(Indices.of(layer));
  }

  /** Blocks {@code from} up to but excluding {@code to}. */
  public static Layers range(int from, int to) {
    return some(Indices.range(from, to));
  }

  /** These blocks. */
  public static Layers list(int... layers) {
    return some(Indices.list(layers));
  }

  /**
   * Reads what stands between {@code blocks.} and the next name.
   *
   * @param what operation and operand for the error
   */
  public static Layers parse(String text, String what) {
    return text.equals("*") ? ALL : some(Indices.parse(text, what));
  }

  /** Those blocks. */
  public static Layers some(Indices indices) {
    return new Layers(new Chosen(indices));
  }

  /** Whether this is {@link #NONE}. */
  public boolean isNone() {
    return extent instanceof Outside;
  }

  /**
   * The blocks of a model of {@code count} blocks; empty for {@link #NONE}.
   *
   * @throws InputException when one is out of range or given twice
   */
  public int[] resolve(int count, String what) {
    return resolve(count, what, Integer::toString);
  }

  /**
   * As above.
   *
   * @param name of what is in one block: an error tells the nearest one that there is
   */
  public int[] resolve(int count, String what, IntFunction<String> name) {
    return switch (extent) {
      case Every _ -> {
        int[] all = new int[count];
        Arrays.setAll(all, i -> i);
        yield all;
      }
      case Outside _ -> new int[0];
      case Chosen chosen -> chosen.indices().resolve(count, what, name);
    };
  }

  /** As written. */
  @Override
  public String toString() {
    return extent.toString();
  }
}

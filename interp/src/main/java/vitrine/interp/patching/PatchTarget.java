package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Slice;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Shape;

/**
 * What is patched piece by piece: a site, and along which axes it is taken apart. Each layer of the
 * site is apart from the others.
 *
 * @param site of blocks; its slice says which heads, positions or neurons are meant
 * @param by axes of the site whose indices are patched one by one, the last one across in pictures;
 *     what is not named is patched as one
 * @param neuronsAtOnce how many neurons that follow each other are one component
 */
public record PatchTarget(Site site, List<Axis> by, int neuronsAtOnce) {
  public PatchTarget {
    by = List.copyOf(by);
    if (neuronsAtOnce < 1) {
      throw new IllegalArgumentException("patch: " + neuronsAtOnce + " neurons at once");
    }
  }

  /** A site taken apart as is usual: what has heads by heads, all else by positions. */
  public static PatchTarget of(Site site, Architecture model) {
    boolean heads = site.target() instanceof Tap tap && axes(tap, model).contains(Axis.HEAD);
    return new PatchTarget(site, List.of(heads ? Axis.HEAD : Axis.POSITION), 1);
  }

  /**
   * Refuses what the model does not have.
   *
   * @throws InputException with the nearest names
   */
  public void validate(Architecture model) {
    site.validate(model);
    if (!(site.target() instanceof Tap tap) || !tap.perBlock()) {
      throw new InputException(
          "patch: "
              + site
              + ": not an activation of a block; expected one such as blocks.*.resid_pre. See: vitrine"
              + " help run");
    }
    List<Axis> axes = axes(tap, model);
    for (Axis axis : by) {
      boolean twice = by.indexOf(axis) != by.lastIndexOf(axis);
      if (axis == Axis.BATCH || axis == Axis.ONE || !axes.contains(axis) || twice) {
        throw new InputException(
            "patch: %s: by %s; expected axes of it, none twice: %s"
                .formatted(
                    site,
                    names(by),
                    names(
                        axes.stream()
                            .filter(each -> each != Axis.BATCH && each != Axis.ONE)
                            .toList())));
      }
    }
  }

  private static String names(List<Axis> axes) {
    return axes.stream().map(Axis::keyword).collect(Collectors.joining(","));
  }

  private static List<Axis> axes(Tap tap, Architecture model) {
    return tap.absence(model).isPresent() || tap.isOutput() ? List.of() : model.axes(tap);
  }

  /** The layers' numbers in a model. */
  int[] layers(Architecture model) {
    return site.blocks(model);
  }

  /** The sites whose values are exchanged, whole, one a layer. */
  List<Site> whole(Architecture model) {
    return Arrays.stream(layers(model))
        .mapToObj(layer -> site.whole().at(Layers.of(layer)))
        .toList();
  }

  /**
   * The components, by layer and then along {@link #by}.
   *
   * @param length T
   * @param count how positions are counted
   */
  List<Component> components(Architecture model, int length, Counting count) {
    Tap tap = (Tap) site.target();
    Shape shape = model.shape(tap, 1, length);
    List<List<Piece>> pieces = new ArrayList<>();
    for (Axis axis : by) {
      int along = shape.dim(model.axes(tap).indexOf(axis));
      pieces.add(pieces(axis, along, count));
    }
    List<Component> components = new ArrayList<>();
    for (int layer : layers(model)) {
      Slice rest =
          new Slice(
              site.slice().parts().stream().filter(part -> !by.contains(part.axis())).toList());
      add(
          components,
          new Component(layer, List.of(), new Site(tap, Layers.of(layer), rest)),
          pieces);
    }
    return components;
  }

  /** One index along an axis, or several neurons. */
  private record Piece(Axis axis, int key, Indices indices) {}

  private static void add(List<Component> to, Component so, List<List<Piece>> pieces) {
    int depth = so.keys().size();
    if (depth == pieces.size()) {
      to.add(so);
      return;
    }
    for (Piece piece : pieces.get(depth)) {
      List<Integer> keys = new ArrayList<>(so.keys());
      keys.add(piece.key());
      Site narrower = so.site().with(piece.axis(), piece.indices());
      add(to, new Component(so.layer(), keys, narrower), pieces);
    }
  }

  private List<Piece> pieces(Axis axis, int length, Counting count) {
    Optional<Slice.Part> given =
        site.slice().parts().stream().filter(part -> part.axis() == axis).findFirst();
    int[] indices =
        given
            .map(part -> site.indices(part, length))
            .orElseGet(() -> IntStream.range(0, length).toArray());
    List<Piece> pieces = new ArrayList<>();
    int each = axis == Axis.NEURON ? neuronsAtOnce : 1;
    for (int first = 0; first < indices.length; first += each) {
      int[] some = Arrays.copyOfRange(indices, first, Math.min(indices.length, first + each));
      boolean fromEnd =
          count == Counting.FROM_END
              && isPosition(axis)
              && given.map(part -> countsFromEnd(part.indices())).orElse(true);
      int key = fromEnd ? some[0] - length : some[0];
      pieces.add(new Piece(axis, key, some.length == 1 ? Indices.of(key) : together(some)));
    }
    return pieces;
  }

  /** As short as it can be written: it becomes a label, and the name of a file. */
  private static Indices together(int... some) {
    int first = some[0];
    int last = some[some.length - 1];
    boolean consecutive = IntStream.range(0, some.length).allMatch(at -> some[at] == first + at);
    return consecutive ? Indices.range(first, last + 1) : Indices.list(some);
  }

  /** Whether whoever chose positions meant those from the end. */
  private static boolean countsFromEnd(Indices given) {
    return switch (given) {
      case Indices.One one -> one.index() < 0;
      case Indices.Range range -> range.from() < 0;
      case Indices.Listed listed -> listed.indices().getFirst() < 0;
    };
  }

  /** Whether an axis counts positions of the text. */
  static boolean isPosition(Axis axis) {
    return axis == Axis.POSITION || axis == Axis.QUERY || axis == Axis.KEY;
  }

  /** How positions are counted: those of texts of unequal length meet at their ends. */
  enum Counting {
    FROM_START,
    FROM_END;

    static Counting of(List<PromptPair> pairs) {
      return pairs.stream().map(PromptPair::length).distinct().count() == 1 ? FROM_START : FROM_END;
    }
  }

  /**
   * One piece.
   *
   * @param keys its index on each axis of {@link PatchTarget#by}; of several neurons the first; of
   *     positions that are counted from the end a negative one
   * @param site what is exchanged, of a single layer
   */
  record Component(int layer, List<Integer> keys, Site site) {
    Component {
      keys = List.copyOf(keys);
    }
  }

  @Override
  public String toString() {
    return site + " by " + (by.isEmpty() ? "layer" : names(by));
  }
}

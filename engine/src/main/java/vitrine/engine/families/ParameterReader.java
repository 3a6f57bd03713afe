package vitrine.engine.families;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import vitrine.engine.InputException;
import vitrine.engine.layers.EmbeddingTable;
import vitrine.engine.models.Parameter;
import vitrine.engine.models.Storage;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.weights.Checkpoint;

/**
 * Takes a checkpoint's tensors one by one to the backend: each must be there, have the shape that
 * the config promises, and hold finite numbers. What was never asked for is told at the end.
 */
final class ParameterReader {
  private final Checkpoint checkpoint;
  private final String where;
  private final Kernels kernels;
  private final Workspace owner;
  private final MissingTensors missing;
  private final Precision precision;
  private final Set<String> unused;
  private final List<Parameter> read = new ArrayList<>();

  /**
   * Reads a checkpoint.
   *
   * @param precision of matrices for products
   */
  ParameterReader(
      Checkpoint checkpoint,
      String where,
      Kernels kernels,
      Workspace owner,
      MissingTensors missing,
      Precision precision) {
    this.checkpoint = checkpoint;
    this.where = where;
    this.kernels = kernels;
    this.owner = owner;
    this.missing = missing;
    this.precision = precision;
    this.unused = new LinkedHashSet<>(checkpoint.names());
  }

  boolean has(String name) {
    return checkpoint.has(name);
  }

  /**
   * Whether a head's matrix is the embedding table: the config does not deny it, and the matrix is
   * not stored, or with the table's numbers (older files have both). A matrix with numbers of its
   * own is what runs, whatever the config says.
   */
  boolean isTied(Config config, String head, String table) {
    if (config.flag("tie_word_embeddings", Config.Flag.ON) == Config.Flag.OFF) {
      return false;
    }
    return !has(head) || (has(table) && holdsTheSame(head, table));
  }

  private boolean holdsTheSame(String a, String b) {
    return checkpoint.info(a).shape().equals(checkpoint.info(b).shape())
        && Arrays.equals(checkpoint.floats(a), checkpoint.floats(b));
  }

  /** The first axis of a tensor; empty when there is no such tensor or it is a scalar. */
  Optional<Integer> rows(String name) {
    if (!has(name) || checkpoint.info(name).shape().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of((int) Math.min(checkpoint.info(name).shape().getFirst(), Integer.MAX_VALUE));
  }

  /**
   * The first of the names that is there; the first of all when none is, so that the error names
   * it.
   */
  String either(String... names) {
    for (String name : names) {
      if (has(name)) {
        return name;
      }
    }
    return names[0];
  }

  /** A tensor kept as it is, such as a bias or an embedding table. */
  Tensor tensor(String name, Parameter.Kind kind, int... shape) {
    Tensor tensor =
        with(name, kind, values -> kernels.upload(owner, Shape.of(shape), values), shape);
    record(name, kind, new Storage.Whole(tensor), shape);
    return tensor;
  }

  /** A matrix for products, stored as {@code layout} says. */
  Weight matrix(String name, int in, int out, Weight.Layout layout) {
    return matrix(name, Parameter.Kind.MATRIX, in, out, layout);
  }

  private Weight matrix(String name, Parameter.Kind kind, int in, int out, Weight.Layout layout) {
    int[] shape = layout == Weight.Layout.IN_OUT ? new int[] {in, out} : new int[] {out, in};
    Weight weight =
        with(name, kind, values -> kernels.pack(owner, values, in, out, layout, precision), shape);
    record(name, kind, new Storage.Matrix(weight, layout), shape);
    return weight;
  }

  /** An embedding table (V,D). */
  EmbeddingTable.Own table(String name, int vocabulary, int width) {
    return new EmbeddingTable.Own(tensor(name, Parameter.Kind.EMBEDDING, vocabulary, width));
  }

  /** An embedding table (V,D) that is also the transposed matrix of a head: held as the latter. */
  EmbeddingTable.Tied tied(String name, int vocabulary, int width) {
    return new EmbeddingTable.Tied(
        matrix(name, Parameter.Kind.EMBEDDING, width, vocabulary, Weight.Layout.OUT_IN));
  }

  private void record(String name, Parameter.Kind kind, Storage storage, int... shape) {
    read.add(new Parameter(name, Shape.of(shape), kind, storage));
  }

  /** Everything that was read, in that order. */
  List<Parameter> read() {
    return read;
  }

  /**
   * GPT-2's joined matrices: (in, parts*out) cut by columns into {@code parts} matrices (in, out).
   */
  List<Weight> columns(String name, int in, int out, int parts) {
    List<Weight> weights = cut(name, in, out, parts);
    record(name, Parameter.Kind.MATRIX, new Storage.Columns(weights), in, parts * out);
    return weights;
  }

  private List<Weight> cut(String name, int in, int out, int parts) {
    return with(
        name,
        Parameter.Kind.MATRIX,
        values -> {
          List<Weight> cut = new ArrayList<>();
          try (Arena arena = Arena.ofShared()) { // panels are filled by several threads
            MemorySegment part = arena.allocate(4L * in * out, 64);
            for (int p = 0; p < parts; p++) {
              for (int i = 0; i < in; i++) {
                MemorySegment.copy(
                    values,
                    4L * ((long) i * parts * out + (long) p * out),
                    part,
                    4L * i * out,
                    4L * out);
              }
              cut.add(kernels.pack(owner, part, in, out, Weight.Layout.IN_OUT, precision));
            }
          }
          return cut;
        },
        in,
        parts * out);
  }

  /** The biases of {@link #columns}: (parts*out) cut into {@code parts} of (out). */
  List<Tensor> pieces(String name, int out, int parts) {
    List<Tensor> pieces = cut(name, out, parts);
    record(name, Parameter.Kind.BIAS, new Storage.Pieces(pieces), parts * out);
    return pieces;
  }

  private List<Tensor> cut(String name, int out, int parts) {
    return with(
        name,
        Parameter.Kind.BIAS,
        values -> {
          List<Tensor> cut = new ArrayList<>();
          for (int p = 0; p < parts; p++) {
            cut.add(kernels.upload(owner, Shape.of(out), values.asSlice(4L * p * out, 4L * out)));
          }
          return cut;
        },
        parts * out);
  }

  private <T> T with(
      String name, Parameter.Kind kind, Function<MemorySegment, T> use, int... shape) {
    if (!checkpoint.has(name)) {
      float[] values = missing.values(name, Shape.of(shape), kind);
      if (values != null) {
        return use.apply(MemorySegment.ofArray(values));
      }
      throw new InputException(
          "load: "
              + where
              + ": no tensor "
              + name
              + " "
              + Shape.of(shape)
              + "; expected it by the config. Is the file whole, and the config its own?");
    }
    unused.remove(name);
    List<Long> found = checkpoint.info(name).shape();
    if (!found.equals(Arrays.stream(shape).mapToObj(axis -> (long) axis).toList())) {
      throw new InputException(
          "load: "
              + where
              + ": tensor "
              + name
              + " has shape "
              + text(found)
              + "; expected "
              + Shape.of(shape)
              + " by the config.");
    }
    long count = Shape.of(shape).size();
    try (Arena arena = Arena.ofShared()) { // panels are filled by several threads
      MemorySegment values = arena.allocate(4L * count, 64);
      checkpoint.readFloats(name, values);
      checkFinite(name, values, count);
      return use.apply(values);
    }
  }

  private void checkFinite(String name, MemorySegment values, long count) {
    for (long i = 0; i < count; i++) {
      float value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      if (!Float.isFinite(value)) {
        throw new InputException(
            "load: "
                + where
                + ": tensor "
                + name
                + " holds "
                + value
                + " at element "
                + i
                + "; expected finite numbers. The file is damaged or the training diverged.");
      }
    }
  }

  private static String text(List<Long> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(",", "(", ")"));
  }

  /** Marks tensors that a file may hold and this task does not need, such as stored masks. */
  void expectUnused(String regex) {
    unused.removeIf(name -> name.matches(regex));
  }

  /** The checkpoint's tensors that nobody asked for, in file order. */
  Set<String> unused() {
    return unused;
  }

  /** How many numbers were read; a tied matrix counts once. */
  long parameters() {
    return read.stream().mapToLong(parameter -> parameter.shape().size()).sum();
  }
}

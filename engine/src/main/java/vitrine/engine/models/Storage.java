package vitrine.engine.models;

import java.util.List;
import vitrine.engine.hooks.Gradients;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * How a backend keeps a parameter. Gradients and an optimizer's state are kept alike, so that
 * element-wise ops on {@link #elements} work on all of them together.
 */
public sealed interface Storage {
  /** In the backend's own order; the same for every storage that is parallel to this one. */
  List<Tensor> elements();

  /** A parallel storage, all zero. */
  Storage zeros(Kernels kernels, Workspace owner);

  /** The parallel storage that holds the gradient. */
  Storage gradient(Gradients gradients);

  /** The numbers in the file's layout. */
  float[] download(Kernels kernels);

  /** Takes numbers in the file's layout. */
  void upload(Kernels kernels, float[] values);

  /** A tensor as it is in the file. */
  record Whole(Tensor tensor) implements Storage {
    @Override
    public List<Tensor> elements() {
      return List.of(tensor);
    }

    @Override
    public Storage zeros(Kernels kernels, Workspace owner) {
      return new Whole(Storage.zeros(kernels, owner, tensor.shape()));
    }

    @Override
    public Storage gradient(Gradients gradients) {
      return new Whole(gradients.of(tensor));
    }

    @Override
    public float[] download(Kernels kernels) {
      return tensor.toArray();
    }

    @Override
    public void upload(Kernels kernels, float[] values) {
      Storage.put(kernels, values, tensor);
    }
  }

  /** A vector of the file, cut into equal pieces: GPT-2's joined biases. */
  record Pieces(List<Tensor> pieces) implements Storage {
    public Pieces {
      pieces = List.copyOf(pieces);
    }

    @Override
    public List<Tensor> elements() {
      return pieces;
    }

    @Override
    public Storage zeros(Kernels kernels, Workspace owner) {
      return new Pieces(
          pieces.stream().map(piece -> Storage.zeros(kernels, owner, piece.shape())).toList());
    }

    @Override
    public Storage gradient(Gradients gradients) {
      return new Pieces(pieces.stream().map(gradients::of).toList());
    }

    @Override
    public float[] download(Kernels kernels) {
      int length = pieces.getFirst().shape().dim(0);
      float[] values = new float[length * pieces.size()];
      for (int p = 0; p < pieces.size(); p++) {
        pieces.get(p).download(0, values, p * length, length);
      }
      return values;
    }

    @Override
    public void upload(Kernels kernels, float[] values) {
      int length = pieces.getFirst().shape().dim(0);
      for (int p = 0; p < pieces.size(); p++) {
        float[] piece = java.util.Arrays.copyOfRange(values, p * length, (p + 1) * length);
        Storage.put(kernels, piece, pieces.get(p));
      }
    }
  }

  /**
   * A matrix packed for products; the embedding table too, where a head is tied to it.
   *
   * @param layout of the file
   */
  record Matrix(Weight weight, Weight.Layout layout) implements Storage {
    @Override
    public List<Tensor> elements() {
      return List.of(weight.elements());
    }

    @Override
    public Storage zeros(Kernels kernels, Workspace owner) {
      return new Matrix(kernels.zeros(owner, weight), layout);
    }

    @Override
    public Storage gradient(Gradients gradients) {
      return new Matrix(gradients.of(weight), layout);
    }

    @Override
    public float[] download(Kernels kernels) {
      try (Workspace workspace = kernels.workspace()) {
        Tensor out = workspace.allocate(shape());
        kernels.unpack(weight, layout, Into.REPLACE, out);
        return out.toArray();
      }
    }

    @Override
    public void upload(Kernels kernels, float[] values) {
      try (Workspace workspace = kernels.workspace()) {
        kernels.repack(kernels.upload(workspace, shape(), values), layout, weight);
      }
    }

    private Shape shape() {
      return layout == Weight.Layout.IN_OUT
          ? Shape.of(weight.in(), weight.out())
          : Shape.of(weight.out(), weight.in());
    }
  }

  /** A joined matrix (in, parts * out) of the file, cut by columns: GPT-2's c_attn. */
  record Columns(List<Weight> parts) implements Storage {
    public Columns {
      parts = List.copyOf(parts);
    }

    @Override
    public List<Tensor> elements() {
      return parts.stream().map(Weight::elements).toList();
    }

    @Override
    public Storage zeros(Kernels kernels, Workspace owner) {
      return new Columns(parts.stream().map(part -> kernels.zeros(owner, part)).toList());
    }

    @Override
    public Storage gradient(Gradients gradients) {
      return new Columns(parts.stream().map(gradients::of).toList());
    }

    @Override
    public float[] download(Kernels kernels) {
      try (Workspace workspace = kernels.workspace()) {
        Tensor joined = workspace.allocate(joined());
        Tensor part = workspace.allocate(part());
        for (int p = 0; p < parts.size(); p++) {
          kernels.unpack(parts.get(p), Weight.Layout.IN_OUT, Into.REPLACE, part);
          kernels.assign(joined, columns(p), part);
        }
        return joined.toArray();
      }
    }

    @Override
    public void upload(Kernels kernels, float[] values) {
      try (Workspace workspace = kernels.workspace()) {
        Tensor joined = kernels.upload(workspace, joined(), values);
        Tensor part = workspace.allocate(part());
        for (int p = 0; p < parts.size(); p++) {
          kernels.slice(joined, columns(p), part);
          kernels.repack(part, Weight.Layout.IN_OUT, parts.get(p));
        }
      }
    }

    private Shape part() {
      return Shape.of(parts.getFirst().in(), parts.getFirst().out());
    }

    private Shape joined() {
      return Shape.of(part().dim(0), part().dim(1) * parts.size());
    }

    private Region columns(int part) {
      int out = parts.getFirst().out();
      return Region.all(2)
          .with(1, java.util.stream.IntStream.range(part * out, (part + 1) * out).toArray());
    }
  }

  private static Tensor zeros(Kernels kernels, Workspace owner, Shape shape) {
    Tensor tensor = owner.allocate(shape);
    kernels.fill(tensor, 0f);
    return tensor;
  }

  private static void put(Kernels kernels, float[] values, Tensor tensor) {
    try (Workspace workspace = kernels.workspace()) {
      kernels.copy(kernels.upload(workspace, tensor.shape(), values), tensor);
    }
  }
}

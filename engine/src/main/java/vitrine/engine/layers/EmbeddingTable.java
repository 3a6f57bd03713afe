package vitrine.engine.layers;

import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/** One vector for each of V things: where they lie, and where their gradients go. */
public sealed interface EmbeddingTable {
  /** D, the length of a vector. */
  int width();

  /**
   * @param ids one for each row of the result
   * @param shape (..,D)
   * @return a new tensor of that shape
   */
  Tensor lookUp(Run run, int[] ids, Shape shape);

  /**
   * Adds each vector's gradient to that of the entry it was looked up in.
   *
   * @param d with respect to what was looked up, (..,D); stays the caller's
   */
  void backward(Run run, Tensor d, int[] ids, Gradients gradients);

  /**
   * A table of its own.
   *
   * @param rows (V,D)
   */
  record Own(Tensor rows) implements EmbeddingTable {
    @Override
    public int width() {
      return rows.shape().dim(1);
    }

    @Override
    public Tensor lookUp(Run run, int[] ids, Shape shape) {
      Tensor out = run.allocate(shape);
      run.kernels().gather(rows, ids, out);
      return out;
    }

    @Override
    public void backward(Run run, Tensor d, int[] ids, Gradients gradients) {
      run.kernels().gatherBackward(d, ids, gradients.of(rows));
    }
  }

  /**
   * The columns of a head's matrix: one parameter with two uses, held once, and one gradient, to
   * which both uses add.
   *
   * @param matrix (D,V)
   */
  record Tied(Weight matrix) implements EmbeddingTable {
    @Override
    public int width() {
      return matrix.in();
    }

    @Override
    public Tensor lookUp(Run run, int[] ids, Shape shape) {
      Tensor out = run.allocate(shape);
      run.kernels().gatherColumns(matrix, ids, out);
      return out;
    }

    @Override
    public void backward(Run run, Tensor d, int[] ids, Gradients gradients) {
      run.kernels().gatherColumnsBackward(d, ids, gradients.of(matrix));
    }
  }
}

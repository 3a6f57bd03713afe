package vitrine.engine.layers;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Activation;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * A head's logits of some rows, a block of rows at a time, forward and at once backward: the logits
 * of all rows would be the largest tensor of a pass by far (GPT-2: 50257 numbers a row, where a
 * block of the model keeps 12 thousand).
 */
public final class VocabularyBlocks {
  /**
   * Rows a block at most. Each reads the matrix, and its gradient is read and written: a few dozen
   * would wait for memory. See docs/adr/0019.
   */
  private static final int ROWS = 144;

  /** Blocks are of as many rows as tiles of products like. */
  private static final int GRAIN = 12;

  private VocabularyBlocks() {}

  /** What reads the logits. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads the logits of some rows. Where the head is run backward they become their own gradient.
     *
     * @param logits (n,V)
     * @param first which of the rows is the first
     * @return a number that is added up
     */
    double read(Tensor logits, int first);
  }

  /**
   * Runs the head, and backward too where the run wants that; gradients of its parameters are added
   * to.
   *
   * @param x the last hidden state, (B,T,D); stays the caller's
   * @param rows which of its B*T rows, ascending
   * @return the sum of what the reader gave, and the gradient with respect to x, (B,T,D), kept for
   *     the backward pass; null where there is none
   */
  public static Passed<Double, @Nullable Tensor> pass(
      Run run, VocabularyHead head, Tensor x, int[] rows, Reader reader) {
    Tensor picked = pick(run, x, rows);
    var hidden = head.hidden(run, picked);
    run.releaseUnless(picked, hidden.out());
    if (!run.differentiates(Differentiation.HEAD)) {
      double sum = blocks(run, head.unembed(), hidden.out(), null, reader);
      run.release(hidden.out());
      return new Passed<>(sum, null);
    }
    Tensor dHidden = run.allocate(hidden.out().shape());
    double sum = blocks(run, head.unembed(), hidden.out(), dHidden, reader);
    run.release(hidden.out());
    Tensor dPicked = head.hiddenBackward(run, dHidden, hidden.cache());
    Tensor dX = run.save("x.gradient", Differentiation.HEAD, run.zeros(x.shape()));
    run.kernels().gatherBackward(dPicked, rows, dX);
    run.release(dPicked);
    return new Passed<>(sum, dX);
  }

  /**
   * The logits of some rows, all at once; not tapped.
   *
   * @param x the last hidden state, (..,D); stays the caller's
   * @param rows which of its rows, in the order wanted
   * @return (n,V)
   */
  public static Tensor logits(Run run, VocabularyHead head, Tensor x, int[] rows) {
    Tensor picked = pick(run, x, rows);
    Tensor hidden = head.hidden(run, picked).out();
    run.releaseUnless(picked, hidden);
    Tensor logits = head.unembed().forward(run, hidden, Activation.IDENTITY);
    run.release(hidden);
    return logits;
  }

  /**
   * @param dX written whole; null where there is no backward pass
   */
  private static double blocks(
      Run run, Linear unembed, Tensor x, @Nullable Tensor dX, Reader reader) {
    int rows = x.shape().dim(0);
    int size = size(rows);
    double sum = 0;
    for (int first = 0; first < rows; first += size) {
      int[] block = IntStream.range(first, Math.min(rows, first + size)).toArray();
      Tensor part = pick(run, x, block);
      Tensor logits = unembed.forward(run, part, Activation.IDENTITY);
      sum += reader.read(logits, first);
      if (dX != null) {
        unembed.backwardParameters(run, part, logits);
        Tensor dPart = unembed.backward(run, logits, part.shape());
        run.kernels().assign(dX, Region.all(2).with(0, block), dPart);
        run.release(dPart);
      }
      run.release(logits);
      run.release(part);
    }
    return sum;
  }

  /** Rows a block: as few blocks as the limit allows, of one size. */
  private static int size(int rows) {
    int blocks = Math.max(1, (rows + ROWS - 1) / ROWS);
    int each = (rows + blocks - 1) / blocks;
    return Math.max(GRAIN, (each + GRAIN - 1) / GRAIN * GRAIN);
  }

  private static Tensor pick(Run run, Tensor x, int[] rows) {
    Tensor out = run.allocate(Shape.of(rows.length, x.shape().dim(-1)));
    run.kernels().gather(x, rows, out);
    return out;
  }
}

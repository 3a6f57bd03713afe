package vitrine.engine.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.engine.models.Storage;
import vitrine.kernels.AdamStep;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * The optimizer AdamW (Loshchilov and Hutter 2019) of one model: decoupled weight decay on matrices
 * and embeddings, none on biases and LayerNorms.
 */
final class AdamW implements AutoCloseable {
  /** What PyTorch's {@code clip_grad_norm_} adds to the norm before it divides by it. */
  private static final double CLIP_EPS = 1e-6;

  private final Kernels kernels;
  private final AdamSettings settings;
  private final Workspace workspace;
  private final List<Slot> slots = new ArrayList<>();

  /**
   * A parameter and what is kept for it, all parallel.
   *
   * @param m mean of gradients
   * @param v mean of squared gradients
   */
  record Slot(Parameter parameter, Storage gradient, Storage m, Storage v) {}

  /**
   * @param gradients of the model, which every step reads
   */
  AdamW(Model model, Gradients gradients, AdamSettings settings) {
    this.kernels = model.kernels();
    this.settings = settings;
    this.workspace = kernels.workspace();
    try {
      for (Parameter parameter : model.parameters()) {
        Storage storage = parameter.storage();
        slots.add(
            new Slot(
                parameter,
                storage.gradient(gradients),
                storage.zeros(kernels, workspace),
                storage.zeros(kernels, workspace)));
      }
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    }
  }

  List<Slot> slots() {
    return slots;
  }

  /** The Euclidean norm of one parameter's gradient; NaN or infinite where an element is. */
  double norm(Slot slot) {
    return Math.sqrt(sumOfSquares(slot.gradient()));
  }

  /** The Euclidean norm of the whole gradient. */
  double norm() {
    double sum = 0;
    for (Slot slot : slots) {
      sum += sumOfSquares(slot.gradient());
    }
    return Math.sqrt(sum);
  }

  private double sumOfSquares(Storage storage) {
    double sum = 0;
    for (Tensor tensor : storage.elements()) {
      sum += kernels.sumOfSquares(tensor);
    }
    return sum;
  }

  /** What the gradient is multiplied by, so that its norm is not above the limit. */
  double clipScale(double norm) {
    Double limit = settings.clip();
    return limit == null ? 1 : Math.min(1, limit / (norm + CLIP_EPS));
  }

  /**
   * Changes the model.
   *
   * @param t which step, from 1
   * @param factor of the learning rate, from the schedule
   * @param gradientScale what the gradient is multiplied by
   */
  void step(int t, double factor, double gradientScale) {
    for (Slot slot : slots) {
      AdamStep step =
          new AdamStep(
              (float) (settings.learningRate() * factor),
              (float) settings.beta1(),
              (float) settings.beta2(),
              (float) settings.eps(),
              (float) decay(slot.parameter().kind()),
              t,
              (float) gradientScale);
      Storage storage = slot.parameter().storage();
      List<Tensor> x = storage.elements();
      List<Tensor> gradient = slot.gradient().elements();
      List<Tensor> m = slot.m().elements();
      List<Tensor> v = slot.v().elements();
      for (int i = 0; i < x.size(); i++) {
        kernels.adamW(x.get(i), gradient.get(i), m.get(i), v.get(i), step);
      }
    }
  }

  private double decay(Parameter.Kind kind) {
    return switch (kind) {
      case MATRIX, EMBEDDING -> settings.weightDecay();
      case BIAS, NORM -> 0;
    };
  }

  /** The first parameter that holds a number that is not finite. */
  Optional<Slot> firstBadParameter() {
    return slots.stream()
        .filter(slot -> !Double.isFinite(sumOfSquares(slot.parameter().storage())))
        .findFirst();
  }

  /**
   * The parameter whose gradient holds a number that is not finite and was computed first: the
   * backward pass comes to the parameters in the other direction.
   */
  Optional<Slot> firstBadGradient() {
    return slots.reversed().stream().filter(slot -> !Double.isFinite(norm(slot))).findFirst();
  }

  /** The parameter with the largest gradient. */
  Slot largestGradient() {
    Slot largest = slots.getFirst();
    for (Slot slot : slots) {
      largest = norm(slot) > norm(largest) ? slot : largest;
    }
    return largest;
  }

  @Override
  public void close() {
    workspace.close();
  }
}

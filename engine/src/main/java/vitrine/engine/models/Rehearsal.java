package vitrine.engine.models;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.EditFunction;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * A backend that goes through the motions: its tensors have shapes and no numbers, its ops do
 * nothing, and what it counts is memory. A pass on it takes the very steps of a real one, so that
 * no second description of the layers can drift from the first.
 *
 * <p>Used by one thread, for one pass.
 */
final class Rehearsal {
  /** What host memory is rounded to; a device may do otherwise. */
  private static final long GRAIN = 64;

  private long bytesInUse;
  private long peakBytes;

  /** The backend: one rule for every op in place of a list of empty methods. */
  Kernels kernels() {
    InvocationHandler ops = (proxy, method, arguments) -> answer(method, arguments);
    return (Kernels)
        Proxy.newProxyInstance(
            Rehearsal.class.getClassLoader(), new Class<?>[] {Kernels.class}, ops);
  }

  private @Nullable Object answer(Method method, @Nullable Object @Nullable [] arguments) {
    if (method.getReturnType() == void.class) {
      return null;
    }
    if (arguments == null) {
      return switch (method.getName()) {
        case "workspace" -> new Account();
        default -> throw unforeseen(method);
      };
    }
    Account owner = (Account) Objects.requireNonNull(arguments[0]);
    return switch (method.getName()) {
      case "upload" -> owner.allocate((Shape) Objects.requireNonNull(arguments[1]));
      case "zeros" -> owner.zeros((Weight) Objects.requireNonNull(arguments[1]));
      default -> throw unforeseen(method);
    };
  }

  private static IllegalStateException unforeseen(Method method) {
    return new IllegalStateException("rehearsal: " + method.getName() + ": no pass asks for that");
  }

  /** The most that all of its workspaces have held at once. */
  long peakBytes() {
    return peakBytes;
  }

  /**
   * The plan with people's own edits emptied: they would see no numbers, and may count how often
   * they are called. What they allocate is not foreseen.
   */
  static Plan of(Plan plan) {
    if (plan.isRepeatable()) {
      return plan;
    }
    Plan emptied =
        Plan.empty().read(sites(plan.reads())).gradient(sites(plan.gradients())).seed(plan.seed());
    for (Plan.EditOf each : plan.edits()) {
      emptied = emptied.edit(each.site(), emptied(each.edit()));
    }
    if (plan.wantsParameterGradients()) {
      emptied = emptied.gradientOfParameters();
    }
    return plan.loss().map(emptied::loss).orElse(emptied);
  }

  private static Site[] sites(List<Site> sites) {
    return sites.toArray(Site[]::new);
  }

  private static Edit emptied(Edit edit) {
    if (!(edit instanceof Edit.Custom custom)) {
      return edit;
    }
    EditFunction nothing = (value, context) -> {};
    boolean differentiable = custom.function().derivative().isPresent();
    return Edit.custom(custom.name(), differentiable ? nothing.withDerivative(nothing) : nothing);
  }

  /** Shapes without numbers; downloads give zeros. */
  private static final class Hollow implements Tensor {
    private final Shape shape;

    Hollow(Shape shape) {
      this.shape = shape;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public void download(long offset, float[] to, int at, int length) {
      Arrays.fill(to, at, at + length, 0f);
    }
  }

  /** The gradient of a matrix. */
  private record HollowWeight(int in, int out, Tensor elements) implements Weight {
    @Override
    public Precision precision() {
      return Precision.F32;
    }

    @Override
    public float[] toArray() {
      return new float[Math.multiplyExact(in, out)];
    }
  }

  /** Counts what is allocated and released. */
  private final class Account implements Workspace {
    private long mine;
    private long minePeak;

    @Override
    public Tensor allocate(Shape shape) {
      count(bytes(shape));
      return new Hollow(shape);
    }

    Weight zeros(Weight like) {
      return new HollowWeight(like.in(), like.out(), allocate(like.elements().shape()));
    }

    @Override
    public void release(Tensor tensor) {
      count(-bytes(tensor.shape()));
    }

    private void count(long bytes) {
      mine += bytes;
      minePeak = Math.max(minePeak, mine);
      bytesInUse += bytes;
      peakBytes = Math.max(peakBytes, bytesInUse);
    }

    @Override
    public long bytesInUse() {
      return mine;
    }

    @Override
    public long peakBytes() {
      return minePeak;
    }

    @Override
    public void close() {
      count(-mine);
    }
  }

  private static long bytes(Shape shape) {
    long bytes = Math.multiplyExact(shape.size(), (long) Float.BYTES);
    return Math.max(GRAIN, Math.addExact(bytes, GRAIN - 1) & -GRAIN);
  }
}

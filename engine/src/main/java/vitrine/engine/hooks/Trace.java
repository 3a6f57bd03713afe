package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.kernels.Tensor;

/**
 * What a run has read and differentiated. Owns the run's memory: its tensors are usable until it is
 * closed.
 */
public final class Trace implements AutoCloseable {
  private final Run run;
  private final List<Read> reads;
  private final List<Read> gradients;
  private final @Nullable LossValue loss;
  private final Memory memory;
  private boolean open = true;

  /** What goes when a trace is closed. */
  private enum Memory {
    /** All that the run holds. */
    RUN,
    /** What it has read: the run's memory is shared with others. */
    READS
  }

  /**
   * One value that was kept.
   *
   * @param site with a single layer, as the plan spells it
   * @param value in the shape of the site, or of its slice
   */
  public record Read(Site site, Tensor value) {}

  /** Gives the weights that a plan reads; they are not part of the pass. */
  @FunctionalInterface
  public interface Weights {
    /** A weight in its site's shape. */
    Tensor read(WeightSite site, int layer);
  }

  /** For {@link vitrine.engine.models.Model}: everything that the plan asks for has passed by. */
  public Trace(Run run, Weights weights, @Nullable LossValue loss) {
    this(run, weights, loss, Memory.RUN);
  }

  /** As above, of one of several runs that share memory, which stays theirs. */
  public static Trace ofVariant(Run run, Weights weights, @Nullable LossValue loss) {
    return new Trace(run, weights, loss, Memory.READS);
  }

  private Trace(Run run, Weights weights, @Nullable LossValue loss, Memory memory) {
    this.run = run;
    this.loss = loss;
    this.memory = memory;
    this.reads = new ArrayList<>();
    for (ReadStep step : run.plan().reads()) {
      reads.add(new Read(step.site(), value(step, weights)));
    }
    this.gradients = new ArrayList<>();
    for (ReadStep step : run.plan().gradients()) {
      gradients.add(new Read(step.site(), gradient(step)));
    }
  }

  /** Zeros where nothing came back: the loss does not depend on that site. */
  private Tensor gradient(ReadStep step) {
    Tensor gradient = run.gradients().get(step.site());
    if (gradient != null) {
      return gradient;
    }
    var whole =
        run.plan()
            .architecture()
            .shape(step.site().target(), run.batch().batch(), run.batch().length());
    return run.zeros(step.region(whole).shape(whole));
  }

  private Tensor value(ReadStep step, Weights weights) {
    if (step.site().target() instanceof WeightSite weight) {
      int layer = weight.perBlock() ? layer(step.site()) : 0;
      Tensor whole = weights.read(weight, layer);
      if (step.isWhole()) {
        return whole;
      }
      var region = step.region(whole.shape());
      Tensor part = run.allocate(region.shape(whole.shape()));
      run.kernels().slice(whole, region, part);
      return part;
    }
    Tensor value = run.values().get(step.site());
    if (value == null) {
      throw new IllegalStateException("trace: " + step.site() + ": did not pass by");
    }
    return value;
  }

  private int layer(Site site) {
    return site.layers().resolve(run.plan().architecture().layers(), "trace: " + site)[0];
  }

  /** Everything that was read, in plan order and within a site by layer. */
  public List<Read> reads() {
    return List.copyOf(reads);
  }

  /**
   * One value.
   *
   * @param site of a single layer, its slice spelt as in the plan
   * @throws InputException when the plan did not read it
   */
  public Tensor value(Site site) {
    return find(reads, site, "not read by this plan; expected a single-layer site that it reads.");
  }

  /** Every gradient that was kept, in plan order and within a site by layer. */
  public List<Read> gradients() {
    return List.copyOf(gradients);
  }

  /**
   * The loss's gradient with respect to one site's value, as edited; in the shape of the site, or
   * of its slice.
   *
   * @param site of a single layer, its slice spelt as in the plan
   * @throws InputException when the plan did not ask for it
   */
  public Tensor gradient(Site site) {
    return find(
        gradients,
        site,
        "no gradient of it in this plan; expected a single-layer site that it differentiates.");
  }

  private Tensor find(List<Read> kept, Site site, String otherwise) {
    List<Site> wanted = site.expand(run.plan().architecture());
    for (Read read : kept) {
      if (wanted.size() == 1 && read.site().equals(wanted.getFirst())) {
        return read.value();
      }
    }
    throw new InputException("trace: " + site + ": " + otherwise);
  }

  /**
   * The loss's gradients with respect to the model's parameters.
   *
   * @throws InputException when the plan did not ask for them
   */
  public Gradients parameterGradients() {
    Gradients parameters = run.parameterGradients();
    if (parameters == null) {
      throw new InputException(
          "trace: no gradients of parameters in this plan; expected one that asks for them"
              + " (gradientOfParameters, --gradient params).");
    }
    return parameters;
  }

  /** What was kept for the backward pass, by name. */
  public SavedMemory saved() {
    return run.saved();
  }

  /** The plan's loss; empty when it has none. */
  public OptionalDouble loss() {
    return loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss.value());
  }

  /** The plan's loss, example by example; none when the plan has no loss. */
  public List<ExampleLoss> exampleLosses() {
    return loss == null ? List.of() : loss.examples();
  }

  /** The inputs as they were run: padded to one length. */
  public Batch batch() {
    return run.batch();
  }

  /**
   * The most bytes that the run held at once, gradients of parameters included; of a variant, with
   * all that ran beside it.
   */
  public long peakBytes() {
    return run.workspace().peakBytes();
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    switch (memory) {
      case RUN -> run.workspace().close();
      case READS -> {
        Set<Tensor> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        reads.stream()
            .filter(read -> read.site().target() instanceof Tap) // weights are the model's
            .forEach(read -> kept.add(read.value()));
        kept.forEach(run.workspace()::release);
      }
    }
  }
}

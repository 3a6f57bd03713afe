package vitrine.engine.models;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.LossValue;
import vitrine.engine.hooks.OpenedFiles;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.EmbeddingTable;
import vitrine.engine.layers.Embeddings;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.layers.TaskHead;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Workspace;

/**
 * A transformer with its weights on a backend. Runs do not change it: many threads may run one
 * model at once, each run has its own memory.
 */
public final class Model implements AutoCloseable {
  private final Parts parts;
  private final Kernels kernels;
  private final Workspace weights;
  private final Door door;
  private final List<Parameter> parameters;
  private final Facts facts;

  /**
   * What a family builds.
   *
   * @param last GPT-2's final LayerNorm; null for BERT
   * @param dropout what the config says of training
   */
  public record Parts(
      Architecture architecture,
      Embeddings embeddings,
      List<Block> blocks,
      @Nullable LayerNorm last,
      TaskHead head,
      Dropout dropout) {
    public Parts {
      blocks = List.copyOf(blocks);
    }
  }

  /**
   * What is known of a model beside its graph.
   *
   * @param name the directory or bundled name
   * @param parameters how many numbers were read; tied matrices count once
   * @param padding the id that pads, where the config names one
   * @param config the text of its config.json
   * @param precision what the matrices of its linear layers are kept as
   */
  public record Facts(
      String name, long parameters, OptionalInt padding, String config, Precision precision) {}

  /**
   * Puts a model together; {@link vitrine.engine.families.ModelLoader} does this for files.
   *
   * @param parameters the parts' tensors by their names
   * @param weights owns the parts' tensors; closed with the model
   */
  public Model(
      Parts parts, List<Parameter> parameters, Kernels kernels, Workspace weights, Facts facts) {
    this.parts = parts;
    this.parameters = List.copyOf(parameters);
    this.kernels = kernels;
    this.weights = weights;
    this.facts = facts;
    this.door = new Door("model: " + facts.name(), weights::close);
  }

  public Architecture architecture() {
    return parts.architecture();
  }

  public Facts facts() {
    return facts;
  }

  public Kernels kernels() {
    return kernels;
  }

  /** The backend and how wide its vectors are: what bits depend on. None depends on its threads. */
  public String arithmetic() {
    return kernels.name() + " (" + kernels.description().replaceFirst(", \\d+ threads?$", "") + ")";
  }

  /** What the model was trained to be, by the names in its files; what training changes. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** What stands on the blocks, with its weights: for who takes an output apart. */
  public TaskHead head() {
    return parts.head();
  }

  /** Whether the head's matrix is the table of token vectors: one parameter with two uses. */
  public boolean isTied() {
    return parts.embeddings().tokens() instanceof EmbeddingTable.Tied;
  }

  /** The rates at which the config would have elements dropped in training. */
  public Dropout dropout() {
    return parts.dropout();
  }

  /** Bytes that the weights hold on the backend. */
  public long weightBytes() {
    return weights.bytesInUse();
  }

  /**
   * Runs the model as a plan says, backward too if it asks for gradients.
   *
   * @return what was read and differentiated; close it to free the run's memory
   * @throws InputException when the plan or the inputs do not fit the model; nothing has been
   *     computed then
   */
  public Trace run(Plan plan, Inputs inputs) {
    return run(plan, inputs, Saving.KEEP);
  }

  /**
   * As above.
   *
   * @param saving how the backward pass comes by the forward pass's values; the results are the
   *     same
   */
  public Trace run(Plan plan, Inputs inputs, Saving saving) {
    return run(kernels, plan, inputs, saving, new StoredValues());
  }

  /**
   * As above, with values of other runs in memory, which edits {@code from:NAME} find.
   *
   * @param stored looked up before files are
   */
  public Trace run(Plan plan, Inputs inputs, StoredValues stored) {
    return run(kernels, plan, inputs, Saving.KEEP, stored);
  }

  private Trace run(Kernels on, Plan plan, Inputs inputs, Saving saving, StoredValues stored) {
    CompiledPlan compiled = plan.compile(parts.architecture(), new OpenedFiles(stored));
    if (plan.wantsParameterGradients()) {
      requireTrainable("run: gradient params");
    }
    door.enter();
    Workspace workspace = on.workspace();
    try {
      Gradients gradients = plan.wantsParameterGradients() ? new Gradients(on, workspace) : null;
      Differentiation differentiation =
          plan.wantsGradients()
              ? new Differentiation(compiled.lowestGradient(), saving, 1, gradients)
              : null;
      Pass pass = new Pass(this, on, compiled, inputs, workspace, differentiation, null);
      LossValue loss = pass.forward();
      if (differentiation != null) {
        pass.backward();
      }
      return new Trace(pass.run(), new WeightReader(parts, on, workspace)::read, loss);
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    } finally {
      door.leave();
    }
  }

  /**
   * The memory that {@link #run} would take; computes nothing.
   *
   * @throws InputException as {@link #run}
   */
  public Forecast forecast(Plan plan, Inputs inputs, Saving saving) {
    Rehearsal rehearsal = new Rehearsal();
    try (Trace trace =
        run(rehearsal.kernels(), Rehearsal.of(plan), inputs, saving, new StoredValues())) {
      long gradients = plan.wantsParameterGradients() ? bytesOfAll(trace.parameterGradients()) : 0;
      return new Forecast(trace.saved(), gradients, rehearsal.peakBytes());
    }
  }

  /**
   * Runs the model once, as without a plan, and keeps the residual stream that enters every block:
   * what the variants of a sweep have in common ({@link Prefix#sweep}).
   *
   * @return usable until it is closed, by many sweeps at once
   * @throws InputException when the inputs do not fit the model
   */
  public Prefix prefix(Inputs inputs) {
    return prefix(inputs, 0);
  }

  /**
   * As above, without the streams that enter lower blocks.
   *
   * @param first the lowest block whose stream is kept; the number of blocks for the stream that
   *     leaves the last one alone
   */
  public Prefix prefix(Inputs inputs, int first) {
    return Prefix.of(this, kernels, inputs, first);
  }

  /**
   * The memory that {@link #prefix(Inputs, int)} would take; computes nothing.
   *
   * @throws InputException as there
   */
  public Prefix.Memory forecastPrefix(Inputs inputs, int first) {
    Rehearsal rehearsal = new Rehearsal();
    try (Prefix prefix = Prefix.of(this, rehearsal.kernels(), inputs, first)) {
      return new Prefix.Memory(prefix.bytes(), rehearsal.peakBytes());
    }
  }

  /** A pass makes those that it reaches; people who look at the others make them too. */
  private long bytesOfAll(Gradients gradients) {
    parameters.forEach(parameter -> parameter.storage().gradient(gradients));
    return gradients.bytes();
  }

  /** Only what was not rounded has a gradient, and can be changed by a little. */
  private void requireTrainable(String operation) {
    if (facts.precision() != Precision.F32) {
      throw new InputException(
          "%s: %s: weights in %s; expected f32: gradients of parameters are of no others. Use --weights f32"
              .formatted(operation, facts.name(), facts.precision().label()));
    }
  }

  /**
   * Gradients for this model's parameters, zero so far; the caller closes them.
   *
   * @throws InputException when the weights were rounded
   */
  public Gradients gradients() {
    requireTrainable("train");
    return new Gradients(kernels);
  }

  /**
   * One forward and backward pass of training: adds the gradient of {@code pass.weight() * loss}
   * with respect to every parameter.
   *
   * @param into made by {@link #gradients}
   * @return the loss itself, not weighted
   * @throws InputException when loss or inputs do not fit the model
   */
  public double accumulate(Inputs inputs, Loss loss, TrainingPass pass, Gradients into) {
    door.enter();
    try (Workspace workspace = kernels.workspace()) {
      Pass training = training(kernels, workspace, inputs, loss, pass, into);
      LossValue found = Objects.requireNonNull(training.forward());
      training.backward();
      return found.value();
    } finally {
      door.leave();
    }
  }

  /**
   * The memory that {@link #accumulate} would take, gradients included; computes nothing.
   *
   * @throws InputException as {@link #accumulate}
   */
  public Forecast forecast(Inputs inputs, Loss loss, TrainingPass pass) {
    requireTrainable("train");
    Rehearsal rehearsal = new Rehearsal();
    Kernels on = rehearsal.kernels();
    try (Gradients into = new Gradients(on);
        Workspace workspace = on.workspace()) {
      long gradients = bytesOfAll(into);
      Pass training = training(on, workspace, inputs, loss, pass, into);
      var _ = training.forward();
      training.backward();
      return new Forecast(training.run().saved(), gradients, rehearsal.peakBytes());
    }
  }

  private Pass training(
      Kernels on,
      Workspace workspace,
      Inputs inputs,
      Loss loss,
      TrainingPass pass,
      Gradients into) {
    CompiledPlan compiled =
        Plan.empty().loss(loss).gradientOfParameters().compile(parts.architecture());
    return new Pass(
        this,
        on,
        compiled,
        inputs,
        workspace,
        new Differentiation(Differentiation.EMBEDDINGS, pass.saving(), pass.weight(), into),
        pass.dropout().keyed(pass.seed()));
  }

  /**
   * A text to be decoded token by token.
   *
   * @param capacity how many positions it may grow to
   * @throws InputException when the model does not predict next tokens
   */
  public Decoder decoder(int capacity) {
    if (!(parts.head() instanceof TaskHead.NextToken head)) {
      throw new InputException(
          "generate: "
              + facts.name()
              + ": a "
              + architecture().family()
              + " model with task "
              + architecture().head().label()
              + "; expected one that predicts the next token (a GPT-2 with its language head).");
    }
    if (capacity > architecture().positions()) {
      throw new InputException(
          "generate: "
              + capacity
              + " tokens; expected at most the model's "
              + architecture().positions()
              + " positions.");
    }
    return new Decoder(this, head, Plan.empty().compile(architecture()), capacity);
  }

  Parts parts() {
    return parts;
  }

  Door door() {
    return door;
  }

  /** Frees the weights, once the runs that are under way have ended; a later run is an error. */
  @Override
  public void close() {
    door.close();
  }
}

package vitrine.engine.models;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.Embeddings;
import vitrine.engine.layers.KeyValueCache;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.layers.TaskHead;
import vitrine.engine.loss.Losses;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * A transformer with its weights on a backend. Runs do not change it: many threads may run one
 * model at once, each run has its own memory.
 */
public final class Model implements AutoCloseable {
  private final Parts parts;
  private final Kernels kernels;
  private final Workspace weights;
  private final Facts facts;

  /**
   * What a family builds.
   *
   * @param last GPT-2's final LayerNorm; null for BERT
   */
  public record Parts(
      Architecture architecture,
      Embeddings embeddings,
      List<Block> blocks,
      @Nullable LayerNorm last,
      TaskHead head) {
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
   */
  public record Facts(String name, long parameters, OptionalInt padding) {}

  /**
   * Puts a model together; {@link vitrine.engine.families.ModelLoader} does this for files.
   *
   * @param weights owns the parts' tensors; closed with the model
   */
  public Model(Parts parts, Kernels kernels, Workspace weights, Facts facts) {
    this.parts = parts;
    this.kernels = kernels;
    this.weights = weights;
    this.facts = facts;
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

  /** Bytes that the weights hold on the backend. */
  public long weightBytes() {
    return weights.bytesInUse();
  }

  /**
   * Runs the model as a plan says.
   *
   * @return what was read; close it to free the run's memory
   * @throws InputException when the plan or the inputs do not fit the model; nothing has been
   *     computed then
   */
  public Trace run(Plan plan, Inputs inputs) {
    Architecture architecture = parts.architecture();
    CompiledPlan compiled = plan.compile(architecture);
    if (plan.wantsGradients()) {
      throw new InputException(
          "run: gradient: this version computes no gradients; expected a plan that only reads and"
              + " edits.");
    }
    Batch batch = Batch.of(inputs, architecture, facts.padding().orElse(0));
    compiled.check(batch.batch(), batch.length());
    Losses losses = Losses.of(plan.loss().orElse(null), architecture, batch);
    Workspace workspace = kernels.workspace();
    try {
      AttentionMask mask =
          new AttentionMask(
              batch.batch(),
              batch.length(),
              batch.length(),
              architecture.causality(),
              batch.real());
      Run run = new Run(kernels, workspace, compiled, batch, mask);
      Tensor hidden = forward(run, batch, null, 0);
      OptionalDouble loss = OptionalDouble.empty();
      if (losses.wanted() || wantsOutputs(compiled)) {
        loss = losses.value(run, parts.head().forward(run, hidden, sequenceRows(batch)));
      }
      run.release(hidden);
      return new Trace(run, new WeightReader(this, workspace)::read, loss);
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    }
  }

  private static boolean wantsOutputs(CompiledPlan plan) {
    return Arrays.stream(Tap.values()).anyMatch(tap -> tap.isOutput() && plan.wants(tap));
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

  /**
   * From tokens to the last hidden state (after GPT-2's final LayerNorm), (B,T,D).
   *
   * @param cache earlier positions; null when the batch is everything
   * @param start how many positions the cache holds
   */
  Tensor forward(Run run, Batch batch, @Nullable KeyValueCache cache, int start) {
    Tensor x = parts.embeddings().forward(run, batch.ids(), batch.typeIds(), batch.batch(), start);
    List<Block> blocks = parts.blocks();
    for (int layer = 0; layer < blocks.size(); layer++) {
      x = blocks.get(layer).forward(run, layer, x, cache);
    }
    LayerNorm last = parts.last();
    if (last == null) {
      return x;
    }
    Tensor normalized = last.forward(run, LayerNorm.Place.FINAL, 0, x);
    run.release(x);
    return normalized;
  }

  /**
   * Which position a sequence head reads: the last real token that is not the padding token, as the
   * reference implementation has it (it looks at the ids; the mask is looked at here too).
   */
  private int[] sequenceRows(Batch batch) {
    int[] rows = new int[batch.batch()];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = batch.lastReal(b);
      if (facts.padding().isPresent()) {
        int padding = facts.padding().getAsInt();
        int t = batch.length() - 1;
        while (t > 0 && !(batch.real(b, t) && batch.ids()[b * batch.length() + t] != padding)) {
          t--;
        }
        rows[b] = t;
      }
    }
    return rows;
  }

  Parts parts() {
    return parts;
  }

  @Override
  public void close() {
    weights.close();
  }
}

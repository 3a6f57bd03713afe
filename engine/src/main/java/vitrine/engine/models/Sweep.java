package vitrine.engine.models;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.OpenedFiles;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.layers.VocabularyHead;
import vitrine.engine.loss.Losses;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Many plans over one batch, each run from the block where it begins to differ, as many at once as
 * memory allows. To the bit the results are those of {@link Model#run} with each plan alone,
 * however many run at once; {@code docs/adr/0022-variants.md} says how.
 *
 * <p>Made by {@link Prefix#sweep}, which checks everything; may be run several times, and by
 * several threads.
 */
public final class Sweep {
  private final Prefix prefix;
  private final List<VariantPass.Member> members;

  /** The members without people's own edits, which a rehearsal must not call. */
  private final List<VariantPass.Member> rehearsed;

  private final List<Group> groups;
  private final int @Nullable [] logitRows;

  /**
   * Variants that run as one batch.
   *
   * @param start the block where they begin; {@link Differentiation#EMBEDDINGS} where that is below
   *     the blocks, the number of blocks where it is above them
   * @param variants their places among the plans
   */
  public record Group(int start, List<Integer> variants) {
    public Group {
      variants = List.copyOf(variants);
    }
  }

  /**
   * What one variant has given. Its tensors live until {@link Listener#outcome} returns.
   *
   * @param variant its place among the plans
   * @param trace what its plan reads, and its loss
   * @param logits the rows asked for, (n,V), example by example; null when none were
   */
  public record Outcome(int variant, Trace trace, @Nullable Tensor logits) {}

  /**
   * How much runs at once.
   *
   * @param bytes memory of the variants' activations at most; the kept stream is not counted
   * @param variants how many at most
   */
  public record Limits(long bytes, int variants) {
    /** As many variants as memory allows. */
    public static Limits bytes(long bytes) {
      return new Limits(bytes, Integer.MAX_VALUE);
    }

    public Limits {
      if (variants < 1) {
        throw new IllegalArgumentException("sweep: " + variants + " variants at once");
      }
    }
  }

  /** Who takes the results of a sweep. Called by the thread that runs it. */
  @FunctionalInterface
  public interface Listener {
    /** One variant is done. Each comes once, groups one after the other. */
    void outcome(Outcome outcome);

    /**
     * A step is done.
     *
     * @param done blocks that variants have passed so far, each variant counting its own
     * @param all of the whole sweep
     */
    default void progress(long done, long all) {}

    /** Whether to go on; asked before each block. If not, the sweep ends with an exception. */
    default boolean goesOn() {
      return true;
    }
  }

  Sweep(Prefix prefix, List<Plan> plans, @Nullable LogitRows rows, StoredValues stored) {
    this.prefix = prefix;
    Architecture architecture = prefix.model().architecture();
    if (plans.isEmpty()) {
      throw new InputException("sweep: no plan; expected at least one.");
    }
    this.members = new ArrayList<>();
    this.rehearsed = new ArrayList<>();
    OpenedFiles files = new OpenedFiles(stored);
    Map<Optional<Loss>, Losses> losses = new HashMap<>(); // most plans have the same
    for (int variant = 0; variant < plans.size(); variant++) {
      Plan plan = plans.get(variant);
      CompiledPlan compiled = compile(variant, plan, files);
      Losses loss =
          losses.computeIfAbsent(
              plan.loss(), wanted -> Losses.of(wanted.orElse(null), architecture, prefix.batch()));
      VariantPass.Member member = new VariantPass.Member(variant, compiled, loss);
      members.add(member);
      rehearsed.add(
          plan.isRepeatable()
              ? member
              : new VariantPass.Member(
                  variant, Rehearsal.of(plan).compile(architecture, files), loss));
    }
    this.groups =
        VariantGroups.of(
            members.stream().map(VariantPass.Member::plan).toList(), architecture.layers());
    this.logitRows = rows == null ? null : rows(rows);
  }

  private CompiledPlan compile(int variant, Plan plan, OpenedFiles files) {
    Architecture architecture = prefix.model().architecture();
    String what = "sweep: plan " + variant + ": ";
    if (plan.wantsGradients()) {
      throw new InputException(
          what + "gradients; expected reads, edits and a loss alone. Run it with Model.run.");
    }
    CompiledPlan compiled = plan.compile(architecture, files);
    // An edit of the embeddings is run from the tokens, for which no stream is needed.
    compiled
        .below(prefix.first() == 0 ? Differentiation.EMBEDDINGS : prefix.first())
        .ifPresent(site -> {
          throw new InputException(
              what
                  + site
                  + ": below block "
                  + prefix.first()
                  + ", where the kept stream begins; expected sites from there on. Keep it from a"
                  + " lower block.");
        });
    compiled.check(prefix.batch().batch(), prefix.batch().length());
    return compiled;
  }

  private int[] rows(LogitRows rows) {
    Model model = prefix.model();
    if (!(model.parts().head() instanceof VocabularyHead)) {
      throw new InputException(
          "sweep: rows of logits: the model's head is '"
              + model.architecture().head().label()
              + "'; expected one that scores the vocabulary (lm, mlm, pretraining). Let the plans"
              + " read logits.");
    }
    return rows.rows(prefix.batch());
  }

  /** What runs together, if memory allows. */
  public List<Group> groups() {
    return groups;
  }

  /**
   * The memory that the sweep cannot do without: the most that any variant takes alone. Computes
   * nothing.
   */
  public long leastBytes() {
    long most = 0;
    for (Group group : groups) {
      for (int variant : group.variants()) {
        most = Math.max(most, forecast(group.start(), List.of(variant)));
      }
    }
    return most;
  }

  /** The memory that these variants would take if they ran at once; computes nothing. */
  private long forecast(int start, List<Integer> variants) {
    Rehearsal rehearsal = new Rehearsal();
    Kernels on = rehearsal.kernels();
    try (Workspace owner = on.workspace()) {
      SharedStart shared = shared(on, owner, start, variants);
      pass(on, start, shared, variants, rehearsed).run(() -> {}, outcome -> {});
    }
    return rehearsal.peakBytes();
  }

  /** All variants of a group begin with the same step. */
  private SharedStart shared(Kernels on, Workspace owner, int start, List<Integer> variants) {
    return SharedStart.of(prefix, on, owner, start, members.get(variants.getFirst()).plan());
  }

  private VariantPass pass(
      Kernels on,
      int start,
      SharedStart shared,
      List<Integer> variants,
      List<VariantPass.Member> of) {
    return new VariantPass(
        prefix, on, start, shared, variants.stream().map(of::get).toList(), logitRows);
  }

  /**
   * Runs every variant.
   *
   * @throws InputException when one variant alone would take more memory than the limit
   * @throws CancellationException when the listener does not want to go on; all memory is freed
   */
  public void run(Limits limits, Listener listener) {
    Progress progress = new Progress(listener, total());
    prefix.model().door().enter();
    try {
      prefix.door().enter();
      try {
        for (Group group : groups) {
          run(group, limits, progress);
        }
      } finally {
        prefix.door().leave();
      }
    } finally {
      prefix.model().door().leave();
    }
  }

  private void run(Group group, Limits limits, Progress progress) {
    Kernels on = prefix.model().kernels();
    List<Integer> left = group.variants();
    try (Workspace owner = on.workspace()) {
      // Refuses too little memory before anything is computed.
      int first = fitting(group.start(), left, limits);
      SharedStart shared = shared(on, owner, group.start(), left);
      for (int count = first; !left.isEmpty(); count = next(group.start(), left, limits)) {
        progress.check();
        int passing = count;
        List<Integer> now = left.subList(0, count);
        left = left.subList(count, left.size());
        pass(on, group.start(), shared, now, members)
            .run(() -> progress.passed(passing), progress.listener()::outcome);
      }
    }
  }

  private int next(int start, List<Integer> left, Limits limits) {
    return left.isEmpty() ? 0 : fitting(start, left, limits);
  }

  /** How many of the first fit. What they take grows by nearly the same with each. */
  private int fitting(int start, List<Integer> variants, Limits limits) {
    int count = Math.min(variants.size(), limits.variants());
    while (true) {
      long bytes = forecast(start, variants.subList(0, count));
      if (bytes <= limits.bytes()) {
        return count;
      }
      if (count == 1) {
        throw new InputException(
            "sweep: plan "
                + variants.getFirst()
                + ": "
                + bytes
                + " bytes; expected at most the limit, "
                + limits.bytes()
                + ". Run fewer or shorter texts at once.");
      }
      long share = (long) ((double) limits.bytes() / bytes * count);
      count = (int) Math.clamp(share, 1L, count - 1L);
    }
  }

  private long total() {
    int layers = prefix.model().architecture().layers();
    return groups.stream()
        .mapToLong(group -> (long) (layers - Math.max(group.start(), 0)) * group.variants().size())
        .sum();
  }

  /** Counts what is done, and ends the sweep when nobody wants it any more. */
  private static final class Progress {
    private final Listener listener;
    private final long all;
    private long done;

    Progress(Listener listener, long all) {
      this.listener = listener;
      this.all = all;
    }

    Listener listener() {
      return listener;
    }

    void passed(int variants) {
      done += variants;
      listener.progress(done, all);
      check();
    }

    void check() {
      if (!listener.goesOn()) {
        throw new CancellationException("sweep: cancelled");
      }
    }
  }
}

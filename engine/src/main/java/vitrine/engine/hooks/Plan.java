package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * What a run reads, edits and differentiates. Immutable: every method gives a new plan. Text by
 * {@link #toJson}.
 *
 * <p>Made by {@link #of}, each site, edit and loss is checked against the model as it is added;
 * made by {@link #empty}, all at once by {@link #validate}, which {@link #compile} calls.
 */
public final class Plan {
  /** One edit of one site. */
  public record EditOf(Site site, Edit edit) {
    /**
     * Reads {@code SITE=EDIT}, split at the first {@code =} outside the brackets of the slice.
     *
     * @throws InputException when it is none
     */
    public static EditOf parse(String text) {
      int split = splitAt(text);
      if (split < 0) {
        throw new InputException(
            "edit: "
                + Text.quote(text)
                + ": no '=' after the site; expected SITE=EDIT, as in blocks.0.attn.z[head=5]=zero.");
      }
      return new EditOf(
          Site.parse(text.substring(0, split)), Edit.parse(text.substring(split + 1)));
    }

    private static int splitAt(String text) {
      int depth = 0;
      for (int i = 0; i < text.length(); i++) {
        switch (text.charAt(i)) {
          case '[' -> depth++;
          case ']' -> depth--;
          case '=' -> {
            if (depth == 0) {
              return i;
            }
          }
          default -> {}
        }
      }
      return -1;
    }

    @Override
    public String toString() {
      return site + "=" + edit;
    }
  }

  private final @Nullable Architecture architecture;
  private final List<Site> reads;
  private final List<EditOf> edits;
  private final List<Site> gradients;
  private final Parameters parameters;
  private final @Nullable Loss loss;
  private final long seed;

  /** Whether the gradients of the weights are kept. */
  private enum Parameters {
    LEFT_OUT,
    DIFFERENTIATED
  }

  private Plan(
      @Nullable Architecture architecture,
      List<Site> reads,
      List<EditOf> edits,
      List<Site> gradients,
      Parameters parameters,
      @Nullable Loss loss,
      long seed) {
    this.architecture = architecture;
    this.reads = List.copyOf(reads);
    this.edits = List.copyOf(edits);
    this.gradients = List.copyOf(gradients);
    this.parameters = parameters;
    this.loss = loss;
    this.seed = seed;
  }

  /** A plan for no model in particular that asks for nothing. */
  public static Plan empty() {
    return new Plan(null, List.of(), List.of(), List.of(), Parameters.LEFT_OUT, null, 0);
  }

  /** A plan for that model that asks for nothing yet; whatever is added is checked at once. */
  public static Plan of(Architecture architecture) {
    return empty().forModel(architecture);
  }

  /** This plan, checked against that model now and whenever something is added. */
  public Plan forModel(Architecture model) {
    validate(model);
    return new Plan(model, reads, edits, gradients, parameters, loss, seed);
  }

  /** This plan, keeping also the values of these sites. */
  public Plan read(Site... sites) {
    checkSites(sites);
    return new Plan(
        architecture, append(reads, List.of(sites)), edits, gradients, parameters, loss, seed);
  }

  /** This plan, with one more edit; edits apply in this order, before reads of the same site. */
  public Plan edit(Site site, Edit edit) {
    EditOf step = new EditOf(site, edit);
    if (architecture != null) {
      check(step, architecture);
    }
    return new Plan(
        architecture, reads, append(edits, List.of(step)), gradients, parameters, loss, seed);
  }

  /** This plan, keeping also the loss's gradient with respect to these sites. */
  public Plan gradient(Site... sites) {
    checkSites(sites);
    checkActivations(Arrays.asList(sites));
    return new Plan(
        architecture, reads, edits, append(gradients, List.of(sites)), parameters, loss, seed);
  }

  /** This plan, keeping also the loss's gradient with respect to every weight. */
  public Plan gradientOfParameters() {
    return new Plan(architecture, reads, edits, gradients, Parameters.DIFFERENTIATED, loss, seed);
  }

  /** This plan with that loss. */
  public Plan loss(Loss of) {
    if (architecture != null) {
      of.validate(architecture);
    }
    return new Plan(architecture, reads, edits, gradients, parameters, of, seed);
  }

  /** This plan with that seed; 0 unless told. */
  public Plan seed(long newSeed) {
    return new Plan(architecture, reads, edits, gradients, parameters, loss, newSeed);
  }

  public List<Site> reads() {
    return reads;
  }

  public List<EditOf> edits() {
    return edits;
  }

  public List<Site> gradients() {
    return gradients;
  }

  /** Whether the gradients of the weights are kept. */
  public boolean wantsParameterGradients() {
    return parameters == Parameters.DIFFERENTIATED;
  }

  /** Whether a backward pass is needed. */
  public boolean wantsGradients() {
    return wantsParameterGradients() || !gradients.isEmpty();
  }

  public Optional<Loss> loss() {
    return Optional.ofNullable(loss);
  }

  public long seed() {
    return seed;
  }

  /** Whether the plan's text alone says everything, which a custom edit's does not. */
  public boolean isRepeatable() {
    return edits.stream().noneMatch(step -> step.edit() instanceof Edit.Custom);
  }

  /**
   * Checks the whole plan against a model.
   *
   * @throws InputException for the first thing that the model does not have or that makes no sense
   */
  public void validate(Architecture model) {
    reads.forEach(site -> site.validate(model));
    edits.forEach(step -> check(step, model));
    checkActivations(gradients);
    gradients.forEach(site -> site.validate(model));
    if (loss != null) {
      loss.validate(model);
    }
  }

  /**
   * The plan as a run looks it up, after {@link #validate}; reads the files of its edits.
   *
   * @throws InputException as {@link #validate}; when gradients are asked for without a loss; when
   *     a file is missing or bad
   */
  public CompiledPlan compile(Architecture model) {
    return compile(model, new OpenedFiles());
  }

  /**
   * As above, one of several plans whose edits may name the same files.
   *
   * @param files read so far, added to
   */
  public CompiledPlan compile(Architecture model, OpenedFiles files) {
    validate(model);
    if (loss == null && wantsGradients()) {
      throw new InputException(
          "plan: gradient: no loss to differentiate; expected a loss (--loss). Losses: next, labels,"
              + " logit:POS,ID and others.");
    }
    return new PlanCompiler(this, model, files).compile();
  }

  /** The plan as JSON, one line. */
  public String toJson() {
    return PlanJson.write(this);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws InputException when it is not a plan, or one with a custom edit
   */
  public static Plan fromJson(String json) {
    return PlanJson.read(json);
  }

  private void checkSites(Site... sites) {
    if (architecture != null) {
      for (Site site : sites) {
        site.validate(architecture);
      }
    }
  }

  private static void checkActivations(List<Site> sites) {
    for (Site site : sites) {
      if (site.target() instanceof WeightSite) {
        throw new InputException(
            "gradient: "
                + site
                + ": a weight; expected an activation. The gradients of all weights: params.");
      }
    }
  }

  private static void check(EditOf step, Architecture model) {
    step.site().validate(model);
    step.edit().validate(step.site(), model);
  }

  private static <T> List<T> append(List<T> list, List<T> more) {
    List<T> longer = new ArrayList<>(list);
    longer.addAll(more);
    return longer;
  }

  /** The same requests; which model they were checked against does not count. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Plan plan
        && reads.equals(plan.reads)
        && edits.equals(plan.edits)
        && gradients.equals(plan.gradients)
        && parameters == plan.parameters
        && Objects.equals(loss, plan.loss)
        && seed == plan.seed;
  }

  @Override
  public int hashCode() {
    return Objects.hash(reads, edits, gradients, parameters, loss, seed);
  }

  @Override
  public String toString() {
    return toJson();
  }
}

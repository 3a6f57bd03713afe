package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;

/** The options that say what a run reads, edits and differentiates. */
final class PlanOptions {
  /** A plan is written by people; what is larger is something else. */
  private static final long LARGEST_PLAN = 64L << 20;

  @Option(
      names = "--read",
      paramLabel = "SITE",
      converter = Converters.NotBlank.class,
      description =
          "Keep the value of a site, as in blocks.0.attn.z or blocks.*.resid_post[pos=3]; may be repeated.")
  private List<String> reads = new ArrayList<>();

  @Option(
      names = "--edit",
      paramLabel = "SITE=EDIT",
      converter = Converters.NotBlank.class,
      description = {
        "Change a site: zero, mean, mean:FILE.npy, uniform, scale:X, set:X|FILE.npy, add:FILE.npy,",
        "noise:SIGMA, from:DIR, skip, resample:1,0,...; may be repeated, applied in this order."
      })
  private List<String> edits = new ArrayList<>();

  @Option(
      names = "--loss",
      paramLabel = "LOSS",
      converter = Converters.NotBlank.class,
      description = {
        "next, labels, mlm:POS=ID,..., label:K, value:X, logit:POS,ID, logprob:POS,ID, diff:POS,ID1,ID2,",
        "class:K, classdiff:K1,K2, start:POS, end:POS, startlogit:POS or endlogit:POS."
      })
  private @Nullable String loss;

  @Option(
      names = "--gradient",
      paramLabel = "SITE|params",
      converter = Converters.NotBlank.class,
      description = {
        "Keep the loss's gradient with respect to a site, or to every parameter (params); needs --loss;",
        "may be repeated."
      })
  private List<String> gradients = new ArrayList<>();

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "Read all of this from a plan, or from the run.json of an earlier run.")
  private @Nullable Path file;

  /**
   * The plan, not yet checked against a model.
   *
   * @param seed the seed that was given; null leaves the plan's own
   */
  Plan plan(@Nullable Long seed) throws IOException {
    Plan plan = file == null ? fromOptions() : fromFile(file);
    if (plan.wantsGradients() && plan.loss().isEmpty()) {
      throw new InputException(
          "run: --gradient: no loss; expected one to differentiate. Add it, as in --loss next");
    }
    return seed == null ? plan : plan.seed(seed);
  }

  private Plan fromOptions() {
    Plan plan = Plan.empty();
    for (String site : reads) {
      plan = plan.read(Site.parse(site));
    }
    for (String edit : edits) {
      Plan.EditOf step = Plan.EditOf.parse(edit);
      plan = plan.edit(step.site(), step.edit());
    }
    for (String gradient : gradients) {
      plan = differentiated(plan, gradient);
    }
    return loss == null ? plan : plan.loss(Loss.parse(loss));
  }

  private static Plan differentiated(Plan plan, String gradient) {
    if (gradient.equals("params")) {
      return plan.gradientOfParameters();
    }
    if (gradient.startsWith("param")) { // no site is called so
      throw new InputException(
          "run: --gradient: " + OneLine.operand(gradient) + "; expected params, or a site's name");
    }
    return plan.gradient(Site.parse(gradient));
  }

  private Plan fromFile(Path path) throws IOException {
    if (!reads.isEmpty() || !edits.isEmpty() || !gradients.isEmpty() || loss != null) {
      throw new UsageException(
          "run: --plan: given with --read, --edit, --loss or --gradient; expected one or the other."
              + " See: vitrine help run");
    }
    String operand = "plan: " + OneLine.operand(path.toString());
    if (Files.isDirectory(path)) {
      throw new InputException(operand + ": a directory; expected a JSON file. Name the file");
    }
    if (Files.size(path) > LARGEST_PLAN) {
      throw new InputException(
          operand + ": " + Files.size(path) + " bytes; expected a plan. Check the path");
    }
    return read(operand, Files.readString(path));
  }

  private static Plan read(String operand, String text) {
    try {
      JsonNode whole = JsonMapper.builder().build().readTree(text);
      // A run.json holds the plan beside what came of it.
      boolean isRun = whole.isObject() && whole.has("plan") && whole.has("model");
      return Plan.fromJson(isRun ? whole.get("plan").toString() : text);
    } catch (JacksonException e) {
      throw new InputException(
          operand + ": not JSON; expected a plan, or the run.json of a run. Check the file", e);
    } catch (InputException e) {
      throw new InputException(operand + ": " + e.getMessage(), e);
    }
  }
}

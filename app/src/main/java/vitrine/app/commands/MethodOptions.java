package vitrine.app.commands;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.UsageException;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.saliency.Baseline;
import vitrine.interp.saliency.Method;
import vitrine.interp.saliency.PathRule;
import vitrine.interp.saliency.Steps;

/** The options of {@code saliency} that say how tokens are scored. */
final class MethodOptions {
  private static final String INTEGRATED = "integrated-gradients";
  private static final String OCCLUSION = "occlusion";

  /** Those whose name says everything. */
  private static final List<Method> PLAIN =
      List.of(
          new Method.GradientNorm(Method.Norm.L2),
          new Method.GradientNorm(Method.Norm.L1),
          new Method.GradientTimesInput(),
          new Method.Rollout(),
          new Method.Relevance());

  @Option(
      names = "--method",
      paramLabel = "M",
      converter = Converters.NotBlank.class,
      description = {
        "gradient-l2, gradient-l1, gradient-x-input, integrated-gradients, occlusion, rollout or lrp;",
        "gradient-x-input if not given."
      })
  private String method = "gradient-x-input";

  @Option(
      names = "--rule",
      paramLabel = "R",
      converter = Converters.NotBlank.class,
      description = {
        "For integrated-gradients: gauss-legendre, midpoint or trapezoid (N steps have N+1 points);",
        "gauss-legendre if not given."
      })
  private @Nullable String rule;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = {
        "For integrated-gradients: how many; if not given, 16, 32, ... 1024, until the scores add up",
        "to what they should within --tolerance."
      })
  private @Nullable Integer steps;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      converter = Converters.Share.class,
      description = {
        "For integrated-gradients: the largest gap, as a share of what is explained; 0.001 if not given."
      })
  private @Nullable Double tolerance;

  @Option(
      names = "--baseline",
      paramLabel = "B",
      converter = Converters.NotBlank.class,
      description = {
        "For integrated-gradients: zero, pad, pad-keep-specials, end-of-text, mean (of all token",
        "vectors) or FILE.npy, (D) or (T,D); zero if not given."
      })
  private @Nullable String baseline;

  @Option(
      names = "--occlude",
      paramLabel = "WAY",
      converter = Converters.NotBlank.class,
      description = "For occlusion: replace or remove; replace if not given.")
  private @Nullable String way;

  @Option(
      names = "--replacement",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = {
        "For occlusion: the token, as text or as an id, that takes a token's place; if not given, the",
        "model's mask, else its end of text, else its padding."
      })
  private @Nullable String replacement;

  /**
   * Refuses what does not go together, before a model is loaded.
   *
   * @throws UsageException naming the option
   */
  void check() {
    List<String> names =
        Stream.concat(PLAIN.stream().map(Method::label), Stream.of(INTEGRATED, OCCLUSION)).toList();
    if (!names.contains(method)) {
      throw Choice.none("saliency", "--method", method, names);
    }
    refuse("--rule", rule, INTEGRATED);
    refuse("--steps", steps, INTEGRATED);
    refuse("--tolerance", tolerance, INTEGRATED);
    refuse("--baseline", baseline, INTEGRATED);
    refuse("--occlude", way, OCCLUSION);
    refuse("--replacement", replacement, OCCLUSION);
    if (steps != null && tolerance != null) {
      throw new UsageException(
          "saliency: --tolerance: given with --steps; expected one of them. See: vitrine help saliency");
    }
    if (rule != null) {
      rule(rule);
    }
    if (baseline != null) {
      baseline(baseline);
    }
    if (way != null) {
      way(way);
    }
  }

  private void refuse(String option, @Nullable Object given, String taker) {
    if (given != null && !method.equals(taker)) {
      throw new UsageException(
          "saliency: %s: given with --method %s; expected it with %s. See: vitrine help saliency"
              .formatted(option, method, taker));
    }
  }

  /**
   * The method; after {@link #check}.
   *
   * @param vocabulary V
   * @throws vitrine.engine.InputException when the replacement is no token
   */
  Method method(int vocabulary, Optional<Tokenizer> tokenizer) {
    return switch (method) {
      case INTEGRATED ->
          new Method.IntegratedGradients(
              rule == null ? PathRule.GAUSS_LEGENDRE : rule(rule),
              steps(),
              baseline == null ? new Baseline.Zero() : baseline(baseline));
      case OCCLUSION ->
          new Method.Occlusion(
              way == null ? Method.Way.REPLACE : way(way),
              replacement == null
                  ? null
                  : Integer.valueOf(
                      Tokens.id("saliency: --replacement", replacement, vocabulary, tokenizer)));
      default ->
          PLAIN.stream().filter(each -> each.label().equals(method)).findFirst().orElseThrow();
    };
  }

  private Steps steps() {
    if (steps != null) {
      return new Steps.Fixed(steps);
    }
    Steps usual = Steps.usual();
    return tolerance != null && usual instanceof Steps.Until until
        ? new Steps.Until(tolerance, until.most())
        : usual;
  }

  private static PathRule rule(String name) {
    return choice("--rule", name, PathRule.values(), PathRule::label);
  }

  private static Method.Way way(String name) {
    return choice(
        "--occlude",
        name,
        Method.Way.values(),
        each ->
            switch (each) {
              case REPLACE -> "replace";
              case REMOVE -> "remove";
            });
  }

  private static Baseline baseline(String name) {
    if (name.endsWith(".npy")) {
      return new Baseline.File(new Converters.AnyPath().convert(name));
    }
    Baseline[] named = Baseline.named().toArray(Baseline[]::new);
    return choice("--baseline", name, named, Baseline::toString);
  }

  private static <E> E choice(String option, String value, E[] all, Function<E, String> label) {
    return Choice.of("saliency", option, value, all, label);
  }
}

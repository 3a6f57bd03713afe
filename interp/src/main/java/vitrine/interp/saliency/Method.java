package vitrine.interp.saliency;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;

/** How each token is given its share of a target. */
public sealed interface Method {
  /** How a gradient becomes one number. */
  enum Norm {
    L1,
    L2
  }

  /** How a token is left out. */
  enum Way {
    /** Another token takes its place. */
    REPLACE,
    /** Those behind it move up. */
    REMOVE
  }

  /**
   * How much the target changes when the token's vector does, by a little in the worst direction
   * (Simonyan et al. 2014; Li et al. 2016). Never negative.
   */
  record GradientNorm(Norm norm) implements Method {
    @Override
    public String label() {
      return switch (norm) {
        case L1 -> "gradient-l1";
        case L2 -> "gradient-l2";
      };
    }
  }

  /** The vector's product with the gradient (Denil et al. 2014; Shrikumar et al. 2016). */
  record GradientTimesInput() implements Method {
    @Override
    public String label() {
      return "gradient-x-input";
    }
  }

  /**
   * The product of what differs from a baseline with the gradient's mean on the straight way from
   * there (Sundararajan et al. 2017). The scores add up to what the target differs by.
   */
  record IntegratedGradients(PathRule rule, Steps steps, Baseline baseline) implements Method {
    @Override
    public String label() {
      return "integrated-gradients";
    }
  }

  /**
   * What the target loses without the token (Zeiler and Fergus 2014; Li et al. 2016).
   *
   * @param replacement what takes its place; null for the model's own (mask, end of text, padding)
   */
  record Occlusion(Way way, @Nullable Integer replacement) implements Method {
    @Override
    public String label() {
      return "occlusion";
    }
  }

  /**
   * How much of what stands at the row that is read came from each token, if attention mixed what
   * it looks at and nothing else happened (Abnar and Zuidema 2020): the product over layers of
   * {@code (A + 1) / 2}, A the mean of the heads' patterns. Says nothing of the target but its row.
   */
  record Rollout() implements Method {
    @Override
    public String label() {
      return "rollout";
    }
  }

  /**
   * The target handed back layer by layer, and what does not arrive at a token named (AttnLRP,
   * Achtibat et al. 2024): a LayerNorm's scale is a constant, softmax is its Taylor expansion, a
   * product of two values gives each half, gelu passes relevance as it is.
   */
  record Relevance() implements Method {
    @Override
    public String label() {
      return "lrp";
    }
  }

  /** The name on the command line and in results. */
  String label();

  /** Whether it asks for gradients at a site. */
  default boolean usesGradients() {
    return switch (this) {
      case GradientNorm _, GradientTimesInput _, IntegratedGradients _ -> true;
      case Occlusion _, Rollout _, Relevance _ -> false;
    };
  }

  /** Whether a score may be negative. */
  default boolean isSigned() {
    return switch (this) {
      case GradientNorm _, Rollout _ -> false;
      case GradientTimesInput _, IntegratedGradients _, Occlusion _, Relevance _ -> true;
    };
  }

  /** The name with all settings. */
  default ObjectNode json() {
    ObjectNode node = Json.object().put("name", label());
    switch (this) {
      case IntegratedGradients(PathRule rule, Steps steps, Baseline baseline) -> {
        node.put("rule", rule.label()).put("baseline", baseline.toString());
        switch (steps) {
          case Steps.Fixed(int count) -> node.put("steps", count);
          case Steps.Until(double tolerance, int most) ->
              node.put("tolerance", tolerance).put("most_steps", most);
        }
      }
      case Occlusion(Way way, Integer replacement) -> {
        node.put("way", way == Way.REPLACE ? "replace" : "remove");
        if (replacement != null) {
          node.put("replacement", replacement);
        }
      }
      case GradientNorm _, GradientTimesInput _, Rollout _, Relevance _ -> {}
    }
    return node;
  }
}

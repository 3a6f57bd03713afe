package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import vitrine.engine.hooks.Edit;
import vitrine.interp.metrics.Metric;

/** What a reader of an ablation must know beside its numbers. */
final class AblationNotes {
  private AblationNotes() {}

  static List<String> of(AblationSpec spec, int counted, int texts, int leftOut) {
    List<String> notes = new ArrayList<>();
    notes.add(edit(spec.treatment()));
    if (spec.kind() == Component.Kind.LAYERS) {
      notes.add(
          "To skip a block is to hand on what entered it (resid_post = resid_pre). In GPT-2, which"
              + " normalises before its sublayers, that is the same as zeros for both of them; in"
              + " BERT, which normalises after them, it is not: zeros would still be normalised"
              + " twice.");
    }
    if (spec.kind() == Component.Kind.POSITIONS) {
      notes.add(
          "A position is edited as it enters the block; shorter texts have no such position.");
    }
    if (spec.sets() == Sets.CUMULATIVE) {
      notes.add(
          "The order by importance was found on these same texts, so the curve flatters it; on other"
              + " texts it would fall faster.");
    }
    notes.add(
        counted < 2
            ? "One text: there is no telling how sure the numbers are."
            : ("Means over %d texts with 95%% bootstrap intervals, the text being what is resampled;"
                    + " p by %s, corrected for all variants of the same map or curve (Holm).")
                .formatted(
                    counted,
                    spec.metric() instanceof Metric.Agreement
                        ? "exchanging the answers of texts at random"
                        : "Wilcoxon's signed-rank test over texts"));
    if (leftOut > 0) {
      notes.add(
          "%d of %d texts are left out: the metric asks nothing of them, or no other text is long enough to stand in."
              .formatted(leftOut, texts));
    }
    return notes;
  }

  private static String edit(Treatment treatment) {
    return switch (treatment) {
      case Treatment.Reference _ ->
          "Switched off: the mean over all tokens of the reference texts stands in its place.";
      case Treatment.Resample _ ->
          "Switched off: the value of another text stands in its place, position by position; the"
              + " other is drawn from those of at least as many tokens that ran together with it.";
      case Treatment.Plain plain ->
          switch (plain.edit()) {
            case Edit.Zero _ -> "Switched off: zeros stand in its place.";
            case Edit.Mean _ ->
                "Switched off: the mean over the text's own positions stands in its place.";
            case Edit.Uniform _ -> "Switched off: attention goes to all visible tokens alike.";
            case Edit.Skip _ -> "Switched off: the block is passed by.";
            case Edit.Noise _, Edit.Scale _ -> "Not switched off but changed: " + plain + ".";
            case Edit.Custom own ->
                "Changed by a program's own function, "
                    + own.name()
                    + ": the plans alone cannot repeat it.";
            case Edit.MeanFile _,
                Edit.SetValue _,
                Edit.SetFile _,
                Edit.AddFile _,
                Edit.From _,
                Edit.Resample _ ->
                "Changed: " + plain + ".";
          };
    };
  }

  /** With four digits that count. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}

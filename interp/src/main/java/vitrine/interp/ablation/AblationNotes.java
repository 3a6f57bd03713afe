package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import vitrine.engine.hooks.Edit;
import vitrine.interp.metrics.Metric;
import vitrine.interp.stats.SwapTest;

/** What a reader of an ablation must know beside its numbers. */
final class AblationNotes {
  /** A least p-value below this stands in nobody's way. */
  private static final double SAID_FROM = 0.001;

  private static final double LEVEL = 0.05;

  private AblationNotes() {}

  static List<String> of(AblationResult result) {
    AblationSpec spec = result.spec();
    List<String> notes = new ArrayList<>();
    notes.add(edit(spec.treatment(), spec.sets()));
    parts(spec, notes);
    statistics(result, notes);
    leftOut(result, notes);
    return notes;
  }

  private static void parts(AblationSpec spec, List<String> notes) {
    if (spec.kind() == Component.Kind.LAYERS) {
      notes.add(
          "To skip a block is to hand on what entered it (resid_post = resid_pre). In GPT-2, which"
              + " normalises before its sublayers, that is the same as zeros for both of them; in"
              + " BERT, which normalises after them, it is not: zeros would still be normalised"
              + " twice.");
    }
    if (spec.kind() == Component.Kind.POSITIONS) {
      notes.add(
          spec.sets() == Sets.SINGLE
              ? "A position is edited as it enters the block; shorter texts have no such position."
              : "A position is edited as it enters the block; only texts that have all positions of a"
                  + " variant count in it.");
    }
    if (spec.sets() == Sets.CUMULATIVE) {
      notes.add(
          "The order by %s was found on these same texts, so the curve flatters it; on other texts it would fall faster."
              .formatted(spec.order().label()));
    }
  }

  private static void statistics(AblationResult result, List<String> notes) {
    int texts = result.clean().n();
    if (texts < 2) {
      notes.add("One text: there is no telling how sure the numbers are.");
      return;
    }
    boolean means = !(result.spec().metric() instanceof Metric.Agreement);
    notes.add(
        "%s over %d texts with 95%% bootstrap intervals, the text being what is resampled; p by %s, corrected for all variants of the same map or curve (Holm)."
            .formatted(means ? "Means" : "Scores", texts, result.testing().words()));
    List<List<Effect>> families = families(result);
    long tested = families.stream().flatMap(List::stream).filter(Effect::isTested).count();
    long all = families.stream().mapToLong(List::size).sum();
    if (tested < all) {
      notes.add(
          "%d of %d variants changed no text: they have no p, and the correction is for the others."
              .formatted(all - tested, all));
    }
    double least = result.testing().least(texts);
    long most =
        families.stream()
            .mapToLong(family -> family.stream().filter(Effect::isTested).count())
            .max()
            .orElse(0);
    double corrected = Math.min(1, least * most);
    if (corrected >= SAID_FROM) {
      notes.add(
          "%s p cannot be below %s, and corrected for %d variants not below %s%s"
              .formatted(
                  result.testing() == Testing.EXCHANGE && !SwapTest.countsAll(texts)
                      ? "With 9,999 draws"
                      : "With %d texts".formatted(texts),
                  number(least),
                  most,
                  number(corrected),
                  corrected < LEVEL
                      ? "."
                      : ": none can be told from chance so, however large. Look at the intervals, at"
                          + " fewer variants, or at more texts."));
    }
  }

  /** What is corrected together. */
  private static List<List<Effect>> families(AblationResult result) {
    return Stream.concat(
            Stream.of(result.effects(), result.pairs()),
            result.curves().stream().map(AblationResult.Curve::points))
        .toList();
  }

  private static void leftOut(AblationResult result, List<String> notes) {
    if (!result.unasked().isEmpty()) {
      notes.add(
          "%d of %d texts are left out: the metric asks nothing of them."
              .formatted(result.unasked().size(), result.texts().count()));
    }
    if (!result.unserved().isEmpty()) {
      notes.add(
          "%d of %d texts are left out: no other is long enough to stand in."
              .formatted(result.unserved().size(), result.texts().count()));
    }
  }

  /** Whether components are gone, and not only other than they were. */
  static boolean isOff(Treatment treatment) {
    return !(treatment instanceof Treatment.Plain plain)
        || switch (plain.edit()) {
          case Edit.Zero _, Edit.Mean _, Edit.Uniform _, Edit.Skip _ -> true;
          case Edit.Noise _,
              Edit.Scale _,
              Edit.Custom _,
              Edit.MeanFile _,
              Edit.SetValue _,
              Edit.SetFile _,
              Edit.AddFile _,
              Edit.From _,
              Edit.Resample _ ->
              false;
        };
  }

  /** What was done to components, for titles. */
  static String done(Treatment treatment) {
    return isOff(treatment) ? "switched off" : "changed by " + treatment;
  }

  private static String edit(Treatment treatment, Sets sets) {
    return switch (treatment) {
      case Treatment.Reference _ ->
          "Switched off: the mean over all tokens of the reference texts stands in its place, as the"
              + " clean model has it there.";
      case Treatment.Resample _ ->
          "Switched off: the value of another text stands in its place, position by position, as the"
              + " clean model has it there"
              + (sets.reachesOn() ? ", however much else is off" : "")
              + "; the other is drawn from those of at least as many tokens that ran together with it,"
              + " so that it depends on --batch.";
      case Treatment.Plain plain ->
          switch (plain.edit()) {
            case Edit.Zero _ -> "Switched off: zeros stand in its place.";
            case Edit.Mean _ ->
                "Switched off: the mean over the text's own positions stands in its place"
                    + (sets.reachesOn()
                        ? ", of the values that the run itself has there with all else that is off."
                        : ".");
            case Edit.Uniform _ -> "Switched off: attention goes to all visible tokens alike.";
            case Edit.Skip _ -> "Switched off: the block is passed by.";
            case Edit.Noise _ ->
                "Not switched off but changed: "
                    + plain
                    + ". Which numbers are drawn depends on the seed, and by the texts that run"
                    + " together on --batch.";
            case Edit.Scale _ -> "Not switched off but changed: " + plain + ".";
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

package vitrine.interp.saliency;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.TokenStrip;

/** A result for people: texts with colours behind their tokens, a row of numbers a target. */
final class SaliencyPictures {
  /** More strips are no longer looked at. */
  private static final int MOST_STRIPS = 8;

  private static final int MOST_BARS = 16;
  private static final Quantity SCORE = Quantity.of("score");

  private final SaliencyResult result;

  SaliencyPictures(SaliencyResult result) {
    this.result = result;
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    for (SaliencyResult.OfText text : result.texts()) {
      if (text.found().size() > 1 && pictures.size() < MOST_STRIPS) {
        pictures.add(matrix(text));
      }
      for (Scored scored : text.found()) {
        if (pictures.size() < MOST_STRIPS) {
          pictures.add(strip(text.question(), scored));
        }
      }
      if (result.texts().size() == 1 && text.found().size() == 1) {
        pictures.add(bars(text.question(), text.found().getFirst()));
      }
    }
    return pictures;
  }

  private Scale scale(Grid values) {
    return result.spec().method().isSigned() ? Scale.diverging(values, 0) : Scale.fromZero(values);
  }

  private String reading(String what) {
    return result.spec().method().isSigned()
        ? what + ": above 0 it raises the target, below 0 it lowers it."
        : what + ": the darker, the more hangs on it; the sign is not told.";
  }

  private TokenStrip strip(Question question, Scored scored) {
    Grid values = Grid.row(scored.scores());
    return new TokenStrip(
        caption(
                "What " + scored.target() + " hangs on",
                reading("Each token's colour is its share"))
            .note(of(scored)),
        question.tokens(),
        SCORE,
        values,
        scale(values));
  }

  private Heatmap matrix(SaliencyResult.OfText text) {
    Question question = text.question();
    double[][] rows = text.found().stream().map(Scored::scores).toArray(double[][]::new);
    Grid values = Grid.of(rows);
    return new Heatmap(
        caption(
            "What each target hangs on",
            reading("Each row is a target, each cell a token's share of it")),
        Quantity.of("token"),
        Quantity.of("target"),
        question.tokens(),
        text.found().stream().map(scored -> name(question, scored.target())).toList(),
        SCORE,
        values,
        scale(values));
  }

  private Bars bars(Question question, Scored scored) {
    List<Bars.Bar> bars =
        IntStream.range(0, scored.scores().length)
            .boxed()
            .filter(t -> !Double.isNaN(scored.scores()[t]))
            .sorted((a, b) ->
                Double.compare(Math.abs(scored.scores()[b]), Math.abs(scored.scores()[a])))
            .limit(MOST_BARS)
            .map(t -> Bars.Bar.of(t + " " + question.tokens().get(t), scored.scores()[t]))
            .toList();
    return new Bars(
        caption("The tokens that matter most", reading("Each bar is a token's share"))
            .note(of(scored)),
        Quantity.of("token"),
        SCORE,
        bars);
  }

  private Caption caption(String title, String reading) {
    return Caption.of(title, reading).note("Method: " + result.spec().method().label() + ".");
  }

  /** A generated token's target by the token itself. */
  private static String name(Question question, Target target) {
    int row = target.row().orElse(question.tokens().size()) + 1;
    return row < question.tokens().size()
        ? row + " " + question.tokens().get(row)
        : target.toString();
  }

  private static String of(Scored scored) {
    StringBuilder note =
        new StringBuilder(String.format(Locale.ROOT, "%s = %.4f", scored.target(), scored.value()));
    switch (scored.account()) {
      case Scored.Completeness(double baseline, int steps, double gap, Scored.Reached reached) ->
          note.append(
              String.format(
                  Locale.ROOT,
                  ", at the baseline %.4f; %d steps, the scores miss the difference by %.1e%s",
                  baseline,
                  steps,
                  gap,
                  reached == Scored.Reached.NO ? " (more than was asked for)" : ""));
      case Scored.Conservation(var others, double gap) ->
          note.append(
              String.format(
                  Locale.ROOT,
                  "; %.4f of it goes to positions, segments and biases; all shares together miss it by %.1e",
                  others.values().stream().mapToDouble(Double::doubleValue).sum(),
                  gap));
      case null -> {}
    }
    Faithfulness measured = scored.faithfulness();
    if (measured != null) {
      note.append(
          String.format(
              Locale.ROOT,
              ". Without its best tokens the target falls by %.4f (AOPC; high is good), with nothing but them by %.4f (low is good); rank correlation with leaving out each: %.2f",
              measured.comprehensivenessAopc(),
              measured.sufficiencyAopc(),
              measured.correlation()));
    }
    return note.append('.').toString();
  }
}

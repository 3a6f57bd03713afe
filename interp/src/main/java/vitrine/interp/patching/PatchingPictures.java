package vitrine.interp.patching;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Tap;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Scatter;
import vitrine.interp.stats.Interval;

/**
 * Of every site a map; of very many components the strongest; how well a gradient foretells them.
 */
final class PatchingPictures {
  /** A map of more columns, or more rows, cannot be read. */
  private static final int MOST_LINES = 256;

  private static final int STRONGEST = 30;

  /** More points than these only make a file large. */
  private static final int MOST_DOTS = 4000;

  private static final String BY_GRADIENT = ", as its gradient has it";
  private static final Quantity NORMALISED = Quantity.of("share of the way back");

  private final PatchingResult result;
  private final Direction direction;

  PatchingPictures(PatchingResult result) {
    this.result = result;
    this.direction = result.direction();
  }

  static Caption ofTable(Direction direction) {
    return Caption.of(
        "What was patched",
        "Each row is a component of the %s run put into the %s run."
            .formatted(direction.source().label(), direction.base().label()));
  }

  /** The normalised metric of the patched run as it is. */
  static double without(Direction direction) {
    return direction.base() == Direction.Run.CLEAN ? 1 : 0;
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    for (SiteEffects site : result.sites()) {
      boolean few = site.rows().size() <= MOST_LINES && site.columns().size() <= MOST_LINES;
      boolean exact = site.effects().getFirst().exact() != null;
      String how = exact ? "" : BY_GRADIENT;
      pictures.add(few ? map(site, SiteEffects.Effect::best, how) : strongest(site));
      SiteEffects.Agreement agreement = site.agreement();
      if (agreement != null) {
        if (few) {
          pictures.add(map(site, PatchingPictures::attributed, BY_GRADIENT));
        }
        pictures.add(scatter(site, agreement));
      }
    }
    return pictures;
  }

  private static Measured attributed(SiteEffects.Effect effect) {
    Measured attributed = effect.attributed();
    return attributed == null ? effect.best() : attributed;
  }

  /** Which of an effect's numbers. */
  @FunctionalInterface
  private interface Which {
    Measured of(SiteEffects.Effect effect);
  }

  private Heatmap map(SiteEffects site, Which which, String how) {
    Grid grid = site.grid(effect -> which.of(effect).normalised().estimate());
    List<Axis> by = site.target().by();
    Quantity rows =
        Quantity.of(
            by.size() < 2
                ? "layer"
                : "layer."
                    + by.subList(0, by.size() - 1).stream()
                        .map(Axis::keyword)
                        .collect(Collectors.joining(".")));
    return new Heatmap(
        caption(site, how),
        Quantity.of(by.isEmpty() ? "" : named(by.getLast())),
        rows,
        site.columns().stream().map(column -> column(site, column)).toList(),
        site.rows().stream().map(row -> row(site, row)).toList(),
        NORMALISED,
        grid,
        Scale.diverging(grid, without(direction)));
  }

  private static String named(Axis axis) {
    return switch (axis) {
      case POSITION -> "token";
      case QUERY -> "token that looks";
      case KEY -> "token looked at";
      case BATCH, HEAD, DIM, HEAD_DIM, NEURON, TOKEN, CLASS, SEGMENT, ONE -> axis.keyword();
    };
  }

  private String column(SiteEffects site, int key) {
    List<Axis> by = site.target().by();
    if (by.isEmpty()) {
      return "all";
    }
    return PatchTarget.isPosition(by.getLast()) ? token(key) : Integer.toString(key);
  }

  private String row(SiteEffects site, List<Integer> row) {
    StringBuilder name = new StringBuilder(row.getFirst().toString());
    for (int i = 1; i < row.size(); i++) {
      boolean position = PatchTarget.isPosition(site.target().by().get(i - 1));
      name.append('.').append(position ? token(row.get(i)) : row.get(i).toString());
    }
    return name.toString();
  }

  /** The token that all pairs have there, or the position's number. */
  private String token(int position) {
    String common = null;
    for (PromptPair pair : result.pairs()) {
      int at = position < 0 ? position + pair.length() : position;
      if (at < 0 || at >= pair.length()) {
        continue;
      }
      String token = pair.token(at);
      if (common != null && !common.equals(token)) {
        return "pos " + position;
      }
      common = token;
    }
    return common == null ? "pos " + position : common;
  }

  private Caption caption(SiteEffects site, String how) {
    String what = site.target().site().target() instanceof Tap tap ? tap.path() : "";
    Caption caption =
        Caption.of(
                "Patched " + what + how,
                "Each cell %s a value of the %s run into the %s run: 0 is as the corrupted prompt, 1 as the clean one."
                    .formatted(
                        how.equals(BY_GRADIENT)
                            ? "is what the gradient expects of putting"
                            : "puts",
                        direction.source().label(),
                        direction.base().label()))
            .note(baseline());
    String slice = site.target().site().slice().toString();
    return slice.isEmpty() ? caption : caption.note("Of " + site.target().site() + " alone.");
  }

  private String baseline() {
    Interval clean = result.clean();
    Interval corrupted = result.corrupted();
    String of =
        result.pairs().size() == 1
            ? ""
            : " Means over %d pairs; the data has 95%% intervals.".formatted(clean.n());
    String same =
        clean.estimate() == corrupted.estimate()
            ? " The prompts do not differ in it, so nothing can be said."
            : "";
    return String.format(
            Locale.ROOT,
            "%s: %.4f clean, %.4f corrupted.",
            result.pairs().getFirst().metric().quantity(),
            clean.estimate(),
            corrupted.estimate())
        + of
        + same;
  }

  private Bars strongest(SiteEffects site) {
    List<SiteEffects.Effect> some =
        site.strongest(without(direction)).stream().limit(STRONGEST).toList();
    Caption caption =
        caption(site, ": the strongest")
            .note(
                "%d components; these %d are farthest from %s."
                    .formatted(
                        site.effects().size(),
                        some.size(),
                        direction.base() == Direction.Run.CLEAN ? "1" : "0"));
    return new Bars(
        caption,
        Quantity.of("component"),
        NORMALISED,
        some.stream()
            .map(effect -> Bars.Bar.of(effect.site().toString(), effect.best().normalised()))
            .toList());
  }

  private Scatter scatter(SiteEffects site, SiteEffects.Agreement agreement) {
    List<Scatter.Dot> dots =
        site.strongest(without(direction)).stream()
            .limit(MOST_DOTS)
            .map(effect ->
                new Scatter.Dot(
                    effect.site().toString(),
                    "layer " + effect.layer(),
                    effect.best().normalised().estimate(),
                    attributed(effect).normalised().estimate()))
            .filter(dot -> Double.isFinite(dot.x()) && Double.isFinite(dot.y()))
            .toList();
    Caption caption =
        Caption.of(
                "What the gradient foretells of " + site.target().site(),
                "Each dot is a component: on the diagonal the estimate is exact.")
            .note(
                "Pearson %s, Spearman %s over %d components."
                    .formatted(
                        number(agreement.pearson()),
                        number(agreement.spearman()),
                        site.effects().size()));
    return new Scatter(
        caption, Quantity.of("patched"), Quantity.of("expected by the gradient"), dots);
  }

  private static String number(@Nullable Interval interval) {
    return interval == null || Double.isNaN(interval.estimate())
        ? "undefined"
        : String.format(Locale.ROOT, "%.3f", interval.estimate());
  }
}

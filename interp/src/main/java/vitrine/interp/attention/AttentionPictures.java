package vitrine.interp.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.stats.Interval;

/** The heads' two numbers as maps of layers by heads, and each pattern where there are few. */
final class AttentionPictures {
  /** More patterns than these are no picture any more. */
  static final int MOST_PATTERNS = 16;

  private static final Quantity PROBABILITY = Quantity.of("attention");
  private static final Quantity QUERIES = Quantity.of("token that looks");
  private static final Quantity KEYS = Quantity.of("token looked at");

  private final AttentionResult result;
  private final Patterns patterns;

  AttentionPictures(AttentionResult result, Patterns patterns) {
    this.result = result;
    this.patterns = patterns;
  }

  static Caption ofTable() {
    return Caption.of(
        "Entropy and distance of heads",
        "Each row is one head: a low entropy looks at few tokens, a small distance at near ones.");
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    int drawn = result.heads().size() * patterns.texts();
    if (result.heads().size() > 1) {
      Caption entropy =
          Caption.of(
                  "Entropy of each head's attention",
                  "Each cell is a head: light ones look at few tokens, dark ones at many alike.")
              .note(means());
      Caption distance =
          Caption.of(
                  "Mean distance of each head's attention",
                  "Each cell is a head: light ones look at near tokens, dark ones far away.")
              .note(means());
      if (drawn > MOST_PATTERNS) {
        entropy =
            entropy.note(
                "%d patterns are not drawn, only up to %d are: choose layers and heads."
                    .formatted(drawn, MOST_PATTERNS));
      }
      pictures.add(map(entropy, AttentionResult.ENTROPY, AttentionResult.Head::entropy));
      pictures.add(map(distance, AttentionResult.DISTANCE, AttentionResult.Head::distance));
    }
    if (drawn <= MOST_PATTERNS) {
      for (int index = 0; index < result.heads().size(); index++) {
        for (int text = 0; text < patterns.texts(); text++) {
          pictures.add(pattern(text, index));
        }
      }
    }
    if (pictures.isEmpty()) {
      // One head, and more texts than can be drawn.
      pictures.add(result.table());
    }
    return pictures;
  }

  private String means() {
    return patterns.texts() == 1
        ? "Mean over the tokens of the text."
        : "Mean over %d texts of the mean over their tokens; the data has 95%% intervals."
            .formatted(patterns.texts());
  }

  private Heatmap map(
      Caption caption, Quantity cells, Function<AttentionResult.Head, Interval> number) {
    double[] values =
        result.heads().stream().mapToDouble(head -> number.apply(head).estimate()).toArray();
    Grid grid = Grid.of(values, patterns.layers(), patterns.heads());
    int[] layers = new int[patterns.layers()];
    Arrays.setAll(layers, patterns::layer);
    int[] heads = new int[patterns.heads()];
    Arrays.setAll(heads, patterns::head);
    return new Heatmap(
        caption,
        Quantity.of("head"),
        Quantity.of("layer"),
        names(heads),
        names(layers),
        cells,
        grid,
        Scale.fromZero(grid));
  }

  private static List<String> names(int[] numbers) {
    return Arrays.stream(numbers).mapToObj(Integer::toString).toList();
  }

  private Heatmap pattern(int text, int index) {
    AttentionResult.Head head = result.heads().get(index);
    int layer = index / patterns.heads();
    int place = index % patterns.heads();
    String title = "Layer " + head.layer() + ", head " + head.head();
    Caption caption =
        Caption.of(
                patterns.texts() == 1 ? title : title + ", text " + text,
                "Each row is a token, and its cells say how much it looks at the token below.")
            .note(
                String.format(
                    Locale.ROOT,
                    "Entropy %.3f nats, mean distance %.2f tokens.",
                    patterns.entropy(text, layer, place),
                    patterns.distance(text, layer, place)));
    List<String> tokens = result.texts().tokens().get(text);
    return new Heatmap(
        caption,
        KEYS,
        QUERIES,
        tokens,
        tokens,
        PROBABILITY,
        result.pattern(text, index),
        new Scale.Sequential(0, 1));
  }
}

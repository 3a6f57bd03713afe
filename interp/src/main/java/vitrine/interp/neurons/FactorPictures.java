package vitrine.interp.neurons;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;

/** Factors for people: when each is at work, and what it is made of. */
final class FactorPictures {
  private static final int MOST_TEXTS = 4;
  private static final Quantity STRENGTH = Quantity.of("strength");

  private final FactorsResult result;

  FactorPictures(FactorsResult result) {
    this.result = result;
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    switch (result.subject()) {
      case Subject.File _ -> pictures.add(sizes());
      case Subject.Neurons neurons -> {
        int row = 0;
        for (int text = 0; text < Math.min(MOST_TEXTS, neurons.texts().count()); text++) {
          List<String> tokens = neurons.texts().tokens().get(text);
          pictures.add(map(tokens, row));
          row += tokens.size();
        }
        pictures.add(members());
      }
    }
    if (result.sweep().size() > 1) {
      pictures.add(curve());
    }
    return pictures;
  }

  private Caption caption(String title, String reading) {
    Factors kept = result.factors();
    Caption caption =
        Caption.of(title, reading)
            .note(
                String.format(
                    Locale.ROOT,
                    "%d factors leave an error of %.4g (Frobenius norm); they have %.1f%% of the sum of squares, after %d iterations from %s.",
                    kept.count(),
                    kept.error(),
                    100 * kept.explained(),
                    kept.iterations(),
                    kept.start().label()));
    return result.subject() instanceof Subject.Neurons neurons && neurons.clipped() > 0
        ? caption.note(
            String.format(
                Locale.ROOT,
                "%d activations below zero count as zero; they had %.2f%% of the sum of squares.",
                neurons.clipped(),
                100 * neurons.lost()))
        : caption;
  }

  /** A row a factor, a column a token; each factor as a share of its own largest. */
  private Heatmap map(List<String> tokens, int row) {
    int K = result.factors().count();
    double[][] values = new double[K][tokens.size()];
    for (int factor = 0; factor < K; factor++) {
      double largest = 0;
      for (int r = 0; r < result.factors().rows(); r++) {
        largest = Math.max(largest, result.mix(r, factor));
      }
      for (int t = 0; t < tokens.size(); t++) {
        values[factor][t] = largest == 0 ? 0 : result.mix(row + t, factor) / largest;
      }
    }
    Grid grid = Grid.of(values);
    return new Heatmap(
        caption(
            "When each factor is at work",
            "Each row is a group of neurons, each column a token: the darker, the more they fire, as a share of the factor's most."),
        Quantity.of("token"),
        Quantity.of("factor"),
        tokens,
        IntStream.range(0, K).mapToObj(Integer::toString).toList(),
        STRENGTH,
        grid,
        Scale.fromZero(grid));
  }

  private Table members() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int factor = 0; factor < result.factors().count(); factor++) {
      List<String> names = result.top(factor).stream().map(result::column).toList();
      rows.add(List.of(Table.Cell.of(factor), Table.Cell.of(String.join(" ", names))));
    }
    return new Table(
        Caption.of(
            "The neurons of each factor",
            "Each row is a factor with its strongest neurons, as layer.neuron, the strongest first."),
        List.of(Quantity.of("factor"), Quantity.of("neurons")),
        rows);
  }

  private Bars sizes() {
    Factors kept = result.factors();
    List<Bars.Bar> bars = new ArrayList<>();
    for (int factor = 0; factor < kept.count(); factor++) {
      double w = 0;
      for (int row = 0; row < kept.rows(); row++) {
        w += result.mix(row, factor) * result.mix(row, factor);
      }
      double h = 0;
      for (int column = 0; column < kept.columns(); column++) {
        h += result.pattern(factor, column) * result.pattern(factor, column);
      }
      bars.add(Bars.Bar.of(Integer.toString(factor), Math.sqrt(w * h)));
    }
    return new Bars(
        caption("How large each factor is", "Each bar is the norm of what a factor adds."),
        Quantity.of("factor"),
        Quantity.of("norm"),
        bars);
  }

  private Lines curve() {
    return new Lines(
        Caption.of(
            "Error by number of factors",
            "From left to right more factors; the curve is what they leave out."),
        Quantity.of("factors"),
        Quantity.of("error", "Frobenius norm"),
        List.of(
            new Lines.Series(
                "error",
                result.sweep().stream()
                    .map(each -> Lines.Point.of(each.count(), each.error()))
                    .toList())));
  }
}

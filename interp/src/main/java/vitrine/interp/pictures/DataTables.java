package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/** The numbers behind a picture as a table, one number of it a row. */
final class DataTables {
  private DataTables() {}

  static Table of(Picture picture) {
    return switch (picture) {
      case Heatmap heatmap -> ofHeatmap(heatmap);
      case TokenStrip strip -> ofStrip(strip);
      case Lines lines -> ofLines(lines);
      case Bars bars -> ofBars(bars);
      case Scatter scatter -> ofScatter(scatter);
      case Table table -> table;
      case Graph graph -> ofGraph(graph);
    };
  }

  private static Table ofHeatmap(Heatmap map) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int row = 0; row < map.values().rows(); row++) {
      for (int column = 0; column < map.values().columns(); column++) {
        rows.add(
            List.of(
                Table.Cell.of(map.rowNames().get(row)),
                Table.Cell.of(map.columnNames().get(column)),
                Table.Cell.of(map.values().at(row, column))));
      }
    }
    return new Table(map.caption(), List.of(map.rows(), map.columns(), map.cells()), rows);
  }

  private static Table ofStrip(TokenStrip strip) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int i = 0; i < strip.tokens().size(); i++) {
      rows.add(
          List.of(
              Table.Cell.of(i),
              Table.Cell.of(strip.tokens().get(i)),
              Table.Cell.of(strip.values().at(0, i))));
    }
    return new Table(
        strip.caption(),
        List.of(Quantity.of("position"), Quantity.of("token"), strip.cells()),
        rows);
  }

  private static Table ofLines(Lines lines) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Lines.Series series : lines.series()) {
      for (Lines.Point point : series.points()) {
        rows.add(
            List.of(
                Table.Cell.of(series.name()),
                Table.Cell.of(point.x()),
                Table.Cell.of(point.y()),
                Table.Cell.of(point.low()),
                Table.Cell.of(point.high())));
      }
    }
    return new Table(
        lines.caption(),
        List.of(
            Quantity.of("series"),
            lines.across(),
            lines.up(),
            Quantity.of("low"),
            Quantity.of("high")),
        rows);
  }

  private static Table ofBars(Bars bars) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Bars.Bar bar : bars.bars()) {
      rows.add(
          List.of(
              Table.Cell.of(bar.name()),
              Table.Cell.of(bar.value()),
              Table.Cell.of(bar.low()),
              Table.Cell.of(bar.high())));
    }
    return new Table(
        bars.caption(),
        List.of(bars.names(), bars.lengths(), Quantity.of("low"), Quantity.of("high")),
        rows);
  }

  private static Table ofScatter(Scatter scatter) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Scatter.Dot dot : scatter.dots()) {
      rows.add(
          List.of(
              Table.Cell.of(dot.name()),
              Table.Cell.of(dot.group()),
              Table.Cell.of(dot.x()),
              Table.Cell.of(dot.y())));
    }
    return new Table(
        scatter.caption(),
        List.of(Quantity.of("name"), Quantity.of("group"), scatter.across(), scatter.up()),
        rows);
  }

  private static Table ofGraph(Graph graph) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Graph.Edge edge : graph.edges()) {
      rows.add(
          List.of(
              Table.Cell.of(graph.nodes().get(edge.from()).name()),
              Table.Cell.of(graph.nodes().get(edge.to()).name()),
              Table.Cell.of(edge.weight())));
    }
    return new Table(
        graph.caption(), List.of(Quantity.of("from"), Quantity.of("to"), graph.weights()), rows);
  }
}

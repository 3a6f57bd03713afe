package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;

/** How cells are written, in tables and in JSON: in one way for layers, heads and checkpoints. */
final class Cells {
  private Cells() {}

  /** A row of a table: what the cell is of, then its numbers. */
  static List<Table.Cell> row(Cell cell, Table.Cell... of) {
    List<Table.Cell> row = new ArrayList<>(List.of(of));
    row.add(Table.Cell.of(cell.interval().n()));
    row.add(Table.Cell.of(cell.estimate()));
    row.add(Table.Cell.of(cell.interval().low()));
    row.add(Table.Cell.of(cell.interval().high()));
    row.add(Table.Cell.of(cell.shuffled()));
    row.add(Table.Cell.of(cell.p()));
    return row;
  }

  /**
   * The columns of such rows.
   *
   * @param units what n counts
   * @param of what the cell is of
   */
  static List<Quantity> columns(String units, String... of) {
    List<Quantity> columns = new ArrayList<>();
    for (String name : of) {
      columns.add(Quantity.of(name));
    }
    for (String name : List.of(units, "similarity", "low", "high", "shuffled", "p")) {
      columns.add(Quantity.of(name));
    }
    return columns;
  }

  /** {@code values}, and as far as any cell has them {@code low}, {@code high} and the others. */
  static ObjectNode json(List<List<Cell>> cells) {
    ObjectNode node = Json.object();
    node.set("values", matrix(cells, Cell::estimate));
    putKnown(node, "low", cells, cell -> cell.interval().low());
    putKnown(node, "high", cells, cell -> cell.interval().high());
    putKnown(node, "shuffled", cells, Cell::shuffled);
    putKnown(node, "p", cells, Cell::p);
    return node;
  }

  private static void putKnown(
      ObjectNode node, String name, List<List<Cell>> cells, ToDoubleFunction<Cell> number) {
    if (cells.stream()
        .flatMap(List::stream)
        .mapToDouble(number)
        .anyMatch(value -> !Double.isNaN(value))) {
      node.set(name, matrix(cells, number));
    }
  }

  private static ArrayNode matrix(List<List<Cell>> cells, ToDoubleFunction<Cell> number) {
    ArrayNode rows = Json.array();
    for (List<Cell> cellsOfRow : cells) {
      ArrayNode row = rows.addArray();
      cellsOfRow.forEach(cell -> row.add(Json.number(number.applyAsDouble(cell))));
    }
    return rows;
  }

  /** The estimates, row by row. */
  static double[] estimates(List<List<Cell>> cells) {
    return cells.stream().flatMap(List::stream).mapToDouble(Cell::estimate).toArray();
  }

  /** Cells by their places. */
  static List<List<Cell>> of(int rows, int columns, At at) {
    return IntStream.range(0, rows)
        .mapToObj(i -> IntStream.range(0, columns).mapToObj(j -> at.cell(i, j)).toList())
        .toList();
  }

  /** A cell by its place. */
  @FunctionalInterface
  interface At {
    Cell cell(int row, int column);
  }
}

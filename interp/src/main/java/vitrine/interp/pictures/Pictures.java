package vitrine.interp.pictures;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import vitrine.interp.io.Csv;

/** Pictures as files and as text. */
public final class Pictures {
  private Pictures() {}

  /** An SVG file: all of them on one sheet. */
  public static String svg(List<Picture> pictures) {
    return SvgWriter.document(sheet(pictures));
  }

  /**
   * A PNG file: all of them on one sheet, on light paper.
   *
   * @throws vitrine.engine.InputException when that would be too large, or the system has no fonts
   */
  public static void png(List<Picture> pictures, OutputStream out) throws IOException {
    PngWriter.write(sheet(pictures), out);
  }

  /** An HTML file that needs no other. */
  public static String html(Page page) {
    return HtmlWriter.write(page);
  }

  /**
   * Text for a terminal, each line ended; no colours, no escape sequences.
   *
   * @param width how many characters a line has
   */
  public static String text(Picture picture, int width) {
    return TextWriter.write(picture, width);
  }

  /** Comma-separated values of a table. */
  public static String csv(Table table) {
    Csv csv = new Csv(table.columns().stream().map(Quantity::toString).toArray(String[]::new));
    for (List<Table.Cell> row : table.rows()) {
      csv.row(row.stream().map(Pictures::value).toArray());
    }
    return csv.toString();
  }

  /** The numbers behind a picture, one a row. */
  public static Table table(Picture picture) {
    return DataTables.of(picture);
  }

  private static Object value(Table.Cell cell) {
    return switch (cell) {
      case Table.Words words -> words.text();
      case Table.Figure number -> number.value();
    };
  }

  private static Drawing sheet(List<Picture> pictures) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("pictures: none; expected at least one");
    }
    return Drawing.sheet(pictures.stream().map(Layout::of).toList());
  }
}

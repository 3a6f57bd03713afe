package vitrine.interp.probe.layers;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import vitrine.engine.InputException;
import vitrine.interp.probe.tasks.Labelled;
import vitrine.interp.probe.tasks.TaskData;
import vitrine.interp.rows.Encoded;
import vitrine.interp.rows.LayerRows;
import vitrine.interp.rows.Reader;
import vitrine.interp.rows.Reading;

/**
 * What a model holds of labelled texts: of every layer a row for each label.
 *
 * @param rows in files
 * @param labels of the rows
 */
public record ProbedRows(LayerRows rows, RowLabels labels) implements AutoCloseable {
  /**
   * Runs the model over the texts.
   *
   * @param scratch where the rows may be kept until this is closed
   * @param progress is told how many texts are done
   * @throws InputException when a text does not fit the model; when nothing gave a row
   */
  public static ProbedRows read(
      Reader reader, Reading reading, TaskData data, Path scratch, IntConsumer progress) {
    List<Encoded> encoded = data.texts().stream().map(Labelled::passage).map(reading::of).toList();
    RowLabels labels = RowLabels.of(data, encoded);
    if (labels.count() == 0) {
      throw new InputException(
          "probe: %s: no label has a token; expected some. Check the texts"
              .formatted(data.operand()));
    }
    return new ProbedRows(LayerRows.read(reader, encoded, scratch, progress), labels);
  }

  @Override
  public void close() {
    rows.close();
  }
}

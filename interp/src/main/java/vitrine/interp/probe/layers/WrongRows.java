package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import vitrine.interp.io.Json;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.probe.tasks.Labelled;
import vitrine.interp.rows.Passage;

/** The test rows that a probe gets most wrong: where it gives the class the least probability. */
final class WrongRows {
  private static final int SHOWN = 20;

  /** Chars of the text on either side of the word. */
  private static final int AROUND = 30;

  private final LayerScores scores;
  private final LayerProbe probe;

  WrongRows(LayerScores scores, LayerProbe probe) {
    this.scores = scores;
    this.probe = probe;
  }

  /** One row that is wrong. */
  private record Wrong(String where, String text, String own, String said, double surprise) {}

  private List<Wrong> worst() {
    int[] predicted = probe.predictions().predicted();
    double[] surprise = probe.predictions().surprise();
    List<Wrong> worst = new ArrayList<>();
    IntStream.range(0, predicted.length)
        .filter(i -> predicted[i] != scores.own()[i])
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -surprise[i]))
        .limit(SHOWN)
        .forEach(i ->
            worst.add(
                new Wrong(
                    scores.test().data().texts().get(scores.test().texts()[i]).passage().where(),
                    context(i),
                    scores.test().labels().get(i),
                    scores.classes().names().get(predicted[i]),
                    surprise[i])));
    return worst;
  }

  /** The word between brackets, with what stands around; of a sentence its beginning. */
  private String context(int row) {
    Labelled labelled = scores.test().data().texts().get(scores.test().texts()[row]);
    String text = labelled.passage().text();
    return switch (scores.test().data().unit()) {
      case SENTENCE -> text.length() > 2 * AROUND ? text.substring(0, 2 * AROUND) + "..." : text;
      case TOKEN, WORD -> {
        Passage.Span span = labelled.passage().words().get(scores.test().words()[row]);
        yield text.substring(Math.max(0, span.start() - AROUND), span.start())
            + "["
            + text.substring(span.start(), span.end())
            + "]"
            + text.substring(span.end(), Math.min(text.length(), span.end() + AROUND));
      }
    };
  }

  ArrayNode json() {
    ArrayNode errors = Json.array();
    for (Wrong wrong : worst()) {
      errors
          .addObject()
          .put("where", wrong.where())
          .put("text", wrong.text())
          .put("class", wrong.own())
          .put("predicted", wrong.said())
          .set("nats", Json.number(wrong.surprise()));
    }
    return errors;
  }

  Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Wrong wrong : worst()) {
      rows.add(
          List.of(
              Table.Cell.of(wrong.text()),
              Table.Cell.of(wrong.own()),
              Table.Cell.of(wrong.said()),
              Table.Cell.of(wrong.surprise())));
    }
    return new Table(
        Caption.of(
            "What the probe of " + probe.layer() + " gets most wrong",
            "Each row is a test example to whose class the probe gives little probability."),
        List.of(
            Quantity.of("example"),
            Quantity.of("class"),
            Quantity.of("what the probe says"),
            Quantity.of("-ln p of the class", "nats")),
        rows);
  }
}

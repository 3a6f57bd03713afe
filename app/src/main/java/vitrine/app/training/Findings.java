package vitrine.app.training;

import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.data.LabelSet;
import vitrine.engine.hooks.Head;
import vitrine.engine.training.EvaluationRun;
import vitrine.engine.training.Verdict;
import vitrine.interp.io.Json;

/**
 * What an evaluation finds of an example, as a line of JSON and back without a loss: {@code
 * {"index":0,"loss":0.25,"terms":1,"label":"good","prediction":"bad"}}. Classes have their names;
 * words and answers are lists; a language model has neither label nor prediction.
 *
 * @param labels the classes; none for values, answers and language models
 */
public record Findings(Head head, LabelSet labels) {
  /** An example's line. */
  public ObjectNode line(int index, EvaluationRun.Result result) {
    ObjectNode line = Json.object().put("index", index);
    line.set("loss", result.terms() == 0 ? Json.number(Double.NaN) : Json.number(result.loss()));
    line.put("terms", result.terms());
    if (result.verdict().wanted().length > 0) {
      line.set("label", json(result.verdict().wanted()));
      line.set("prediction", json(result.verdict().given()));
    }
    return line;
  }

  private JsonNode json(double[] values) {
    ArrayNode all = Json.array();
    for (double value : values) {
      if (labels.size() > 0) {
        all.add(labels.names().get((int) value));
      } else if (head == Head.QUESTION) {
        all.add((int) value);
      } else {
        all.add(Json.number(value));
      }
    }
    return isList() ? all : all.get(0);
  }

  private boolean isList() {
    return head == Head.TOKENS || head == Head.QUESTION;
  }

  /** What a line says. */
  public EvaluationRun.Result result(JsonNode line) {
    long terms = line.path("terms").asLong();
    double loss = terms == 0 ? 0 : line.path("loss").asDouble(Double.NaN);
    return new EvaluationRun.Result(
        loss, terms, new Verdict(values(line.path("label")), values(line.path("prediction"))));
  }

  private double[] values(JsonNode node) {
    JsonNode[] all =
        node.isMissingNode()
            ? new JsonNode[0]
            : node.isArray() ? node.valueStream().toArray(JsonNode[]::new) : new JsonNode[] {node};
    return Arrays.stream(all).mapToDouble(this::value).toArray();
  }

  private double value(JsonNode node) {
    if (labels.size() == 0) {
      return node.asDouble(Double.NaN);
    }
    return labels
        .classOf(node.asString())
        .orElseThrow(() ->
            new InputException(
                "evaluate: --out: label "
                    + OneLine.operand(node.toString())
                    + "; expected one of "
                    + labels
                    + ", as an evaluation left it. Choose another --out"));
  }
}

package vitrine.app.results;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Provenance;
import vitrine.interp.io.Json;

/**
 * A run and what it gave.
 *
 * @param plan as it was asked for; the trace may have read the logits beside
 * @param saving how its backward pass came by the forward pass's values
 * @param files what is written beside run.json
 * @param predictions the largest logits; none where the head ranks nothing, or nobody asked
 * @param tokenizer spells the tokens
 */
public record RunOutcome(
    Plan plan,
    Trace trace,
    Saving saving,
    List<RunFile> files,
    Predictions predictions,
    Optional<Tokenizer> tokenizer,
    Form form) {

  /** The content of {@code run.json}. */
  public ObjectNode document(ModelFiles source, Model model, String version) {
    ObjectNode document = Json.object();
    Provenance.of(source, model, version, plan).addTo(document);
    document.set("tokens", tokens());
    if (form == Form.LIST) {
      document.set("mask", mask(trace.batch()));
    }
    OptionalDouble loss = trace.loss();
    document.set("loss", Json.number(loss.orElse(Double.NaN)));
    document.set("top", predictions.json(form));
    if (plan.wantsGradients()) {
      document.set("memory", RunMemory.json(plan, trace, saving));
    }
    document.set("files", Json.strings(files.stream().map(RunFile::name).toList()));
    return document;
  }

  /**
   * {@code {"ids":..,"text":..}}: lists for one input, lists of lists for a file; text null without
   * tokenizer.
   */
  private ObjectNode tokens() {
    ArrayNode ids = Json.array();
    ArrayNode text = Json.array();
    for (Example example : trace.batch().examples()) {
      ids.add(Json.array(example.ids()));
      ArrayNode spelled = text.addArray();
      for (int id : example.ids()) {
        spelled.add(Spelling.of(tokenizer, id));
      }
    }
    ObjectNode tokens = Json.object();
    tokens.set("ids", form == Form.ONE ? ids.get(0) : ids);
    if (tokenizer.isPresent()) {
      tokens.set("text", form == Form.ONE ? text.get(0) : text);
    } else {
      tokens.putNull("text");
    }
    return tokens;
  }

  /** (B,T), 1 for real tokens and 0 for padding. */
  private static ArrayNode mask(Batch batch) {
    ArrayNode rows = Json.array();
    for (int b = 0; b < batch.batch(); b++) {
      ArrayNode row = rows.addArray();
      for (int t = 0; t < batch.length(); t++) {
        row.add(batch.real(b, t) ? 1 : 0);
      }
    }
    return rows;
  }
}

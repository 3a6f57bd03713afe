package vitrine.app.results;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.SavedMemory;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Trace;
import vitrine.interp.io.Json;

/** What a run with a backward pass held, and why. */
final class RunMemory {
  private RunMemory() {}

  /** {@code {"saving":..,"peak_bytes":..,"saved_for_backward":{"total":..,"by_name":{..}},..}}. */
  static ObjectNode json(Plan plan, Trace trace, Saving saving) {
    ObjectNode document = Json.object();
    document.put("saving", saving.name().toLowerCase(Locale.ROOT));
    document.put("peak_bytes", trace.peakBytes());
    ObjectNode saved = document.putObject("saved_for_backward");
    saved.put("total", trace.saved().total());
    ObjectNode byName = saved.putObject("by_name");
    byKind(trace.saved()).forEach(byName::put);
    if (plan.wantsParameterGradients()) {
      document.put("gradients_of_parameters", trace.parameterGradients().bytes());
    }
    return document;
  }

  /** One entry for all blocks: {@code blocks.*.attn.q}. */
  private static Map<String, Long> byKind(SavedMemory saved) {
    Map<String, Long> kinds = new LinkedHashMap<>();
    saved
        .bytes()
        .forEach((name, bytes) ->
            kinds.merge(name.replaceFirst("^blocks\\.[0-9]+\\.", "blocks.*."), bytes, Long::sum));
    return kinds;
  }
}

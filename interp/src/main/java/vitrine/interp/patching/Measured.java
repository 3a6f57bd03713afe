package vitrine.interp.patching;

import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;
import vitrine.interp.stats.Interval;

/**
 * What patched runs say, over all pairs.
 *
 * @param metric the metric's mean
 * @param normalised 0: as the corrupted prompts, 1: as the clean ones; NaN where these do not
 *     differ
 */
public record Measured(Interval metric, Interval normalised) {
  void addTo(ObjectNode node) {
    node.set("metric", Json.interval(metric));
    node.set("normalised", Json.interval(normalised));
  }
}

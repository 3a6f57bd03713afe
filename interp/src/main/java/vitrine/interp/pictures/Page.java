package vitrine.interp.pictures;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/**
 * What an HTML page shows.
 *
 * @param title of the page
 * @param pictures in reading order
 * @param facts where the numbers come from: model, seed and the like, each with its name
 * @param data the whole result; kept in the page for who wants to compute with it
 */
public record Page(
    String title, List<Picture> pictures, SequencedMap<String, String> facts, JsonNode data) {
  public Page {
    pictures = List.copyOf(pictures);
    facts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(facts));
  }
}

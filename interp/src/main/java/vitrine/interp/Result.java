package vitrine.interp;

import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Page;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Table;

/**
 * What an analysis found. Owns its numbers: it is as good after the model and the run are closed.
 * Anybody can add a kind of result, which is why this is no sealed set.
 */
public interface Result {
  /** The analysis, as its command is called. */
  String name();

  /** What was looked at, for people; a few words. */
  String title();

  Provenance provenance();

  /** At least one; the first says most. */
  List<Picture> pictures();

  /** The findings as rows, the content of a {@code .csv}. */
  Table table();

  /** By name; the first is the content of an {@code .npy}. At least one. */
  SequencedMap<String, NumberArray> arrays();

  /** The findings; what they came from is added by {@link #document}. */
  ObjectNode findings();

  /** The whole result as JSON: where it comes from first, then what was found. */
  default ObjectNode document() {
    ObjectNode document = Json.object();
    document.put("analysis", name());
    provenance().addTo(document);
    document.setAll(findings());
    return document;
  }

  /** The result as a page. */
  default Page page() {
    return new Page(title(), pictures(), provenance().facts(), document());
  }
}

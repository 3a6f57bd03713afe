package vitrine.engine.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A vocabulary that grows: every spelling gets the next id, once. */
final class Symbols {
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> spellings = new ArrayList<>();

  /** The id of a spelling, which is new or not. */
  int id(String spelling) {
    Integer known = ids.putIfAbsent(spelling, spellings.size());
    if (known != null) {
      return known;
    }
    spellings.add(spelling);
    return spellings.size() - 1;
  }

  boolean has(String spelling) {
    return ids.containsKey(spelling);
  }

  String spelling(int id) {
    return spellings.get(id);
  }

  int size() {
    return spellings.size();
  }

  /** The spellings by id. */
  List<String> spellings() {
    return List.copyOf(spellings);
  }
}

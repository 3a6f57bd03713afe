package vitrine.engine.text;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Tokens and their ids, both ways: the model's own, and those added to them, which come first. */
final class Vocabulary {
  private final Map<String, Integer> model;
  private final Map<String, Integer> added;
  private final @Nullable String[] tokens;

  private Vocabulary(
      Map<String, Integer> model, Map<String, Integer> added, @Nullable String[] tokens) {
    this.model = model;
    this.added = added;
    this.tokens = tokens;
  }

  /**
   * A vocabulary.
   *
   * @param model the model's tokens; ids from 0, none twice
   * @param addedTokens those added to them, whose ids do not contradict the model's
   */
  static Vocabulary of(Map<String, Integer> model, List<AddedToken> addedTokens) {
    Map<String, Integer> added = new HashMap<>();
    int size = 0;
    for (int id : model.values()) {
      size = Math.max(size, id + 1);
    }
    for (AddedToken token : addedTokens) {
      size = Math.max(size, token.id() + 1);
      added.put(token.content(), token.id());
    }
    @Nullable String[] tokens = new @Nullable String[size];
    model.forEach((token, id) -> tokens[id] = token);
    added.forEach((token, id) -> tokens[id] = token);
    // Not Map.copyOf, which probes neighbours: short tokens have hashes side by side, and 50,000 of
    // them took it seconds.
    return new Vocabulary(Collections.unmodifiableMap(new HashMap<>(model)), added, tokens);
  }

  /** One more than the largest id. */
  int size() {
    return tokens.length;
  }

  OptionalInt id(String token) {
    Integer id = added.getOrDefault(token, model.get(token));
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The token of an id, or null when the id is outside or has none. */
  @Nullable String token(int id) {
    return id >= 0 && id < tokens.length ? tokens[id] : null;
  }

  /** The model's own tokens. */
  Map<String, Integer> model() {
    return model;
  }
}

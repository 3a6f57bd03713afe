package vitrine.engine.text;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * Gathers the added and special tokens that a directory's files name, the later source overriding
 * the earlier: tokenizer.json, added_tokens.json, tokenizer_config.json and
 * special_tokens_map.json.
 */
final class AddedTokenFiles {
  /** Room for tokens added beyond a vocabulary; an id above is a mistake. */
  private static final int MAX_ID = 1 << 24;

  private final Map<String, Integer> vocabulary;
  private final Map<String, AddedToken> tokens = new LinkedHashMap<>();

  /** By id; filled when the first token is added, which most directories never do. */
  private final Map<Integer, String> spellings = new HashMap<>();

  private final Map<Role, Integer> roles = new EnumMap<>(Role.class);
  private final List<String> notes;

  AddedTokenFiles(Map<String, Integer> vocabulary, List<String> notes) {
    this.vocabulary = vocabulary;
    this.notes = notes;
  }

  List<AddedToken> tokens() {
    return List.copyOf(tokens.values());
  }

  Map<Role, Integer> roles() {
    return roles;
  }

  /** The list {@code added_tokens} of a tokenizer.json. */
  void list(JsonView list) {
    for (JsonView entry : list.list()) {
      int id = entry.require("id").integer();
      add(read(entry, id, entry.flag("special", false)), entry.where());
    }
  }

  /** The object {@code added_tokens_decoder} of a tokenizer_config.json: by id. */
  void decoder(JsonView decoder) {
    decoder
        .members()
        .forEach((key, entry) -> {
          int id;
          try {
            id = Integer.parseUnsignedInt(key);
          } catch (NumberFormatException e) {
            throw new InputException(
                "tokenizer: %s: key \"%s\"; expected an id.".formatted(decoder.where(), key), e);
          }
          add(read(entry, id, entry.flag("special", false)), decoder.where());
        });
  }

  /** An added_tokens.json: tokens with ids and no properties. */
  void map(JsonView file) {
    file.members()
        .forEach((content, value) -> {
          AddedToken before = tokens.get(content);
          int id = value.integer();
          if (before == null || before.id() != id) {
            add(AddedToken.plain(id, content), file.where());
          }
        });
  }

  /** The roles of a tokenizer_config.json or special_tokens_map.json. */
  void roles(JsonView file) {
    for (Role role : Role.values()) {
      if (file.has(role.key())) {
        roles.remove(role);
      }
      JsonView named = file.get(role.key());
      if (named != null) {
        Integer id = special(named, role.key());
        if (id != null) {
          roles.put(role, id);
        }
      }
    }
    for (String key : List.of("additional_special_tokens", "extra_special_tokens")) {
      JsonView more = file.get(key);
      if (more != null) {
        List<JsonView> entries =
            more.node().isObject() ? new ArrayList<>(more.members().values()) : more.list();
        entries.forEach(entry -> special(entry, key));
      }
    }
  }

  /** The usual spelling of a role, where the vocabulary has it and no file says otherwise. */
  void usual(Role role, String content) {
    Integer id = known(content);
    if (id != null) {
      roles.put(role, id);
      tokens.computeIfAbsent(content, key -> AddedToken.special(id, key));
    }
  }

  private @Nullable Integer special(JsonView named, String key) {
    String content = named.node().isString() ? named.text() : named.require("content").text();
    Integer id = known(content);
    if (id == null) {
      notes.add(
          "%s: %s \"%s\" is not in the vocabulary, and is left out"
              .formatted(named.where(), key, content));
      return null;
    }
    AddedToken before = tokens.get(content);
    if (named.node().isObject()) {
      tokens.put(content, read(named, id, true));
    } else if (before == null || !before.special()) {
      tokens.put(content, AddedToken.special(id, content));
    }
    return id;
  }

  private @Nullable Integer known(String content) {
    AddedToken token = tokens.get(content);
    return token == null ? vocabulary.get(content) : Integer.valueOf(token.id());
  }

  private static AddedToken read(JsonView entry, int id, boolean special) {
    if (!entry.node().isObject()) {
      throw entry.expected("an added token");
    }
    return new AddedToken(
        id,
        entry.require("content").text(),
        special,
        entry.flag("single_word", false),
        entry.flag("lstrip", false),
        entry.flag("rstrip", false),
        entry.flag("normalized", !special));
  }

  private void add(AddedToken token, String where) {
    if (spellings.isEmpty()) {
      vocabulary.forEach((content, id) -> spellings.put(id, content));
    }
    Integer known = known(token.content());
    String other = spellings.getOrDefault(token.id(), token.content());
    if (known != null && known != token.id()) {
      throw new InputException(
          "tokenizer: %s: \"%s\" has id %d, but elsewhere %d; expected one id."
              .formatted(where, token.content(), token.id(), known));
    }
    if (!other.equals(token.content())) {
      throw new InputException(
          "tokenizer: %s: \"%s\" has id %d, which \"%s\" has; expected an id of its own."
              .formatted(where, token.content(), token.id(), other));
    }
    if (token.id() >= MAX_ID) {
      throw new InputException(
          "tokenizer: %s: \"%s\" has id %d; expected less than %d."
              .formatted(where, token.content(), token.id(), MAX_ID));
    }
    if (token.content().isEmpty()) {
      throw new InputException(
          "tokenizer: %s: id %d is the empty string; expected a token."
              .formatted(where, token.id()));
    }
    spellings.put(token.id(), token.content());
    tokens.put(token.content(), token);
  }
}

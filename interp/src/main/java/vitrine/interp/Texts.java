package vitrine.interp;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.interp.io.Json;

/**
 * What an analysis reads: examples, and how their tokens are spelled for people.
 *
 * @param inputs the examples, in order
 * @param tokens one list an example, one spelling a token; an id's digits where nothing spells it
 */
public record Texts(Inputs inputs, List<List<String>> tokens) {
  public Texts {
    tokens = tokens.stream().map(List::copyOf).toList();
    if (tokens.size() != inputs.examples().size()) {
      throw new IllegalArgumentException(
          "texts: %d spelled for %d examples".formatted(tokens.size(), inputs.examples().size()));
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).size() != inputs.examples().get(i).ids().length) {
        throw new IllegalArgumentException(
            "texts: example %d: %d spellings for %d tokens"
                .formatted(i, tokens.get(i).size(), inputs.examples().get(i).ids().length));
      }
    }
  }

  /** How many texts. */
  public int count() {
    return tokens.size();
  }

  /** {@code [{"ids":[..],"tokens":[..]},..]}. */
  public ArrayNode json() {
    ArrayNode texts = Json.array();
    for (int i = 0; i < tokens.size(); i++) {
      Example example = inputs.examples().get(i);
      ObjectNode text = texts.addObject();
      text.set("ids", Json.array(example.ids()));
      text.set("tokens", Json.strings(tokens.get(i)));
    }
    return texts;
  }
}

package vitrine.engine.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What transformers 5.23 makes of each text, by {@code tests/generators/text_fixtures.py}. */
final class ReferenceFixturesTest {
  private static final Path FIXTURES =
      Path.of("src", "test", "resources", "vitrine", "engine", "text");

  private static final JsonNode EXPECTED =
      new JsonMapper().readTree(FIXTURES.resolve("expected.json").toFile());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-accents",
        "bert-cased",
        "bert-json",
        "bert-uncased",
        "gpt2",
        "gpt2-configured",
        "gpt2-json",
        "gpt2-openai",
        "roberta-json"
      })
  void should_encode_as_the_reference_when_a_directory_is_loaded(String name) {
    Tokenizer tokenizer = Tokenizers.load(FIXTURES.resolve(name));
    List<String> differences = new ArrayList<>();
    int checked = 0;
    for (JsonNode expected : EXPECTED.get(name).get("cases")) {
      Encoding got = encode(tokenizer, expected);
      compare(expected, got, tokenizer.decode(got.ids()), differences);
      checked++;
    }
    assertEquals(List.of(), differences);
    assertTrue(checked >= 40, checked + " cases");
  }

  @Test
  void should_know_every_directory_when_the_fixtures_are_read() {
    assertEquals(9, EXPECTED.size());
  }

  private static Encoding encode(Tokenizer tokenizer, JsonNode expected) {
    String text = expected.get("text").stringValue();
    @Nullable String pair =
        expected.get("pair").isNull() ? null : expected.get("pair").stringValue();
    if (expected.get("length").isNull()) {
      return pair == null ? tokenizer.encode(text) : tokenizer.encode(text, pair);
    }
    int length = expected.get("length").intValue();
    return pair == null ? tokenizer.encode(text, length) : tokenizer.encode(text, pair, length);
  }

  private static void compare(
      JsonNode expected, Encoding got, String decoded, List<String> differences) {
    List<List<Integer>> offsets = new ArrayList<>();
    for (int i = 0; i < got.length(); i++) {
      offsets.add(List.of(got.start(i), got.end(i)));
    }
    String input =
        expected.get("text") + " / " + expected.get("pair") + " to " + expected.get("length");
    differ(input, "tokens", expected, got.tokens(), differences);
    differ(input, "ids", expected, list(got.ids()), differences);
    differ(input, "offsets", expected, offsets, differences);
    differ(input, "type_ids", expected, list(got.typeIds()), differences);
    if (!expected.get("decoded").isNull()) {
      differ(input, "decoded", expected, decoded, differences);
    }
  }

  private static void differ(
      String input, String key, JsonNode expected, Object got, List<String> differences) {
    JsonNode actual = new JsonMapper().valueToTree(got);
    if (!actual.equals(expected.get(key))) {
      differences.add(
          "%s: %s%n  %s, reference%n  %s".formatted(input, key, actual, expected.get(key)));
    }
  }

  private static List<Integer> list(int[] values) {
    List<Integer> list = new ArrayList<>();
    for (int value : values) {
      list.add(value);
    }
    return list;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-uncased", "bert-json", "gpt2", "roberta-json"})
  void should_pad_as_the_reference_when_a_batch_is_padded(String name) {
    Tokenizer tokenizer = Tokenizers.load(FIXTURES.resolve(name));
    int checked = 0;
    for (JsonNode expected : EXPECTED.get(name).get("batches")) {
      Padding padding =
          new Padding(
              Side.valueOf(expected.get("direction").stringValue().toUpperCase(Locale.ROOT)),
              expected.get("fixed").isNull()
                  ? new Padding.Length.Longest()
                  : new Padding.Length.Fixed(expected.get("fixed").intValue()),
              expected.get("multiple").isNull() ? 1 : expected.get("multiple").intValue(),
              expected.get("pad_id").intValue(),
              0,
              expected.get("pad_token").stringValue());
      List<Encoding> encodings = new ArrayList<>();
      expected.get("texts").forEach(text -> encodings.add(tokenizer.encode(text.stringValue())));
      List<Encoding> padded = padding.pad(encodings);
      for (int row = 0; row < padded.size(); row++) {
        assertEquals(texts(expected.get("tokens").get(row)), padded.get(row).tokens());
        assertEquals(expected.get("ids").get(row).toString(), json(padded.get(row).ids()));
        assertEquals(expected.get("mask").get(row).toString(), json(padded.get(row).mask()));
        assertEquals(expected.get("type_ids").get(row).toString(), json(padded.get(row).typeIds()));
        checked++;
      }
    }
    assertEquals(12, checked);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.stringValue()));
    return texts;
  }

  private static String json(int[] values) {
    return new JsonMapper().writeValueAsString(values);
  }
}

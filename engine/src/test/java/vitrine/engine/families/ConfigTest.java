package vitrine.engine.families;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;

class ConfigTest {
  private static Config config(String json) {
    return new Config(JsonMapper.shared().readTree(json), "config.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                     | 0",
        "{\"pad_token_id\": 0}  | 0",
        "{\"pad_token_id\": 7}  | 7",
        "{\"pad_token_id\": -1} | 9",
      })
  void should_find_the_padding_row_when_the_table_has_it(String json, int row) {
    assertEquals(Set.of(row), config(json).paddingRows(0, 10));
  }

  @ParameterizedTest
  @CsvSource({"null", "10", "-11"})
  void should_find_no_padding_row_when_null_or_outside_the_table(String id) {
    assertEquals(Set.of(), config("{\"pad_token_id\": " + id + "}").paddingRows(0, 10));
  }

  @Test
  void should_name_the_key_when_the_padding_id_is_no_number() {
    Config config = config("{\"pad_token_id\": \"[PAD]\"}");
    String message =
        Objects.requireNonNull(
            assertThrows(InputException.class, () -> config.paddingRows(0, 10)).getMessage());
    assertTrue(message.contains("pad_token_id is \"[PAD]\""), message);
  }
}

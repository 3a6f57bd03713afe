package vitrine.interp.card;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;

/**
 * What a card says that nothing can measure.
 *
 * @param name of the model
 * @param summary what it is and what it is for
 * @param data what it was trained on
 * @param licence of the weights
 * @param hardware what the training ran on
 * @param limits what it cannot do, a sentence each
 * @param tried what was tried, and is not part of the recipe, a sentence each; may be empty
 */
public record About(
    String name,
    String summary,
    List<Source> data,
    String licence,
    String hardware,
    List<String> limits,
    List<String> tried) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private static final String EXPECTED =
      "expected {\"name\",\"summary\",\"data\":[{\"what\",\"source\",\"licence\"}],\"licence\","
          + "\"hardware\",\"limits\":[...],\"tried\":[...]}";

  /**
   * A part of the data.
   *
   * @param what it is
   * @param source where it came from
   * @param licence under which
   */
  public record Source(String what, String source, String licence) {
    public Source {
      required("what", what);
      required("source", source);
      required("licence", licence);
    }
  }

  public About {
    required("name", name);
    required("summary", summary);
    required("licence", licence);
    required("hardware", hardware);
    data = all("data", data);
    limits = all("limits", limits);
    tried = all("tried", tried);
  }

  private static void required(String key, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(key + " is missing");
    }
  }

  private static <T> List<T> all(String key, @Nullable List<T> values) {
    if (values == null || values.stream().anyMatch(each -> each == null)) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return List.copyOf(values);
  }

  /**
   * Reads the JSON form of this record; all keys have to be there.
   *
   * @throws InputException when it is not of that form
   */
  public static About read(Path file) {
    String text = TextFile.read("card: --about", file);
    try {
      About about = JSON.readValue(text, About.class);
      if (about == null) {
        throw wrong(file, "null");
      }
      return about;
    } catch (JacksonException e) {
      String reason =
          Stream.iterate((Throwable) e, each -> each != null, Throwable::getCause)
              .filter(IllegalArgumentException.class::isInstance)
              .map(each -> String.valueOf(each.getMessage()))
              .findFirst()
              .orElse(String.valueOf(e.getOriginalMessage()));
      throw wrong(file, reason);
    }
  }

  private static InputException wrong(Path file, String reason) {
    return new InputException("card: --about " + file + ": " + reason + "; " + EXPECTED + ".");
  }
}

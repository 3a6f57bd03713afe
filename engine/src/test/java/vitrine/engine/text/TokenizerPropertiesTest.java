package vitrine.engine.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds of every text. */
final class TokenizerPropertiesTest {
  private static final Path FIXTURES =
      Path.of("src", "test", "resources", "vitrine", "engine", "text");

  private static final Tokenizer GPT2 = Tokenizers.load(FIXTURES.resolve("gpt2"));
  private static final Tokenizer TRIMMED = Tokenizers.load(FIXTURES.resolve("gpt2-json"));
  private static final Tokenizer UNCASED = Tokenizers.load(FIXTURES.resolve("bert-uncased"));
  private static final Tokenizer CASED = Tokenizers.load(FIXTURES.resolve("bert-cased"));

  /** Any text of whole characters, with much white space, quotes and combining marks. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<Integer> any =
        Arbitraries.integers().between(0, 0x10ffff).filter(c -> c < 0xd800 || c > 0xdfff);
    Arbitrary<Integer> common =
        "  \t\n'aesltdvrm19.,é\u0301\u0323\u00a0\u3000中🙂[]<|>"
            .codePoints()
            .boxed()
            .collect(Collectors.collectingAndThen(Collectors.toList(), Arbitraries::of));
    return Arbitraries.frequencyOf(Tuple.of(3, common), Tuple.of(1, any))
        .list()
        .ofMaxSize(40)
        .map(points -> {
          StringBuilder text = new StringBuilder();
          points.forEach(text::appendCodePoint);
          return text.toString();
        });
  }

  /** Whole chars, halves of surrogate pairs too. */
  @Provide
  Arbitrary<String> chars() {
    return Arbitraries.strings().ofMaxLength(40);
  }

  @Property
  void should_return_the_text_when_gpt2_decodes_what_it_encoded(@ForAll("texts") String text) {
    assertEquals(text, GPT2.decode(GPT2.encode(text).ids()));
  }

  @Property
  void should_keep_offsets_in_order_and_inside_when_any_text(@ForAll("texts") String text) {
    for (Tokenizer tokenizer : new Tokenizer[] {GPT2, TRIMMED, UNCASED, CASED}) {
      checkOffsets(text, tokenizer.encode(text), tokenizer);
    }
  }

  @Property
  void should_refuse_nothing_when_a_text_has_half_characters(@ForAll("chars") String text) {
    for (Tokenizer tokenizer : new Tokenizer[] {GPT2, TRIMMED, UNCASED, CASED}) {
      checkOffsets(text, tokenizer.encode(text), tokenizer);
    }
  }

  @Property
  void should_cut_to_the_length_when_truncated(
      @ForAll("texts") String text, @ForAll("texts") String pair) {
    Encoding whole = UNCASED.encode(text, pair);
    for (int length = 3; length <= whole.length() + 1; length++) {
      Encoding cut = UNCASED.encode(text, pair, length);
      assertEquals(Math.min(length, whole.length()), cut.length());
    }
  }

  private static void checkOffsets(String text, Encoding encoding, Tokenizer tokenizer) {
    int start = 0;
    int end = 0;
    for (int i = 0; i < encoding.length(); i++) {
      OptionalInt id = OptionalInt.of(encoding.id(i));
      if (tokenizer.classification().equals(id) || tokenizer.separator().equals(id)) {
        continue;
      }
      String where = encoding + " of \"" + text + "\"";
      assertTrue(encoding.start(i) >= 0 && encoding.end(i) <= text.length(), where);
      assertTrue(encoding.end(i) >= encoding.start(i), where);
      // Trimming as the reference does it moves the blank that add_prefix_space put there.
      if (tokenizer != TRIMMED) {
        assertTrue(encoding.start(i) >= start && encoding.end(i) >= end, where);
      }
      start = encoding.start(i);
      end = encoding.end(i);
    }
  }
}

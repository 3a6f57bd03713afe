package vitrine.engine.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.InputException;

/** Files that cannot be used are refused in one line that says what is wrong. */
final class MalformedTokenizerFilesTest {
  private static final String BERT = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n##s\n";
  private static final String GPT2 = "{\"a\":0,\"b\":1,\"ab\":2}";

  @TempDir private Path folder = Path.of("");

  private String message(Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    String message =
        String.valueOf(
            assertThrows(InputException.class, () -> Tokenizers.load(folder)).getMessage());
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.startsWith("tokenizer: "), message);
    assertTrue(message.contains("expected "), message);
    return message;
  }

  private void says(String part, Map<String, String> files) throws IOException {
    String message = message(files);
    assertTrue(message.contains(part), message);
  }

  @Test
  void should_find_nothing_when_there_is_no_file() throws IOException {
    assertTrue(Tokenizers.find(folder).isEmpty());
    says("no tokenizer's files", Map.of());
  }

  @Test
  void should_say_so_when_a_file_of_two_is_missing() throws IOException {
    says("vocab.json without merges.txt", Map.of("vocab.json", GPT2));
  }

  @Test
  void should_say_so_when_merges_stand_alone() throws IOException {
    says("no tokenizer's files", Map.of("merges.txt", "a b\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":0,"a":1}            | Duplicate
          {"a":0,"b":0}            | which another token has
          {"a":0,"b":16777216}     | below 16777216
          {"a":-1}                 | -1; expected an integer
          {"a":0.5}                | 0.5; expected an integer
          {"a":99999999999}        | 99999999999; expected an integer
          {"a":"0"}                | expected an integer
          {}                       | empty
          [1,2]                    | expected an object
          {"a":0} x                | strict JSON
          {'a':0}                  | strict JSON
          {"a":0,}                 | strict JSON
          {"a":NaN}                | strict JSON
          <html>                   | strict JSON
          """)
  void should_refuse_a_vocabulary_when_it_is_bad(String vocabulary, String part)
      throws IOException {
    says(part, Map.of("vocab.json", vocabulary, "merges.txt", "#version: 0.2\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a c    | merge "a c" needs the token "c"
          b a    | needs the token "ba"
          ab     | expected two tokens
          a b c  | expected two tokens
          """)
  void should_refuse_merges_when_they_do_not_fit(String merge, String part) throws IOException {
    says(part, Map.of("vocab.json", GPT2, "merges.txt", "#version: 0.2\n" + merge + "\n"));
  }

  @Test
  void should_refuse_a_vocabulary_when_larger_than_the_model() throws IOException {
    says(
        "largest id 6; expected less than the 6 of vocab_size",
        Map.of("vocab.txt", BERT, "config.json", "{\"vocab_size\":6}"));
  }

  @Test
  void should_refuse_a_list_when_it_lacks_special_tokens() throws IOException {
    says("no token [CLS]", Map.of("vocab.txt", "the\n[UNK]\n"));
    says("no token [UNK]", Map.of("vocab.txt", "[CLS]\n[SEP]\n"));
    says("empty", Map.of("vocab.txt", ""));
  }

  @Test
  void should_refuse_a_list_when_it_is_not_utf8() throws IOException {
    Files.write(
        folder.resolve("vocab.txt"), (BERT + "\u00e9").getBytes(StandardCharsets.ISO_8859_1));
    says("not UTF-8", Map.of());
  }

  @Test
  void should_note_a_double_line_when_a_list_has_one() throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), BERT + "the\n");
    Tokenizer tokenizer = Tokenizers.load(folder);
    assertEquals(7, tokenizer.encode("the").id(1));
    assertTrue(tokenizer.notes().stream().anyMatch(note -> note.contains("lines 6 and 8")));
    assertThrows(InputException.class, () -> tokenizer.token(5));
  }

  @Test
  void should_ask_which_when_both_kinds_are_there() throws IOException {
    Map<String, String> both = Map.of("vocab.txt", BERT, "vocab.json", GPT2, "merges.txt", "a b\n");
    says("both vocab.json and vocab.txt", both);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"gpt2\"}");
    assertEquals(3, Tokenizers.load(folder).size());
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"bert\"}");
    assertEquals(7, Tokenizers.load(folder).size());
  }

  @Test
  void should_refuse_added_tokens_when_they_contradict_the_vocabulary() throws IOException {
    says(
        "\"[MASK]\" has id 9, but elsewhere 4",
        Map.of("vocab.txt", BERT, "added_tokens.json", "{\"[MASK]\":9}"));
    says(
        "\"new\" has id 4, which \"[MASK]\" has",
        Map.of("vocab.txt", BERT, "added_tokens.json", "{\"new\":4}"));
    says(
        "expected less than",
        Map.of("vocab.txt", BERT, "added_tokens.json", "{\"new\":2000000000}"));
  }

  @Test
  void should_refuse_a_flag_when_it_is_a_string() throws IOException {
    says(
        "do_lower_case: \"no\"; expected true or false",
        Map.of("vocab.txt", BERT, "tokenizer_config.json", "{\"do_lower_case\":\"no\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          "type":"WordPiece"  | "type":"Unigram"     | "Unigram"; expected "BPE" or "WordPiece"
          "BertNormalizer"    | "NFKC"               | "NFKC"; expected "BertNormalizer" or none
          "BertPreTokenizer"  | "Metaspace"          | "Metaspace"; expected "BertPreTokenizer"
          "BertProcessing"    | "Other"              | "Other"; expected "TemplateProcessing"
          "decoder":{"type":"WordPiece" | "decoder":{"type":"CTC" | "CTC"; expected "WordPiece"
          ["[SEP]",3]         | ["[SEP]",33]         | 33; expected the id of a token
          "lowercase":true    | "lowercase":1        | lowercase: 1; expected true or false
          "LongestFirst"      | "Shortest"           | "Shortest"; expected
          "id":4              | "id":3               | has id 3, but elsewhere 4
          "vocab"             | "words"              | no key "vocab"
          "[UNK]","prefix"    | "nix","prefix"       | no token nix
          """)
  void should_refuse_a_whole_file_when_a_component_is_unknown(
      String known, String unknown, String part) throws IOException {
    assertTrue(WHOLE.contains(known), known);
    says(part, Map.of("tokenizer.json", WHOLE.replace(known, unknown)));
  }

  @Test
  void should_accept_the_whole_file_when_nothing_is_wrong() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), WHOLE);
    Tokenizer tokenizer = Tokenizers.load(folder);
    assertEquals("[CLS] the ##s [SEP]", String.join(" ", tokenizer.encode("THES").tokens()));
    assertEquals(Truncation.to(128), tokenizer.declaredTruncation().orElseThrow());
    assertEquals(new Padding.Length.Fixed(16), tokenizer.declaredPadding().orElseThrow().length());
    assertEquals(List.of(), tokenizer.notes());
  }

  @Test
  void should_leave_ids_without_a_token_when_the_vocabulary_has_gaps() throws IOException {
    Files.writeString(folder.resolve("vocab.json"), "{\"a\":0,\"b\":5,\"ab\":9}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n");
    Tokenizer tokenizer = Tokenizers.load(folder);
    assertEquals(10, tokenizer.size());
    assertEquals(9, tokenizer.encode("ab").id(0));
    assertThrows(InputException.class, () -> tokenizer.token(3));
    assertThrows(InputException.class, () -> tokenizer.decode(9, 3));
  }

  @Test
  void should_say_so_when_json_is_nested_deeply() throws IOException {
    says("strict JSON", Map.of("tokenizer.json", "[".repeat(100_000)));
  }

  private static final String WHOLE =
      """
      {"truncation":{"max_length":128,"strategy":"LongestFirst","stride":0},
       "padding":{"strategy":{"Fixed":16},"direction":"Right","pad_to_multiple_of":null,
                  "pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},
       "added_tokens":[{"id":4,"content":"[MASK]","single_word":false,"lstrip":false,
                        "rstrip":false,"normalized":false,"special":true}],
       "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
                     "strip_accents":null,"lowercase":true},
       "pre_tokenizer":{"type":"BertPreTokenizer"},
       "post_processor":{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},
       "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
       "model":{"type":"WordPiece","unk_token":"[UNK]","prefix":0,
                "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"the":5,"##s":6}}}
      """;
}

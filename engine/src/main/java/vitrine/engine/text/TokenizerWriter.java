package vitrine.engine.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files of a tokenizer in Hugging Face's layout: a tokenizer.json with the same components as
 * the tokenizers library writes for GPT-2 and BERT, a tokenizer_config.json, and the vocabulary in
 * the older form beside them.
 */
final class TokenizerWriter {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SEQUENCE_A = "A";
  private static final String SEQUENCE_B = "B";

  private TokenizerWriter() {}

  /**
   * GPT-2's files.
   *
   * @param tokens by id
   * @param merges two tokens and a blank between, in order
   */
  static Map<String, String> bytePair(List<String> tokens, List<String> merges) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("vocab.json", JSON.writeValueAsString(ids(tokens)) + "\n");
    files.put("merges.txt", "#version: 0.2\n" + lines(merges));
    ObjectNode config = JSON.createObjectNode();
    config.put("add_prefix_space", false);
    for (Role role : List.of(Role.BEGIN_OF_TEXT, Role.END_OF_TEXT)) {
      config.put(role.key(), BytePairTokenizer.END_OF_TEXT);
    }
    config.put("errors", "replace").putNull(Role.PAD.key());
    config.put("tokenizer_class", "GPT2Tokenizer");
    config.put(Role.UNKNOWN.key(), BytePairTokenizer.END_OF_TEXT);
    files.put("tokenizer_config.json", pretty(config));
    files.put("tokenizer.json", pretty(bytePairJson(tokens, merges)));
    return files;
  }

  private static ObjectNode bytePairJson(List<String> tokens, List<String> merges) {
    ObjectNode root = root(tokens, List.of(BytePairTokenizer.END_OF_TEXT));
    root.putNull("normalizer");
    // As in GPT-2's own file. What follows the pre-tokenizer has no use for add_prefix_space.
    byteLevel(root.putObject("pre_tokenizer"), false, true);
    byteLevel(root.putObject("post_processor"), true, false);
    byteLevel(root.putObject("decoder"), true, true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    for (String absent :
        List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
      model.putNull(absent);
    }
    for (String off : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
      model.put(off, false);
    }
    model.set("vocab", ids(tokens));
    ArrayNode pairs = model.putArray("merges");
    for (String merge : merges) {
      int blank = merge.indexOf(' ');
      pairs.addArray().add(merge.substring(0, blank)).add(merge.substring(blank + 1));
    }
    return root;
  }

  private static void byteLevel(ObjectNode component, boolean prefixes, boolean trims) {
    component.put("type", "ByteLevel").put("add_prefix_space", prefixes);
    component.put("trim_offsets", trims).put("use_regex", true);
  }

  /**
   * BERT's files.
   *
   * @param tokens by id
   */
  static Map<String, String> wordPiece(List<String> tokens, Casing casing) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("vocab.txt", lines(tokens));
    ObjectNode config = JSON.createObjectNode();
    config.put("do_lower_case", casing == Casing.UNCASED);
    config.putNull("strip_accents").put("tokenize_chinese_chars", true);
    WordPieceTrainer.SPECIAL.forEach(role -> config.put(role.key(), special(role)));
    config.put("tokenizer_class", "BertTokenizer");
    files.put("tokenizer_config.json", pretty(config));
    files.put("tokenizer.json", pretty(wordPieceJson(tokens, casing)));
    return files;
  }

  private static ObjectNode wordPieceJson(List<String> tokens, Casing casing) {
    ObjectNode root =
        root(tokens, WordPieceTrainer.SPECIAL.stream().map(TokenizerWriter::special).toList());
    ObjectNode normalizer = root.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true).put("handle_chinese_chars", true);
    normalizer.putNull("strip_accents").put("lowercase", casing == Casing.UNCASED);
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    template(root.putObject("post_processor"), tokens);
    ObjectNode decoder = root.putObject("decoder").put("type", "WordPiece");
    decoder.put("prefix", WordPieceTrainer.PREFIX).put("cleanup", true);
    ObjectNode model = root.putObject("model").put("type", "WordPiece");
    model.put("unk_token", special(Role.UNKNOWN));
    model.put("continuing_subword_prefix", WordPieceTrainer.PREFIX);
    model.put("max_input_chars_per_word", WordPieceTokenizer.LONGEST_WORD);
    model.set("vocab", ids(tokens));
    return root;
  }

  /** {@code [CLS] A [SEP]} and {@code [CLS] A [SEP] B [SEP]}, the second sequence of type 1. */
  private static void template(ObjectNode template, List<String> tokens) {
    String opens = special(Role.CLASSIFICATION);
    String closes = special(Role.SEPARATOR);
    template.put("type", "TemplateProcessing");
    for (String key : List.of("single", "pair")) {
      ArrayNode pieces = template.putArray(key);
      piece(pieces, "SpecialToken", opens, 0);
      piece(pieces, "Sequence", SEQUENCE_A, 0);
      piece(pieces, "SpecialToken", closes, 0);
      if (key.equals("pair")) {
        piece(pieces, "Sequence", SEQUENCE_B, 1);
        piece(pieces, "SpecialToken", closes, 1);
      }
    }
    ObjectNode named = template.putObject("special_tokens");
    for (String token : List.of(opens, closes)) {
      ObjectNode entry = named.putObject(token).put("id", token);
      entry.putArray("ids").add(tokens.indexOf(token));
      entry.putArray("tokens").add(token);
    }
  }

  private static void piece(ArrayNode pieces, String kind, String id, int typeId) {
    pieces.addObject().putObject(kind).put("id", id).put("type_id", typeId);
  }

  private static String special(Role role) {
    return WordPieceTokenizer.usualSpecial(role);
  }

  /** What both kinds of tokenizer.json begin with. */
  private static ObjectNode root(List<String> tokens, List<String> special) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String content : special) {
      ObjectNode token = added.addObject().put("id", tokens.indexOf(content));
      token.put("content", content);
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        token.put(flag, false);
      }
      token.put("special", true);
    }
    return root;
  }

  private static ObjectNode ids(List<String> tokens) {
    ObjectNode ids = JSON.createObjectNode();
    tokens.forEach(token -> ids.put(token, ids.size()));
    return ids;
  }

  private static String lines(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }

  private static String pretty(JsonNode document) {
    return JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document)
        + "\n";
  }
}

package vitrine.tests.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The Hugging Face tokenizers library (Rust, through DJL), its truncation and padding off. */
final class Reference implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final HuggingFaceTokenizer tokenizer;

  static {
    // The native library is in the jar; nothing is to be fetched or reported.
    System.setProperty("offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  Reference(Path tokenizerJson) {
    try {
      tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(tokenizerJson)
              .optTruncation(false)
              .optPadding(false)
              .build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * How the reference's encoding of a text differs from ours, or null when it does not.
   *
   * @param ours tokens, ids and offsets, as {@code Encoding.toString} shows them
   */
  @Nullable String difference(String text, vitrine.engine.text.Encoding ours) {
    Encoding theirs = tokenizer.encode(text);
    long[] ids = theirs.getIds();
    int[] ourIds = ours.ids();
    if (!Arrays.equals(ids, Arrays.stream(ourIds).asLongStream().toArray())) {
      return "ids %s, reference %s".formatted(Arrays.toString(ourIds), Arrays.toString(ids));
    }
    List<String> tokens = Arrays.asList(theirs.getTokens());
    if (!tokens.equals(ours.tokens())) {
      return "tokens %s, reference %s".formatted(ours.tokens(), tokens);
    }
    List<String> theirSpans = spans(text, theirs.getCharTokenSpans());
    List<String> ourSpans = new ArrayList<>();
    for (int i = 0; i < ourIds.length; i++) {
      ourSpans.add(ours.start(i) + "-" + ours.end(i));
    }
    return theirSpans.equals(ourSpans)
        ? null
        : "offsets %s, reference %s".formatted(ourSpans, theirSpans);
  }

  /** Spans in Java chars; the reference counts code points and has none for special tokens. */
  private static List<String> spans(String text, @Nullable CharSpan[] spans) {
    int[] charOf = new int[text.codePointCount(0, text.length()) + 1];
    int at = 0;
    for (int i = 0; i < charOf.length; i++) {
      charOf[i] = at;
      at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
    }
    List<String> list = new ArrayList<>();
    for (@Nullable CharSpan span : spans) {
      list.add(span == null ? "0-0" : charOf[span.getStart()] + "-" + charOf[span.getEnd()]);
    }
    return list;
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  /** A tokenizer.json of GPT-2's two files, as the reference's own converter makes it. */
  static void writeGpt2(Path vocabulary, Path merges, Path to) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    special(root.putArray("added_tokens"), 50256, "<|endoftext|>");
    root.putNull("normalizer");
    byteLevel(root.putObject("pre_tokenizer"), false);
    byteLevel(root.putObject("post_processor"), false);
    byteLevel(root.putObject("decoder"), true);
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.put("fuse_unk", false);
    model.set("vocab", JSON.readTree(vocabulary.toFile()));
    ArrayNode list = model.putArray("merges");
    Files.readString(merges)
        .lines()
        .filter(line -> !line.startsWith("#version") && !line.isEmpty())
        .forEach(list::add);
    Files.writeString(to, JSON.writeValueAsString(root), StandardCharsets.UTF_8);
  }

  private static void byteLevel(ObjectNode node, boolean trims) {
    node.put("type", "ByteLevel").put("add_prefix_space", false);
    node.put("trim_offsets", trims).put("use_regex", true);
  }

  /** A tokenizer.json of a BERT vocabulary. */
  static void writeBert(Path vocabulary, boolean lowercases, Path to) throws IOException {
    List<String> tokens = Files.readAllLines(vocabulary);
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
      special(added, tokens.indexOf(token), token);
    }
    ObjectNode normalizer = root.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true).put("handle_chinese_chars", true);
    normalizer.putNull("strip_accents").put("lowercase", lowercases);
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode after = root.putObject("post_processor").put("type", "BertProcessing");
    after.putArray("sep").add("[SEP]").add(tokens.indexOf("[SEP]"));
    after.putArray("cls").add("[CLS]").add(tokens.indexOf("[CLS]"));
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    ObjectNode model = root.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]");
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    Files.writeString(to, JSON.writeValueAsString(root), StandardCharsets.UTF_8);
  }

  private static void special(ArrayNode list, int id, String content) {
    ObjectNode token = list.addObject().put("id", id).put("content", content);
    token.put("single_word", false).put("lstrip", false).put("rstrip", false);
    token.put("normalized", false).put("special", true);
  }
}
